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

// What always stands on the viewer, for eyes and for screen readers.
function label(find) {
  find(".compare input").setAttribute("aria-label", "Border between the two pictures");
  find(".moment").setAttribute("aria-label", "Moment of the painting");
  find(".against").setAttribute("aria-label", "Compare with");
  find(".against span").textContent = "Compare with";
  find(".photo").textContent = "Photo";
  find(".pin").textContent = "This moment";
  find(".pin").title = "Keep this moment on the left side, then go to another";
  find(".colors").firstElementChild.textContent = "Painting’s colours";
  find(".colors").lastElementChild.textContent = "Photo’s";
  find(".colors input").setAttribute("aria-label", "Colours, from the painting’s to the photo’s");
}

// The place among `moments` of an epoch, or of the last one before it; the end without one.
function placeOf(epoch, moments) {
  if (epoch === undefined) return moments.length - 1;
  return Math.max(0, moments.findLastIndex(([each]) => each <= epoch));
}
