// Regions and what is painted into them. A mask is one byte for each pixel of the small copy of the photo, 255 where
// the region is. Where one region is painted the others give way, so that no pixel belongs to more than one whole.

const COLORS = ["#e0475b", "#2f8fd6", "#e3a008", "#3fa66a", "#9a5bd1", "#e2711d", "#12a5a0", "#c2478f"];
const MOST_REGIONS = COLORS.length;

// A rectangle of whole pixels within the picture, or null where nothing of it is.
function within(left, top, right, bottom, width, height) {
  const box = {
    left: Math.max(0, Math.floor(left)),
    top: Math.max(0, Math.floor(top)),
    right: Math.min(width, Math.ceil(right)),
    bottom: Math.min(height, Math.ceil(bottom)),
  };
  return box.left < box.right && box.top < box.bottom ? box : null;
}

// One stroke, from when the pointer goes down until it comes up. However often it passes a place, that is covered as
// much as it was covered most; a second stroke covers what the first has left. Masks are copied before they are
// changed, so that history keeps them as they were.
class Stroke {
  constructor(regions, width, height) {
    Object.assign(this, { regions, width });
    this.covered = new Uint8Array(width * height);
    this.before = new Map(regions.map((region) => [region, region.mask]));
  }

  get changed() {
    return [...this.before].filter(([region, mask]) => region.mask !== mask).map(([region]) => region);
  }

  // Paint `coverage(x, y)`, 0 to 255, into the active region within a box, or take it away from all of them.
  paint(active, box, coverage, adding) {
    const { covered, width, before } = this;
    const touched = this.regions.filter((region) => region.filled || (adding && region === active));
    for (let y = box.top; y < box.bottom; y += 1) {
      for (let x = box.left, at = y * width + box.left; x < box.right; x += 1, at += 1) {
        const cover = Math.round(coverage(x, y));
        if (cover <= covered[at]) continue;
        covered[at] = cover;
        for (const region of touched) {
          const was = before.get(region)[at];
          const value = adding && region === active ? was + (255 - was) * (cover / 255) : was * (1 - cover / 255);
          if (Math.round(value) === region.mask[at]) continue;
          if (region.mask === before.get(region)) region.mask = region.mask.slice();
          region.mask[at] = Math.round(value);
        }
      }
    }
    if (adding) active.filled = true;
  }
}

// The active region where it was not, and the other way round; the others keep what they have.
function inverted(regions, active) {
  const mask = new Uint8Array(active.mask.length).fill(255);
  regions.forEach((region) => {
    if (region.filled) for (let at = 0; at < mask.length; at += 1) mask[at] = Math.max(0, mask[at] - region.mask[at]);
  });
  return mask;
}

function anything(mask) {
  return mask.some((value) => value > 127);
}

// Share of the picture, 0 to 1.
function share(mask) {
  let sum = 0;
  for (const value of mask) sum += value;
  return sum / (255 * mask.length);
}

// A mask as the `data:` URL of a grey PNG, at once: it must be on its way before a button elsewhere is pressed.
function maskUrl(mask, width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let at = 0; at < mask.length; at += 1) words[at] = 0xff000000 | (mask[at] * 0x010101);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

// A mask from such a URL, brought to a size.
async function maskFrom(url, width, height) {
  const { data } = await pixelsOf(url, width, height);
  return Uint8Array.from({ length: width * height }, (_, at) => data[4 * at]);
}

async function pixelsOf(url, width, height, smooth = true) {
  const image = await pictureFrom(url);
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

// A region as the page has given it, with its mask brought to a size.
async function opened({ name, color, painting, weight, mask }, width, height) {
  const pixels = mask ? await maskFrom(mask, width, height) : new Uint8Array(width * height);
  const id = crypto.randomUUID?.() ?? `${Math.random()}`.slice(2);
  return { id, name, color, painting, weight, mask: pixels, filled: anything(pixels), url: null };
}

async function pictureFrom(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
