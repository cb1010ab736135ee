// The bar over the photo: which tool is in hand and how it is set, the steps back and forth, and the zoom below.

const SMALLEST_BRUSH = 1.5; // pixels of the small copy
const LARGEST_BRUSH = 160;
const SETTABLE = { pick: ["tolerance"], brush: ["size", "softness"], eraser: ["size", "softness"] };

class Bar {
  constructor(editor, root) {
    Object.assign(this, { editor, root, tool: "pick", tolerance: 28, size: 35, softness: 0.4, taking: false });
    this.toggle = root.querySelector("[data-toggle]");
    this.listen();
  }

  listen() {
    const { editor, root } = this;
    for (const button of root.querySelectorAll("[data-tool]")) button.onclick = () => this.choose(button.dataset.tool);
    for (const button of root.querySelectorAll("[data-do]")) button.onclick = () => this.perform(button.dataset.do);
    this.toggle.onclick = () => {
      this.taking = !this.taking;
      this.show();
    };
    this.range("tolerance").oninput = (event) => {
      this.tolerance = Number(event.target.value);
      editor.repick();
    };
    this.range("size").oninput = (event) => {
      this.size = Number(event.target.value);
    };
    this.range("softness").oninput = (event) => {
      this.softness = Number(event.target.value) / 100;
    };
  }

  range(option) {
    return this.root.querySelector(`[data-option=${option}] input`);
  }

  // Of the brush, in pixels of the small copy.
  get radius() {
    const share = (this.size / 100) ** 2; // fine steps where the brush is small
    return SMALLEST_BRUSH + share * (LARGEST_BRUSH - SMALLEST_BRUSH);
  }

  perform(what) {
    const { editor } = this;
    if (!editor.ready) return;
    const zooms = { zoomIn: editor.view.zoom * 1.5, zoomOut: editor.view.zoom / 1.5, fit: 1 };
    if (what in zooms) editor.view.zoomTo(zooms[what]);
    else editor[what]();
  }

  choose(tool) {
    TOOLS[this.tool].leave?.(this.editor);
    this.tool = tool;
    this.show();
    this.editor.view.draw();
  }

  resize(factor) {
    this.size = Math.min(100, Math.max(2, this.size * factor));
    this.show();
    this.editor.view.draw();
  }

  show() {
    const { root, tool } = this;
    const { words, canvas } = this.editor;
    const settable = SETTABLE[tool] ?? [];
    for (const option of root.querySelectorAll("[data-option]")) option.hidden = !settable.includes(option.dataset.option);
    for (const button of root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", button.dataset.tool === tool);
    }
    this.toggle.hidden = tool === "eraser";
    this.toggle.setAttribute("aria-pressed", this.taking);
    this.range("tolerance").value = this.tolerance;
    this.range("size").value = this.size;
    this.range("softness").value = 100 * this.softness;
    const mouse = matchMedia("(hover: hover)").matches && tool !== "eraser";
    root.querySelector(".hint").textContent = [words[`${tool}Hint`], mouse ? words.otherButton : ""].join(" ");
    canvas.dataset.tool = tool;
  }

  showSteps() {
    const { history, active } = this.editor;
    const enable = (what, on) => {
      this.root.querySelector(`[data-do=${what}]`).disabled = !on;
    };
    enable("undo", history.past.length > 0);
    enable("redo", history.future.length > 0);
    enable("clear", Boolean(active?.filled));
  }

  // What stands on the buttons and sliders, for eyes, pointers and screen readers.
  label(words) {
    const { root, toggle } = this;
    root.querySelector(".tools").setAttribute("aria-label", words.tools);
    for (const button of root.querySelectorAll("[data-tool], [data-do]")) {
      const name = button.dataset.tool ?? button.dataset.do;
      button.setAttribute("aria-label", words[name]);
      button.title = words[`${name}Key`] ? `${words[name]} (${words[`${name}Key`]})` : words[name];
    }
    toggle.textContent = words.takeAway;
    toggle.title = words.takeAwayHint;
    for (const option of root.querySelectorAll("[data-option]")) {
      option.firstElementChild.textContent = words[option.dataset.option];
    }
  }
}
