// Tiles to choose one picture from: native radio buttons, so that arrow keys, focus and screen readers work as usual.

const rendered = new WeakMap();

function tile({ id, alt, src }, group) {
  const label = document.createElement("label");
  label.title = alt;
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = group;
  radio.value = id;
  const image = document.createElement("img");
  image.src = src;
  image.alt = alt;
  label.append(radio, image);
  return label;
}

export default function ({ data, parentElement, setStateValue }) {
  const gallery = parentElement.querySelector(".gallery");
  const signature = JSON.stringify(data.tiles.map(({ id, src }) => [id, src.length]));
  if (rendered.get(gallery) !== signature) {
    rendered.set(gallery, signature);
    gallery.setAttribute("aria-label", data.label);
    gallery.replaceChildren(...data.tiles.map((each) => tile(each, data.label)));
  }
  for (const radio of gallery.querySelectorAll("input")) {
    radio.checked = radio.value === data.chosen;
    radio.onchange = () => setStateValue("chosen", { id: radio.value, turn: Date.now() });
  }
}
