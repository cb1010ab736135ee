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

function term(name, value, locale) {
  const pair = document.createElement("span");
  const number = document.createElement("b");
  const rounding = { maximumSignificantDigits: 3, useGrouping: false };
  number.textContent = value < 0.0005 ? "0" : value.toLocaleString(locale, rounding);
  pair.append(`${name} `, number);
  return pair;
}

// What always stands on the viewer, for eyes and for screen readers.
function label(find, words) {
  find(".compare input").setAttribute("aria-label", words.border);
  find(".moment").setAttribute("aria-label", words.moment);
  find(".against").setAttribute("aria-label", words.compareWith);
  find(".against span").textContent = words.compareWith;
  find(".photo").textContent = words.photo;
  find(".pin").textContent = words.pin;
  find(".pin").title = words.pinExplained;
  find(".colors").firstElementChild.textContent = words.paintingColors;
  find(".colors").lastElementChild.textContent = words.photoColors;
  find(".colors input").setAttribute("aria-label", words.colors);
}

// A sentence with its values in the places of their names.
function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

// The place among `moments` of an epoch, or of the last one before it; the end without one.
function placeOf(epoch, moments) {
  if (epoch === undefined) return moments.length - 1;
  return Math.max(0, moments.findLastIndex(([each]) => each <= epoch));
}
