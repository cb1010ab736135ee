// A film while it is painted, and afterwards. What stands already is kept, so that nothing flickers or jumps.

const states = new WeakMap();

function element(tag, className, properties = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return Object.assign(made, properties);
}

function said({ words }, frame) {
  return words.frame.replace("{number}", () => frame.number).replace("{time}", () => frame.time);
}

// The video where there is one; else the chosen frame, or the newest.
function screen(film, state) {
  const { data } = state;
  const place = film.querySelector(".screen");
  let shown = place.firstElementChild;
  const tag = data.screen.video ? "VIDEO" : "IMG";
  if (shown?.tagName !== tag) {
    shown = element(tag.toLowerCase(), "");
    if (tag === "VIDEO") Object.assign(shown, { controls: true, playsInline: true, preload: "metadata" });
    else shown.decoding = "sync";
    place.replaceChildren(shown);
  }
  const frame = data.frames.find(({ number }) => number === state.chosen);
  if (tag === "VIDEO") {
    if (shown.getAttribute("src") !== data.screen.video) shown.src = data.screen.video;
    shown.setAttribute("aria-label", data.screen.alt);
    return;
  }
  const src = frame ? `runs/${data.run}/moment/${frame.number}.jpg` : data.screen.newest;
  if (shown.getAttribute("src") !== src) shown.src = src;
  shown.alt = frame ? said(data, frame) : data.screen.alt;
  shown.className = !frame && data.screen.blank ? "blank" : "";
  place.querySelector(".follow")?.remove();
  if (frame) {
    const follow = element("button", "follow", { type: "button", textContent: data.words.newest });
    follow.onclick = () => choose(film, state, null);
    place.append(follow);
  }
}

function choose(film, state, number) {
  const video = film.querySelector("video");
  const frame = state.data.frames.find((each) => each.number === number);
  state.chosen = state.chosen === number && !video ? null : number;
  if (video && frame) video.currentTime = frame.at;
  const strip = film.querySelector(".strip");
  if (state.chosen === null) strip.scrollLeft = strip.scrollWidth;
  screen(film, state);
  mark(film, state);
}

function mark(film, state) {
  for (const item of film.querySelectorAll(".strip li")) {
    item.firstElementChild.setAttribute("aria-pressed", String(Number(item.dataset.number) === state.chosen));
  }
}

function hang(film, state, frame) {
  const item = element("li");
  item.dataset.number = frame.number;
  const button = element("button", "", { type: "button", title: said(state.data, frame) });
  button.setAttribute("aria-label", said(state.data, frame));
  const src = `runs/${state.data.run}/frame/${frame.number}.jpg`;
  button.append(element("img", "", { src, alt: "", loading: "lazy", draggable: false }));
  button.append(element("span", "", { textContent: frame.time }));
  button.onclick = () => choose(film, state, frame.number);
  item.append(button);
  return item;
}

export default function ({ data, parentElement }) {
  const film = parentElement.querySelector(".film");
  let state = states.get(film);
  if (!state || state.data.run !== data.run || JSON.stringify(state.data.words) !== JSON.stringify(data.words)) {
    film.querySelector(".strip").replaceChildren();
    state = { chosen: null };
    states.set(film, state);
    // On a narrow window the button lies below the stage: show what it has begun.
    if (matchMedia("(width < 900px)").matches) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  }
  state.data = data;
  film.style.setProperty("--ratio", data.ratio);
  const strip = film.querySelector(".strip");
  strip.setAttribute("aria-label", data.words.strip);

  const atEnd = strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - 12;
  const hung = new Map([...strip.children].map((item) => [Number(item.dataset.number), item]));
  const wanted = data.frames.map((frame) => hung.get(frame.number) ?? hang(film, state, frame));
  const kept = new Set(wanted);
  for (const item of [...strip.children]) if (!kept.has(item)) item.remove();
  wanted.forEach((item, place) => {
    if (strip.children[place] !== item) strip.insertBefore(item, strip.children[place] ?? null);
  });
  if (!data.frames.some(({ number }) => number === state.chosen)) state.chosen = null;
  if (atEnd && !data.screen.video) strip.scrollLeft = strip.scrollWidth; // as long as nobody has gone back on it
  screen(film, state);
  mark(film, state);
}
