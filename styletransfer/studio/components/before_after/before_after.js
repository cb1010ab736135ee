// Before/after: the photo lies over the painting, with a border between them (see border.js).

const borders = new WeakMap();

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".compare");
  if (!borders.has(box)) borders.set(box, border(box));
  if (box.dataset.run !== data.run) {
    box.dataset.run = data.run;
    box.style.setProperty("--ratio", data.ratio);
    box.querySelector("input").setAttribute("aria-label", data.label);
    for (const side of ["before", "after"]) {
      const image = box.querySelector(`.${side}`);
      image.alt = data[`${side}_alt`];
    }
    borders.get(box).name(data.before, data.after);
    borders.get(box).place(data.position);
  }
  for (const side of ["before", "after"]) {
    const image = box.querySelector(`.${side}`);
    if (image.src !== data[`${side}_src`]) image.src = data[`${side}_src`];
  }
}
