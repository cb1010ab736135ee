// The photo with the regions over it, as large as there is room: zoomed by wheel or two fingers, moved with both.

const MOST_ZOOM = 16;
const FILL = 0.5; // how much of a region's colour lies over the photo, and of the active one's
const ACTIVE_FILL = 0.6;

class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.zoom = 1;
    this.x = this.y = 0; // what of the photo, in its own pixels, is in the upper left corner
    this.feather = 0;
    this.shapes = () => {};
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  // Show another photo of `width` x `height` pixels of its small copy.
  open(photo, width, height) {
    Object.assign(this, { photo, width, height, zoom: 1, x: 0, y: 0 });
    this.fill = new OffscreenCanvas(width, height);
    this.edges = new OffscreenCanvas(width, height);
    this.hint = new OffscreenCanvas(width, height);
    this.canvas.closest(".editor").style.setProperty("--ratio", width / height);
    this.fit();
  }

  fit() {
    if (!this.photo) return;
    const { clientWidth, clientHeight } = this.canvas;
    const dense = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(clientWidth * dense);
    this.canvas.height = Math.round(clientHeight * dense);
    this.draw();
  }

  // Screen pixels for a pixel of the small copy.
  get scale() {
    return (this.canvas.clientWidth / this.width) * this.zoom;
  }

  // Where on the small copy an event is.
  place({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: this.x + (clientX - left) / this.scale, y: this.y + (clientY - top) / this.scale };
  }

  zoomTo(zoom, event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const at = event ?? { clientX: left + width / 2, clientY: top + height / 2 };
    const before = this.place(at);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    const after = this.place(at);
    this.x += before.x - after.x;
    this.y += before.y - after.y;
    this.move(0, 0);
  }

  // Move the photo by screen pixels; it does not leave its frame.
  move(dx, dy) {
    this.x = Math.min(this.width * (1 - 1 / this.zoom), Math.max(0, this.x - dx / this.scale));
    this.y = Math.min(this.height * (1 - 1 / this.zoom), Math.max(0, this.y - dy / this.scale));
    this.draw();
  }

  draw() {
    if (this.asked || !this.photo) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
    });
  }

  paint() {
    const { canvas, context } = this;
    const scale = (canvas.width / this.width) * this.zoom;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, -this.x * scale, -this.y * scale);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.photo, 0, 0, this.width, this.height);
    if (this.feather * scale > 0.5 && !this.busy) context.filter = `blur(${this.feather * scale}px)`;
    context.drawImage(this.fill, 0, 0);
    context.filter = "none";
    context.drawImage(this.edges, 0, 0);
    context.drawImage(this.hint, 0, 0);
    this.shapes(context, scale);
  }

  // Lay the regions' colours over the photo anew, within a box.
  cover(regions, active, box) {
    const [width, height] = [box.right - box.left, box.bottom - box.top];
    const [fill, edges] = [new ImageData(width, height), new ImageData(width, height)];
    const shown = regions.filter(({ filled }) => filled);
    const colors = shown.map(({ color }) => channels(color));
    for (let y = box.top, to = 0; y < box.bottom; y += 1) {
      for (let x = box.left, at = y * this.width + box.left; x < box.right; x += 1, at += 1, to += 4) {
        let [r, g, b, sum, alpha] = [0, 0, 0, 0, 0];
        for (let k = 0; k < shown.length; k += 1) {
          const value = shown[k].mask[at];
          if (!value) continue;
          sum += value;
          r += value * colors[k][0];
          g += value * colors[k][1];
          b += value * colors[k][2];
          alpha += value * (shown[k] === active ? ACTIVE_FILL : FILL);
          if (shown[k] === active && value > 127 && this.borders(shown[k].mask, at, x, y)) {
            edges.data.set([...colors[k], 255], to);
          }
        }
        if (!sum) continue;
        fill.data[to] = r / sum;
        fill.data[to + 1] = g / sum;
        fill.data[to + 2] = b / sum;
        fill.data[to + 3] = Math.min(255, alpha);
      }
    }
    this.fill.getContext("2d").putImageData(fill, box.left, box.top);
    this.edges.getContext("2d").putImageData(edges, box.left, box.top);
    this.draw();
  }

  borders(mask, at, x, y) {
    return (
      (x > 0 && mask[at - 1] < 128) ||
      (x < this.width - 1 && mask[at + 1] < 128) ||
      (y > 0 && mask[at - this.width] < 128) ||
      (y < this.height - 1 && mask[at + this.width] < 128)
    );
  }

  // Show in a colour what a click would pick; nothing without one.
  suggest(labels, chosen, color) {
    const context = this.hint.getContext("2d");
    context.clearRect(0, 0, this.width, this.height);
    if (chosen) {
      const image = new ImageData(this.width, this.height);
      const words = new Uint32Array(image.data.buffer);
      const [r, g, b] = channels(color);
      const word = (0x55000000 | (b << 16) | (g << 8) | r) >>> 0;
      for (let at = 0; at < labels.length; at += 1) if (chosen[labels[at]]) words[at] = word;
      context.putImageData(image, 0, 0);
    }
    this.draw();
  }
}

// Red, green and blue of "#rrggbb".
function channels(color) {
  return [1, 3, 5].map((from) => parseInt(color.slice(from, from + 2), 16));
}
