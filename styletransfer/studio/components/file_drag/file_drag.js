// Marks the page while a file is dragged over the window, so that the style sheet can make the place to drop it large.

let watched = false;

function watch() {
  const mark = (on) => document.documentElement.toggleAttribute("data-dragging", on);
  let depth = 0; // the pointer enters an inner element before it leaves the outer one
  addEventListener("dragenter", (event) => {
    if (event.dataTransfer?.types.includes("Files")) mark(++depth > 0);
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    mark(depth > 0);
  });
  // No mouse moves while something is dragged: if one does, it has ended, however that went.
  for (const end of ["drop", "dragend", "mousemove"]) {
    addEventListener(
      end,
      () => {
        if (depth) mark(false);
        depth = 0;
      },
      true,
    );
  }
}

export default function () {
  if (watched) return;
  watched = true;
  watch();
}
