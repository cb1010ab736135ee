// The wall: a list of pictures. Each is a link, so that it can be opened in another tab as well; what else can be done
// with it are plain buttons, which a keyboard and a finger reach like a mouse does.

const signatures = new WeakMap();

function element(tag, className, properties = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return Object.assign(made, properties);
}

// A sentence with a picture's title in its place.
function about(sentence, { title }) {
  return sentence.replace("{title}", () => title);
}

function button(name, text, explained, act) {
  const made = element("button", name, { type: "button", textContent: text, title: explained, onclick: act });
  made.dataset.name = name;
  made.setAttribute("aria-label", explained);
  return made;
}

// What comes in the wall's place is to be seen from its beginning.
function top() {
  document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
}

function link(picture, send, words) {
  const made = element("a", "picture", { href: picture.address, title: about(words.open, picture) });
  made.dataset.name = "open";
  if (picture.src) {
    // What is drawn anew every second comes with the page and is to be there at once; else it would flicker.
    const how = picture.src.startsWith("data:") ? { decoding: "sync" } : { loading: "lazy" };
    const image = element("img", "", { ...how, src: picture.src, alt: picture.alt, draggable: false });
    image.onerror = () => image.replaceWith(element("span", "nothing", { textContent: words.notShown }));
    made.append(image);
  } else {
    made.append(element("span", "nothing", { textContent: picture.alt }));
  }
  made.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    top();
    send("open");
  };
  return made;
}

function choice(picture, report, words) {
  const label = element("label", "choose", { title: words.choose });
  const box = element("input", "", { type: "checkbox", checked: picture.chosen, onchange: report });
  box.dataset.name = "choose";
  box.setAttribute("aria-label", about(words.chooseOne, picture));
  label.append(box);
  return label;
}

function rename(item, picture, send, words) {
  const field = element("input", "title", { value: picture.title, maxLength: 80 });
  field.setAttribute("aria-label", words.newTitle);
  const title = item.querySelector("h3");
  let over = false;
  const end = (keep) => {
    if (over) return;
    over = true;
    field.replaceWith(title);
    if (keep && field.value.trim() !== picture.title) {
      title.textContent = field.value.trim() || picture.title;
      send("rename", { title: field.value });
    }
    item.querySelector(".rename")?.focus();
  };
  field.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  };
  field.onblur = () => end(true);
  title.replaceWith(field);
  field.select();
}

function hang(picture, setTriggerValue, report, words) {
  const item = element("li", "");
  const send = (what, more = {}) => setTriggerValue("act", { what, id: picture.id, ...more });
  const may = new Set(picture.may);
  item.dataset.id = picture.id;
  item.style.setProperty("--ratio", picture.ratio);
  item.classList.toggle("pinned", picture.pinned);
  item.classList.toggle("unpainted", !picture.painted);
  item.classList.toggle("chosen", picture.chosen);

  const frame = element("div", "frame");
  frame.append(link(picture, send, words));
  if (may.has("choose")) frame.append(choice(picture, report, words));
  item.append(frame);
  if (picture.share !== null) {
    const bar = element("div", "bar");
    bar.append(element("i", ""));
    bar.firstChild.style.width = `${100 * picture.share}%`;
    item.append(bar);
  }
  item.append(element("h3", "title", { textContent: picture.title, title: picture.title }));
  item.append(element("p", "facts", { textContent: picture.facts, title: picture.facts }));
  item.append(element("p", "state", { textContent: picture.state }));
  if (picture.note) item.append(element("p", "note", { textContent: picture.note }));

  const actions = element("div", "actions");
  if (may.has("repeat"))
    actions.append(button("repeat", words.repeat, about(words.repeatOne, picture), () => {
      top();
      send("repeat");
    }));
  if (may.has("rename"))
    actions.append(
      button("rename", words.rename, about(words.renameOne, picture), () => rename(item, picture, send, words)),
    );
  if (may.has("pin")) {
    const [word, why] = picture.pinned
      ? [words.unpin, words.unpinOne]
      : [words.pin, words.pinOne];
    actions.append(button("pin", word, about(why, picture), () => send(picture.pinned ? "unpin" : "pin")));
  }
  if (may.has("delete"))
    actions.append(button("delete", words.delete, about(words.deleteOne, picture), () => send("delete")));
  if (may.size) item.append(actions);
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const wall = parentElement.querySelector(".wall");
  wall.setAttribute("aria-label", data.label);
  // On a narrow window the button that leads here may lie far below: show what has come.
  if (!wall.children.length && matchMedia("(width < 900px)").matches) top();
  const boxes = () => [...wall.querySelectorAll(".choose input")];
  const report = () => {
    const chosen = boxes().filter((box) => box.checked).map((box) => box.closest("li").dataset.id);
    wall.classList.toggle("choosing", chosen.length > 0);
    setTriggerValue("act", { what: "choose", id: "", chosen });
  };

  const root = wall.getRootNode();
  const focused = root.activeElement?.closest("li");
  const [id, name] = [focused?.dataset.id, root.activeElement?.dataset.name];
  const place = [...wall.children].indexOf(focused);

  const hung = new Map([...wall.children].map((item) => [item.dataset.id, item]));
  const items = data.pictures.map((picture) => {
    const signature = JSON.stringify([picture, data.words]);
    const known = hung.get(picture.id);
    if (known && signatures.get(known) === signature) return known;
    const item = hang(picture, setTriggerValue, report, data.words);
    signatures.set(item, signature);
    return item;
  });
  if (items.length !== wall.children.length || items.some((item, index) => item !== wall.children[index])) {
    wall.replaceChildren(...items);
    if (focused) {
      // Focus stays where it was; where that picture is gone, it goes to the one that has taken its place.
      const heir = items.find((item) => item.dataset.id === id) ?? items[Math.min(place, items.length - 1)];
      const again = heir?.querySelector(`[data-name="${name}"]`) ?? heir?.querySelector("a");
      again?.focus({ preventScroll: true });
    }
  }
  wall.classList.toggle("choosing", boxes().some((box) => box.checked));
}
