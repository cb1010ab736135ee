// The photo's colours on a painted picture: the same arithmetic as in color.py (OKLab; what sRGB cannot show is mixed
// with the grey of its lightness). What does not depend on the amount is worked out once for a picture, so that a
// hand on the slider gets every step at once.

const LINEAR = Float32Array.from({ length: 256 }, (_, level) => {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
const STEPS = 4096;
const LEVELS = Uint8ClampedArray.from({ length: STEPS + 1 }, (_, step) => {
  const value = (step / STEPS) ** 2; // spaced by the square root: finer in the dark, where sRGB is steep
  return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
});

// The roots of the cone responses of every pixel (l, m, s).
function coneRoots(pixels) {
  const roots = new Float32Array((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    const r = LINEAR[pixels[from]];
    const g = LINEAR[pixels[from + 1]];
    const b = LINEAR[pixels[from + 2]];
    roots[to] = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    roots[to + 1] = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    roots[to + 2] = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  }
  return roots;
}

// Gives mix(amount): ImageData of the painted picture with `amount` (0 to 1) of the photo's colours. Both ImageData
// have one size. The roots move on a straight line with the amount, since OKLab is linear in them.
function colorMixer(painted, photo) {
  const start = coneRoots(painted.data);
  const way = coneRoots(photo.data);
  for (let i = 0; i < way.length; i += 3) {
    // Lightness of the photo is taken out, so that only a and b move; L has the same coefficient in all three roots.
    const light =
      0.2104542553 * (way[i] - start[i]) + 0.793617785 * (way[i + 1] - start[i + 1]) - 0.0040720468 * (way[i + 2] - start[i + 2]);
    for (let c = 0; c < 3; c += 1) way[i + c] -= start[i + c] + light;
  }
  const mixed = new ImageData(painted.width, painted.height);
  const out = mixed.data;
  return (amount) => {
    for (let from = 0, to = 0; from < start.length; from += 3, to += 4) {
      const rootL = start[from] + amount * way[from];
      const rootM = start[from + 1] + amount * way[from + 1];
      const rootS = start[from + 2] + amount * way[from + 2];
      const l = rootL * rootL * rootL;
      const m = rootM * rootM * rootM;
      const s = rootS * rootS * rootS;
      let r = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
      let g = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
      let b = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
      if (r < 0 || g < 0 || b < 0 || r > 1 || g > 1 || b > 1) {
        const light = 0.2104542553 * rootL + 0.793617785 * rootM - 0.0040720468 * rootS;
        const grey = Math.min(1, Math.max(0, light)) ** 3;
        const share = Math.min(1, room(r, grey), room(g, grey), room(b, grey));
        r = grey + share * (r - grey);
        g = grey + share * (g - grey);
        b = grey + share * (b - grey);
      }
      out[to] = LEVELS[(Math.sqrt(Math.max(0, r)) * STEPS + 0.5) | 0];
      out[to + 1] = LEVELS[(Math.sqrt(Math.max(0, g)) * STEPS + 0.5) | 0];
      out[to + 2] = LEVELS[(Math.sqrt(Math.max(0, b)) * STEPS + 0.5) | 0];
      out[to + 3] = painted.data[to + 3];
    }
    return mixed;
  };
}

// How much of the way from grey to a channel's value lies within 0 to 1.
function room(value, grey) {
  const reach = value - grey;
  if (reach === 0) return 1;
  return (reach > 0 ? 1 - grey : grey) / Math.abs(reach);
}
