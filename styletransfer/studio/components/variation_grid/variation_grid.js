// A contact sheet: pictures in labelled rows and columns, one of which is chosen. Native radio buttons, as in the gallery.

const rendered = new WeakMap();

function element(kind, name, text = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

function labelled(name, { words, value }) {
  const made = element("div", name, words);
  made.append(element("span", "value", value));
  return made;
}

function cell(index) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = "sheet";
  radio.value = index;
  label.append(radio, document.createElement("img"));
  return label;
}

function build(sheet, { columns, rows, across, down, words }) {
  sheet.setAttribute("aria-label", words.order);
  sheet.style.setProperty("--painting", JSON.stringify(words.painting)); // for what the style sheet shows
  sheet.style.setProperty("--columns", columns.length);
  sheet.style.setProperty("--rows", rows.length);
  const corner = element("div", "corner");
  corner.append(element("span", "", `${across} \u2192`), element("span", "", `${down} \u2193`));
  const head = [corner, ...columns.map((column) => labelled("head", column))];
  const body = rows.flatMap((row, y) => [
    labelled("row", row),
    ...columns.map((_, x) => cell(y * columns.length + x)),
  ]);
  sheet.replaceChildren(...head, ...body);
}

export default function ({ data, parentElement, setStateValue }) {
  const sheet = parentElement.querySelector(".sheet");
  const signature = JSON.stringify([data.columns, data.rows, data.words]);
  if (rendered.get(sheet) !== signature) {
    rendered.set(sheet, signature);
    build(sheet, data);
    // On a narrow window the button lies below the stage: show what it has begun.
    const page = document.querySelector('[data-testid="stMain"]');
    if (matchMedia("(width < 900px)").matches) page?.scrollTo({ top: 0 });
  }
  sheet.style.setProperty("--ratio", data.ratio);
  sheet.querySelectorAll("label").forEach((label, index) => {
    const { src, alt, state } = data.cells[index];
    label.className = state;
    const image = label.querySelector("img");
    if (src && image.src !== src) image.src = src;
    image.alt = alt;
    const radio = label.querySelector("input");
    radio.setAttribute("aria-label", alt);
    radio.disabled = state !== "painted";
    radio.checked = index === data.chosen;
    radio.onchange = () => setStateValue("chosen", { cell: index, turn: Date.now() });
  });
}
