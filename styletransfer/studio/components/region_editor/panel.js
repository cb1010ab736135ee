// The list of the regions: each with its colour, its name, what becomes of it, and how strong the style is in it.

const STRONGEST = 4;

class Panel {
  constructor(editor, root) {
    this.editor = editor;
    this.root = root;
    this.list = root.querySelector(".regions");
    root.querySelector(".add").onclick = () => editor.add();
    const feather = root.querySelector(".feather input");
    feather.oninput = () => editor.soften(Number(feather.value));
  }

  // Draw it anew, unless that would take a name away from under the hand.
  show() {
    const { editor, root } = this;
    const { words } = editor;
    const focused = root.getRootNode().activeElement;
    const [held, kind] = [focused?.closest?.(".region")?.dataset.id, focused?.dataset?.kind];
    this.list.replaceChildren(...editor.regions.map((region, number) => this.card(region, number)));
    if (held) this.list.querySelector(`[data-id="${held}"] [data-kind="${kind}"]`)?.focus();
    const add = root.querySelector(".add");
    add.textContent = words.add;
    add.disabled = editor.regions.length >= MOST_REGIONS;
    root.querySelector(".rest b").textContent = words.rest;
    root.querySelector(".rest .becomes").replaceChildren(...this.rest().map((painting) => picture(painting)));
    const feather = root.querySelector(".feather");
    feather.firstElementChild.textContent = words.feather;
    feather.lastElementChild.value = editor.state.feather;
  }

  // What no region covers follows the first painting, or all of them as long as no region has one of its own.
  rest() {
    const { paintings, regions } = this.editor;
    return regions.some(({ filled, painting }) => filled && painting !== null) ? paintings.slice(0, 1) : paintings;
  }

  card(region, number) {
    const { editor } = this;
    const { words } = editor;
    const card = element("li", "region");
    card.dataset.id = region.id;
    card.style.setProperty("--color", region.color);
    const active = region === editor.active;
    card.classList.toggle("active", active);
    card.onpointerdown = () => editor.activate(number, { quietly: true });

    const swatch = element("button", "swatch");
    Object.assign(swatch, { type: "button", title: words.choose });
    swatch.setAttribute("aria-label", `${words.choose}: ${region.name}`);
    swatch.setAttribute("aria-pressed", active);
    swatch.dataset.kind = "swatch";
    swatch.onclick = () => editor.activate(number);

    const name = element("input", "name");
    Object.assign(name, { type: "text", value: region.name, maxLength: 40 });
    name.setAttribute("aria-label", words.name);
    name.dataset.kind = "name";
    name.onfocus = () => editor.activate(number, { quietly: true });
    name.oninput = () => editor.set(region.id, { name: name.value }, { quietly: true });
    name.onkeydown = (event) => {
      if (event.key === "Enter") name.blur();
    };

    const much = element("span", "share");
    much.textContent = region.filled ? percent(share(region.mask), editor.locale) : words.empty;

    const remove = element("button", "remove");
    Object.assign(remove, { type: "button", textContent: "×", title: words.remove });
    remove.setAttribute("aria-label", `${words.remove}: ${region.name}`);
    remove.dataset.kind = "remove";
    remove.onclick = (event) => {
      event.stopPropagation();
      editor.remove(region.id);
    };

    const head = element("div", "head");
    head.append(swatch, name, much, remove);
    card.append(head, this.choices(region));
    if (region.painting !== null) card.append(this.weight(region));
    return card;
  }

  choices(region) {
    const { editor } = this;
    const { words, paintings } = editor;
    const becomes = element("div", "becomes");
    becomes.setAttribute("role", "group");
    becomes.setAttribute("aria-label", words.becomes);
    const chosen = editor.becomes(region);
    const option = (id, title, content, kind) => {
      const button = element("button", `choice ${kind}`);
      Object.assign(button, { type: "button", title });
      button.setAttribute("aria-label", title);
      button.setAttribute("aria-pressed", chosen === id);
      button.dataset.kind = `choice ${id}`;
      button.append(...content);
      button.onclick = () => editor.set(region.id, { painting: id });
      return button;
    };
    const keep = option(null, words.keep, [picture({ src: editor.photoTile, title: "" }), labelled(words.keepShort)], "keep");
    becomes.append(keep, ...paintings.map((each) => option(each.id, each.title, [picture(each)], "painting")));
    if (editor.mayAdd) {
      const more = element("button", "choice more");
      Object.assign(more, { type: "button", textContent: "+", title: words.more });
      more.setAttribute("aria-label", words.more);
      more.dataset.kind = "more";
      more.onclick = () => editor.wantPainting(region.id);
      becomes.append(more);
    }
    return becomes;
  }

  weight(region) {
    const { editor } = this;
    const label = element("label", "weight");
    const text = element("span");
    text.textContent = editor.words.weight;
    const range = element("input");
    Object.assign(range, { type: "range", min: 0, max: STRONGEST, step: 0.1, value: region.weight });
    range.dataset.kind = "weight";
    const number = element("output");
    const tell = () => {
      number.textContent = Number(range.value).toLocaleString(editor.locale, { maximumFractionDigits: 1 });
    };
    tell();
    range.oninput = () => {
      tell();
      editor.set(region.id, { weight: Number(range.value) }, { quietly: true });
    };
    range.ondblclick = () => editor.set(region.id, { weight: 1 });
    label.append(text, range, number);
    return label;
  }
}

function element(tag, className = "") {
  return Object.assign(document.createElement(tag), { className });
}

function picture({ src, title }) {
  const image = element("img");
  Object.assign(image, { src, alt: title, draggable: false });
  return image;
}

function labelled(text) {
  return Object.assign(element("span"), { textContent: text });
}

function percent(part, locale) {
  const digits = part < 0.1 ? 1 : 0;
  return part.toLocaleString(locale, { style: "percent", maximumFractionDigits: digits });
}
