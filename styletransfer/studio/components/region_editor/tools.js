// What the pointer does: each tool says what happens when it goes down, moves and comes up again. Places are pixels of
// the small copy. `editor` offers change(box, coverage, adding), which paints, and knows the sizes.

class PickTool {
  hover(editor, at) {
    const label = editor.picker.labels[pixel(editor, at)];
    const key = `${label} ${editor.bar.tolerance}`;
    if (this.hovered === key) return;
    this.hovered = key;
    const color = editor.active?.color ?? COLORS[0];
    editor.view.suggest(editor.picker.labels, editor.picker.grown(label, editor.bar.tolerance), color);
  }

  leave(editor) {
    if (!this.hovered) return;
    this.hovered = null;
    editor.view.suggest(null, null);
  }

  down(editor, at, adding) {
    this.leave(editor);
    this.touched = new Set([editor.picker.labels[pixel(editor, at)]]);
    editor.pick(editor.picker.labels[pixel(editor, at)], adding);
  }

  // Dragging takes in what is touched, patch by patch.
  move(editor, at, adding) {
    const label = editor.picker.labels[pixel(editor, at)];
    if (this.touched.has(label)) return;
    this.touched.add(label);
    editor.take(editor.picker.only(label), adding);
  }

  up() {}
}

class BrushTool {
  down(editor, at, adding) {
    this.last = at;
    this.stamp(editor, at, adding);
  }

  move(editor, at, adding) {
    const way = Math.hypot(at.x - this.last.x, at.y - this.last.y);
    const stride = Math.max(0.7, editor.bar.radius / 4);
    const [from, steps] = [this.last, Math.floor(way / stride)];
    for (let step = 1; step <= steps; step += 1) {
      const part = (step * stride) / way;
      this.last = { x: from.x + part * (at.x - from.x), y: from.y + part * (at.y - from.y) };
      this.stamp(editor, this.last, adding);
    }
  }

  up() {}

  stamp(editor, { x, y }, adding) {
    const { radius, softness } = editor.bar;
    const rim = Math.max(1, radius * softness); // over which the brush fades
    const box = within(x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1, editor.width, editor.height);
    if (!box) return;
    editor.change(
      box,
      (px, py) => {
        const inside = (radius + 0.5 - Math.hypot(px + 0.5 - x, py + 0.5 - y)) / rim;
        const t = Math.min(1, Math.max(0, inside));
        return 255 * t * t * (3 - 2 * t);
      },
      adding,
    );
  }

  shape(editor, context, scale) {
    if (!editor.pointer) return;
    context.beginPath();
    context.arc(editor.pointer.x, editor.pointer.y, editor.bar.radius, 0, 2 * Math.PI);
    outline(context, scale);
  }
}

class RectangleTool {
  down(editor, at) {
    this.from = this.to = at;
  }

  move(editor, at) {
    this.to = at;
    editor.view.draw();
  }

  up(editor, adding) {
    const { from, to } = this;
    this.from = null;
    const [left, right] = [from.x, to.x].sort((one, other) => one - other).map(Math.round);
    const [top, bottom] = [from.y, to.y].sort((one, other) => one - other).map(Math.round);
    const box = within(left, top, right, bottom, editor.width, editor.height);
    if (box) editor.change(box, () => 255, adding);
  }

  shape(editor, context, scale) {
    if (!this.from) return;
    context.beginPath();
    context.rect(this.from.x, this.from.y, this.to.x - this.from.x, this.to.y - this.from.y);
    outline(context, scale);
  }
}

class LassoTool {
  down(editor, at) {
    this.path = [at];
  }

  move(editor, at) {
    this.path.push(at);
    editor.view.draw();
  }

  up(editor, adding) {
    const path = this.path;
    this.path = null;
    const [xs, ys] = [path.map(({ x }) => x), path.map(({ y }) => y)];
    const box = within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), editor.width, editor.height);
    if (!box || path.length < 3) return;
    const width = box.right - box.left;
    const context = new OffscreenCanvas(width, box.bottom - box.top).getContext("2d");
    context.translate(-box.left, -box.top);
    context.beginPath();
    path.forEach(({ x, y }) => context.lineTo(x, y));
    context.fill();
    const { data } = context.getImageData(0, 0, width, box.bottom - box.top);
    editor.change(box, (x, y) => data[4 * ((y - box.top) * width + x - box.left) + 3], adding);
  }

  shape(editor, context, scale) {
    if (!this.path) return;
    context.beginPath();
    this.path.forEach(({ x, y }) => context.lineTo(x, y));
    outline(context, scale);
  }
}

function pixel({ width, height }, { x, y }) {
  return Math.min(height - 1, Math.max(0, Math.floor(y))) * width + Math.min(width - 1, Math.max(0, Math.floor(x)));
}

// A line that is seen on light and on dark.
function outline(context, scale) {
  for (const [color, width] of [
    ["rgb(0 0 0 / 70%)", 3],
    ["#fff", 1.4],
  ]) {
    context.strokeStyle = color;
    context.lineWidth = width / scale;
    context.stroke();
  }
}

const TOOLS = {
  pick: new PickTool(),
  brush: new BrushTool(),
  eraser: new BrushTool(),
  rectangle: new RectangleTool(),
  lasso: new LassoTool(),
};
