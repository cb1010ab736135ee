// Pick: what belongs together with the place that is clicked. The photo comes cut into superpixels; the one that is
// clicked grows over its neighbours, the most alike first. Of all the sets on that way whose dearest step is within the
// tolerance, the one with the clearest border is taken.

const LIGHTNESS = 0.5; // a shadow changes the lightness of a thing more than its colour
const COLOR = 1.7;
const BORDER = 0.6; // of the contrast to the neighbour it is reached from, beside that to what was clicked
const LEARNT = 0.08; // share of the photo up to which the set's mean follows what it takes in
const SMALLEST = 0.004; // shares of the photo that a set may have
const LARGEST = 0.6;
const HOLE = 0.25; // of the set: what it encloses up to this size belongs to it, such as eyes to a face
const DEAREST = 80;

class Picker {
  constructor(labels, pixels, width, height) {
    Object.assign(this, { labels, width, height });
    this.count = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
    this.measure(pixels);
    this.connect();
    this.families = new Map();
  }

  // The superpixels that belong together with one of them, one byte each.
  grown(seed, tolerance) {
    if (!this.families.has(seed)) {
      if (this.families.size > 64) this.families.clear();
      this.families.set(seed, this.grow(seed));
    }
    const { order, costs, clear, areas } = this.families.get(seed);
    let best = -1;
    let length = 1;
    for (let k = 0; k < order.length && costs[k] <= tolerance; k += 1) {
      const part = areas[k] / this.labels.length;
      if (part > LARGEST) break;
      if (part < SMALLEST) {
        length = k + 1;
        continue;
      }
      if (costs[k + 1] <= costs[k]) continue; // the next one costs nothing more
      const score = clear[k] * part ** 0.1;
      if (score > best) [best, length] = [score, k + 1];
    }
    const chosen = new Uint8Array(this.count);
    for (let k = 0; k < length; k += 1) chosen[order[k]] = 1;
    this.fill(chosen, areas[length - 1]);
    return chosen;
  }

  only(label) {
    const chosen = new Uint8Array(this.count);
    chosen[label] = 1;
    return chosen;
  }

  // Size, mean colour and bounding box of every superpixel.
  measure(pixels) {
    const { labels, count } = this;
    this.sizes = new Float64Array(count);
    this.means = new Float64Array(3 * count);
    this.boxes = Int32Array.from({ length: 4 * count }, (_, at) => (at % 4 < 2 ? this.width + this.height : 0));
    const sums = new Float64Array(3 * count);
    for (let at = 0; at < labels.length; at += 1) {
      const label = labels[at];
      const [x, y, box] = [at % this.width, Math.floor(at / this.width), 4 * label];
      this.boxes[box] = Math.min(this.boxes[box], x);
      this.boxes[box + 1] = Math.min(this.boxes[box + 1], y);
      this.boxes[box + 2] = Math.max(this.boxes[box + 2], x + 1);
      this.boxes[box + 3] = Math.max(this.boxes[box + 3], y + 1);
      this.sizes[label] += 1;
      for (let c = 0; c < 3; c += 1) sums[3 * label + c] += pixels[4 * at + c];
    }
    for (let label = 0; label < count; label += 1) {
      const [r, g, b] = [0, 1, 2].map((c) => sums[3 * label + c] / Math.max(1, this.sizes[label]));
      this.means.set(lab(r, g, b), 3 * label);
    }
  }

  // Who borders on whom, over how many pixels.
  connect() {
    const { labels, width, count } = this;
    const borders = new Map();
    const meet = (one, other) => {
      if (one === other) return;
      const key = Math.min(one, other) * count + Math.max(one, other);
      borders.set(key, (borders.get(key) ?? 0) + 1);
    };
    this.edge = new Uint8Array(count);
    for (let at = 0; at < labels.length; at += 1) {
      const last = at % width === width - 1;
      if (last || at % width === 0 || at < width || at >= labels.length - width) this.edge[labels[at]] = 1;
      if (!last) meet(labels[at], labels[at + 1]);
      if (at + width < labels.length) meet(labels[at], labels[at + width]);
    }
    this.neighbours = Array.from({ length: count }, () => []);
    borders.forEach((length, key) => {
      const [one, other] = [Math.floor(key / count), key % count];
      const contrast = this.distance(this.means.subarray(3 * one, 3 * one + 3), other);
      this.neighbours[one].push({ label: other, length, contrast });
      this.neighbours[other].push({ label: one, length, contrast });
    });
  }

  distance(color, label) {
    const at = 3 * label;
    return Math.hypot(color[0] - this.means[at], color[1] - this.means[at + 1], color[2] - this.means[at + 2]);
  }

  // All sets that a seed grows through: in which order superpixels come in, the dearest step so far, and each set's
  // area and the mean contrast along its border.
  grow(seed) {
    const family = { order: [], costs: [], clear: [], areas: [] };
    const inside = new Uint8Array(this.count);
    const cheapest = new Float64Array(this.count).fill(Infinity);
    const mean = Array.from(this.means.subarray(3 * seed, 3 * seed + 3));
    const heap = new Heap();
    let [area, length, contrast, dearest] = [0, 0, 0, 0];
    heap.push(0, seed);
    while (heap.size) {
      const [cost, label] = heap.pop();
      if (inside[label]) continue;
      if (cost > DEAREST) break;
      inside[label] = 1;
      dearest = Math.max(dearest, cost);
      area += this.sizes[label];
      if (area < LEARNT * this.labels.length) {
        const weight = this.sizes[label] / (area + this.sizes[seed]);
        for (let c = 0; c < 3; c += 1) mean[c] += weight * (this.means[3 * label + c] - mean[c]);
      }
      for (const near of this.neighbours[label]) {
        const sign = inside[near.label] ? -1 : 1;
        length += sign * near.length;
        contrast += sign * near.length * near.contrast;
        if (sign < 0) continue;
        const next = BORDER * near.contrast + this.distance(mean, near.label);
        if (next >= cheapest[near.label]) continue;
        cheapest[near.label] = next;
        heap.push(next, near.label);
      }
      family.order.push(label);
      family.costs.push(dearest);
      family.clear.push(length > 0 ? contrast / length : 0);
      family.areas.push(area);
    }
    return family;
  }

  // Take in what is enclosed.
  fill(chosen, area) {
    const seen = chosen.slice();
    for (let start = 0; start < this.count; start += 1) {
      if (seen[start]) continue;
      const island = [start];
      let [size, open] = [0, false];
      seen[start] = 1;
      for (let k = 0; k < island.length; k += 1) {
        size += this.sizes[island[k]];
        open ||= this.edge[island[k]] === 1;
        for (const { label } of this.neighbours[island[k]]) {
          if (seen[label]) continue;
          seen[label] = 1;
          island.push(label);
        }
      }
      if (!open && size < HOLE * area) for (const label of island) chosen[label] = 1;
    }
  }

  // Chosen superpixels as {box, coverage}: their border is smooth and reaches a little over, so that two of them leave
  // no gap between them.
  cover(chosen) {
    const { labels, boxes, width, height } = this;
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let label = 0; label < this.count; label += 1) {
      if (!chosen[label]) continue;
      left = Math.min(left, boxes[4 * label]);
      top = Math.min(top, boxes[4 * label + 1]);
      right = Math.max(right, boxes[4 * label + 2]);
      bottom = Math.max(bottom, boxes[4 * label + 3]);
    }
    const box = within(left - 3, top - 3, right + 3, bottom + 3, width, height);
    const across = box.right - box.left;
    const hard = new Float32Array(across * (box.bottom - box.top));
    for (let y = box.top, to = 0; y < box.bottom; y += 1) {
      for (let x = box.left; x < box.right; x += 1, to += 1) hard[to] = chosen[labels[y * width + x]];
    }
    const soft = blurred(blurred(hard, across), across);
    const mask = Uint8Array.from(soft, (value) => Math.min(255, Math.max(0, 1020 * (value - 0.15))));
    return { box, coverage: (x, y) => mask[(y - box.top) * across + x - box.left] };
  }
}

// CIELAB of sRGB, on the scale of eight bits and weighted: lightness counts less than colour.
function lab(r, g, b) {
  const [lr, lg, lb] = [r, g, b].map((level) => (level <= 10.3 ? level / 3294.6 : ((level / 255 + 0.055) / 1.055) ** 2.4));
  const root = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = root((0.412453 * lr + 0.35758 * lg + 0.180423 * lb) / 0.950456);
  const y = root(0.212671 * lr + 0.71516 * lg + 0.072169 * lb);
  const z = root((0.019334 * lr + 0.119193 * lg + 0.950227 * lb) / 1.088754);
  return [LIGHTNESS * 2.55 * (116 * y - 16), COLOR * 500 * (x - y), COLOR * 200 * (y - z)];
}

// Each value's mean with its eight neighbours; the borders go on as they are.
function blurred(values, width) {
  const height = values.length / width;
  const rows = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const x = at % width;
    rows[at] = values[at] + values[x > 0 ? at - 1 : at] + values[x < width - 1 ? at + 1 : at];
  }
  return rows.map((row, at) => {
    const y = Math.floor(at / width);
    return (row + rows[y > 0 ? at - width : at] + rows[y < height - 1 ? at + width : at]) / 9;
  });
}

// A binary heap of numbers with values, the smallest first.
class Heap {
  constructor() {
    this.items = [];
  }

  get size() {
    return this.items.length;
  }

  push(cost, value) {
    const { items } = this;
    let at = items.push([cost, value]) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above][0] <= items[at][0]) break;
      [items[above], items[at]] = [items[at], items[above]];
      at = above;
    }
  }

  pop() {
    const { items } = this;
    const [top, last] = [items[0], items.pop()];
    if (!items.length) return top;
    items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < items.length && items[below][0] < items[least][0]) least = below;
      }
      if (least === at) return top;
      [items[least], items[at]] = [items[at], items[least]];
      at = least;
    }
  }
}
