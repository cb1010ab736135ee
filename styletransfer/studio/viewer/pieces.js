// Small things that the viewer is made of: pictures loaded, their pixels, a name with its number.

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function pixels(image, part, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, ...part, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function term(name, value) {
  const pair = document.createElement("span");
  const number = document.createElement("b");
  const rounding = { maximumSignificantDigits: 3, useGrouping: false };
  number.textContent = value < 0.0005 ? "0" : value.toLocaleString("en", rounding);
  pair.append(`${name} `, number);
  return pair;
}
