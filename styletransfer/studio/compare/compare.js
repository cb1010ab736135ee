// Before/after: the photo lies over the painting and is cut off at the position of a native range input,
// which lies over both, invisible: dragging, arrow keys, Home, End and screen readers come with it.

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".compare");
  const range = box.querySelector("input");
  const move = () => {
    box.style.setProperty("--position", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value} % ${data.before}, ${100 - range.value} % ${data.after}`);
  };

  if (box.dataset.run !== data.run) {
    box.dataset.run = data.run;
    box.style.setProperty("--ratio", data.ratio);
    range.setAttribute("aria-label", data.label);
    for (const side of ["before", "after"]) {
      const image = box.querySelector(`.${side}`);
      image.alt = data[`${side}_alt`];
    }
    range.value = data.position;
    move();
  }
  for (const side of ["before", "after"]) {
    const image = box.querySelector(`.${side}`);
    if (image.src !== data[`${side}_src`]) image.src = data[`${side}_src`];
  }
  range.oninput = move;
}
