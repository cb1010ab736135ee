// Painting regions on a small copy of the photo. What is painted lives here; the page is told a moment after each
// change, and at once when the pointer leaves for one of its buttons.

const REST = 400; // milliseconds after a change until the page is told
const editors = new WeakMap();
const kept = { seed: null, state: null, history: null }; // outlives the element, which the page may draw anew

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".editor");
  if (!editors.has(root)) editors.set(root, new Editor(root));
  const editor = editors.get(root);
  editor.send = (regions) => setStateValue("regions", regions);
  editor.ask = () => setTriggerValue("painting", true);
  editor.open(data);
}

class Editor {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.view = new View(this.canvas);
    this.view.shapes = (context, scale) => TOOLS[this.bar.tool].shape?.(this, context, scale);
    this.state = { regions: [], active: null, feather: 0.4 };
    this.history = new History();
    this.bar = new Bar(this, root);
    this.panel = new Panel(this, root.querySelector(".panel"));
    this.listen();
    listenToPointer(this, this.canvas);
    listenToKeys(this, root);
  }

  // --- what the page says ----------------------------------------------------------------------------------------

  async open(data) {
    const { words, paintings, locale } = data;
    Object.assign(this, { words, paintings, locale, mayAdd: data.mayAdd, photoTile: data.photo.tile });
    this.canvas.setAttribute("aria-label", data.photo.title);
    if (this.waiting && paintings.length > this.waiting.paintings) {
      const { id } = this.waiting;
      this.waiting = null;
      this.set(id, { painting: paintings.at(-1).id });
    }
    if (this.seed !== data.seed) {
      this.seed = data.seed;
      this.ready = false;
      await this.load(data);
      if (this.seed !== data.seed) return; // another one has come meanwhile
      this.ready = true;
    }
    if (!this.ready) return;
    const shown = JSON.stringify([this.seed, locale, data.mayAdd, paintings.map(({ id, title, src }) => [id, title, src.length])]);
    if (this.shown === shown) return; // else a slider would go from under the hand that rests on it
    this.shown = shown;
    this.show();
  }

  async load({ seed, photo, regions, feather }) {
    const { width, height } = photo;
    const [{ data: pixels }, { data: coded }, image] = await Promise.all([
      pixelsOf(photo.src, width, height),
      pixelsOf(photo.labels, width, height, false),
      pictureFrom(photo.src),
    ]);
    const labels = Int32Array.from({ length: width * height }, (_, at) => coded[4 * at] + 256 * coded[4 * at + 1]);
    const again = kept.seed === seed ? kept : null;
    const state = again?.state ?? {
      regions: await Promise.all(regions.map((region) => opened(region, width, height))),
      active: null,
      feather,
    };
    if (this.seed !== seed) return;
    Object.assign(this, { width, height, state, history: again?.history ?? new History(), lastPick: null });
    this.whole = { left: 0, top: 0, right: width, bottom: height };
    this.picker = new Picker(labels, pixels, width, height);
    Object.assign(kept, { seed, state, history: this.history });
    if (!this.regions.length) this.state.regions.push(this.fresh());
    this.state.active ??= this.regions.at(-1).id;
    this.view.open(image, width, height);
    this.redraw();
  }

  // --- what there is ---------------------------------------------------------------------------------------------

  get regions() {
    return this.state.regions;
  }

  get active() {
    return this.regions.find(({ id }) => id === this.state.active) ?? null;
  }

  // Id of the painting that a region follows, null for what stays; a painting that was taken out gives way to the first.
  becomes({ painting }) {
    if (painting === null || this.paintings.some(({ id }) => id === painting)) return painting;
    return this.paintings[0]?.id ?? null;
  }

  // The first region stays as it is, the next ones get a painting that no other has yet.
  fresh() {
    const used = new Set(this.regions.map((region) => this.becomes(region)));
    const free = this.paintings.slice(1).find(({ id }) => !used.has(id));
    const color = COLORS.find((each) => this.regions.every((region) => region.color !== each)) ?? COLORS[0];
    let number = 1;
    const name = () => this.words.region.replace("{number}", number);
    while (this.regions.some((region) => region.name === name())) number += 1;
    return {
      id: crypto.randomUUID?.() ?? `${Math.random()}`.slice(2),
      name: name(),
      color,
      painting: this.regions.length ? (free?.id ?? this.paintings[1]?.id ?? null) : null,
      weight: 1,
      mask: new Uint8Array(this.width * this.height),
      filled: false,
      url: null,
    };
  }

  // --- painting --------------------------------------------------------------------------------------------------

  begin() {
    this.history.keep(this.state);
    this.lastPick = null;
    this.view.busy = true;
    if (!this.active) {
      this.regions.push(this.fresh());
      this.state.active = this.regions.at(-1).id;
    }
    this.stroke = new Stroke(this.regions, this.width, this.height);
  }

  change(box, coverage, adding) {
    this.stroke.paint(this.active, box, coverage, adding);
    this.view.cover(this.regions, this.active, box);
  }

  take(chosen, adding) {
    this.lastPick = null;
    const { box, coverage } = this.picker.cover(chosen);
    this.change(box, coverage, adding);
  }

  pick(label, adding) {
    this.take(this.picker.grown(label, this.bar.tolerance), adding);
    this.lastPick = { label, adding };
  }

  finish() {
    this.view.busy = false;
    const { changed } = this.stroke;
    if (!changed.length) this.history.forget();
    for (const region of changed) Object.assign(region, { filled: anything(region.mask), url: null });
    if (this.active) this.active.filled = anything(this.active.mask);
    this.changed();
  }

  // Take back what the pointer has begun: a second finger has come.
  drop() {
    this.view.busy = false;
    const before = this.history.past.pop();
    if (before) this.become(before);
  }

  // The last pick again, with another tolerance.
  repick() {
    if (!this.lastPick) return;
    const { label, adding } = this.lastPick;
    this.become(this.history.past.pop());
    this.begin();
    this.pick(label, adding);
    this.finish();
  }

  // --- steps -----------------------------------------------------------------------------------------------------

  undo() {
    this.become(this.history.undo(this.state));
  }

  redo() {
    this.become(this.history.redo(this.state));
  }

  become(state) {
    if (!state) return;
    this.lastPick = null;
    Object.assign(this.state, state);
    this.redraw();
    this.changed();
  }

  step(action) {
    this.history.keep(this.state);
    this.lastPick = null;
    action();
    this.redraw();
    this.changed();
  }

  add() {
    if (this.regions.length >= MOST_REGIONS) return;
    this.step(() => {
      this.regions.push(this.fresh());
      this.state.active = this.regions.at(-1).id;
    });
  }

  remove(id) {
    this.step(() => {
      this.state.regions = this.regions.filter((region) => region.id !== id);
      if (!this.active) this.state.active = this.regions.at(-1)?.id ?? null;
    });
  }

  clear() {
    if (!this.active?.filled) return;
    const mask = new Uint8Array(this.width * this.height);
    this.step(() => Object.assign(this.active, { mask, filled: false, url: null }));
  }

  invert() {
    if (!this.active) return;
    const mask = inverted(this.regions, this.active);
    this.step(() => Object.assign(this.active, { mask, filled: anything(mask), url: null }));
  }

  // Something of a region other than its mask. Many in a row, as while a name is typed, are one step.
  set(id, values, { quietly = false } = {}) {
    const row = `${id} ${Object.keys(values)}`;
    if (!quietly || this.row !== row) this.history.keep(this.state);
    Object.assign(this.regions.find((region) => region.id === id) ?? {}, values);
    this.lastPick = null;
    if (quietly) this.tellSoon();
    else this.changed();
    this.row = quietly ? row : null;
    this.bar.showSteps();
  }

  soften(feather) {
    if (this.row !== "feather") this.history.keep(this.state);
    this.state.feather = feather;
    this.view.feather = this.blur;
    this.view.draw();
    this.tellSoon();
    this.row = "feather";
    this.bar.showSteps();
  }

  get blur() {
    return (this.state.feather / 100) * Math.max(this.width, this.height);
  }

  activate(number, { quietly = false } = {}) {
    const region = this.regions[number];
    if (!region || region.id === this.state.active) return;
    this.state.active = region.id;
    this.lastPick = null;
    this.redraw();
    if (!quietly) this.panel.show();
    else {
      for (const card of this.panel.list.children) card.classList.toggle("active", card.dataset.id === region.id);
    }
  }

  wantPainting(id) {
    this.waiting = { id, paintings: this.paintings.length };
    this.tell();
    this.ask();
  }

  // Tell at once when the pointer or the keyboard goes elsewhere.
  listen() {
    const { root } = this;
    const leave = (event) => {
      if (!root.isConnected) removeEventListener("pointerdown", leave, true);
      else if (!event.composedPath().includes(root.getRootNode().host ?? root)) this.tell();
    };
    addEventListener("pointerdown", leave, true);
    root.addEventListener("focusout", () => this.telling && this.tell());
  }

  hold(held) {
    this.spaceHeld = held;
    this.canvas.classList.toggle("grab", held);
  }

  // --- showing and telling ---------------------------------------------------------------------------------------

  show() {
    this.bar.label(this.words);
    this.bar.show();
    this.panel.show();
    this.bar.showSteps();
  }

  redraw() {
    this.view.feather = this.blur;
    this.view.cover(this.regions, this.active, this.whole);
  }

  changed() {
    this.row = null;
    this.panel.show();
    this.bar.showSteps();
    this.view.draw();
    this.tellSoon();
  }

  tellSoon() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), REST);
  }

  // Tell the page how things stand, if that has not been done.
  tell() {
    if (!this.telling) return;
    clearTimeout(this.telling);
    this.telling = null;
    const { width, height, seed } = this;
    const regions = this.regions.map((region) => {
      if (region.filled) region.url ??= maskUrl(region.mask, width, height);
      const { name, color, weight } = region;
      return { name, color, weight, painting: this.becomes(region), mask: region.filled ? region.url : null };
    });
    this.send({ seed, width, height, feather: this.state.feather, regions });
  }
}
