// The border between two pictures that lie over each other: the left one is cut off at the position of a native range
// input, which lies over both, invisible: dragging, arrow keys, Home, End and screen readers come with it.

function border(box) {
  const range = box.querySelector("input");
  let names = { before: "", after: "" };
  const move = () => {
    box.style.setProperty("--position", `${range.value}%`);
    const [before, after] = [`${range.value} % ${names.before}`, `${100 - range.value} % ${names.after}`];
    range.setAttribute("aria-valuetext", `${before}, ${after}`);
  };
  range.oninput = move;
  return {
    name(before, after) {
      names = { before, after };
      move();
    },
    place(position) {
      range.value = position;
      move();
    },
  };
}
