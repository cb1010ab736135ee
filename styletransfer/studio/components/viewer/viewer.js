// A run: the picture at any of its moments, in any mixture of its own and the photo's colours, against
// the photo or against another moment. While the hand moves, moments come from one sheet of small pictures; when it
// rests, the moment's own picture takes their place. One picture is asked for at a time, so that nothing piles up.

const REST = 160; // milliseconds
const MORE = 15_000; // milliseconds until it is asked again what there is to look back at
const FAST = 400_000; // pixels whose colours are mixed while a hand pulls; of larger pictures, every second row and column
const PLAY_SECONDS = 8;
const PHOTO_BORDER = 12; // percent from the left: mostly the new picture, with enough of the old one to drag
const viewers = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".viewer");
  if (!viewers.has(root)) viewers.set(root, new Viewer(root));
  const viewer = viewers.get(root);
  viewer.tell = (shown) => setStateValue("shown", shown);
  viewer.speak(data);
  viewer.open(data);
}

class Viewer {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.root = root;
    this.canvas = find("canvas");
    this.before = find(".before");
    this.tags = { left: find(".left"), right: find(".right") };
    this.border = border(find(".compare"));
    this.time = find(".time");
    this.playButton = find(".play");
    this.range = find(".moment");
    this.epoch = find(".epoch");
    this.losses = find(".losses");
    this.against = find(".against");
    this.photoButton = find(".photo");
    this.pinnedButton = find(".pinned");
    this.pinButton = find(".pin");
    this.colorsRange = find(".colors input");
    this.find = find;
    this.listen();
  }

  // In whichever language the page is now.
  speak({ words, locale }) {
    const spoken = JSON.stringify(words);
    if (this.spoken === spoken) return;
    Object.assign(this, { spoken, words, locale });
    label(this.find, words);
    this.showPlaying();
    if (!this.data) return;
    this.describe();
    this.describeColors();
  }

  listen() {
    this.range.oninput = () => {
      this.stop();
      this.go(Number(this.range.value));
    };
    this.playButton.onclick = () => (this.timer ? this.stop() : this.play());
    this.colorsRange.oninput = () => {
      this.colors = Number(this.colorsRange.value);
      this.describeColors();
      this.paintSoon();
      this.restSoon();
    };
    for (const range of [this.range, this.colorsRange]) range.onblur = () => this.resting || this.rest();
    this.pinButton.onclick = () => this.pin();
    this.photoButton.onclick = () => this.compareWith("photo");
    this.pinnedButton.onclick = () => this.compareWith("pinned");
  }

  async open(data) {
    if (this.data?.run === data.run && this.data?.version === data.version) return;
    this.stop();
    Object.assign(this, { data, moments: [], index: 0, sharp: null, sheet: null, mixers: {}, photos: {}, pinned: null });
    this.colorsRange.value = this.colors = 0;
    this.resting = true;
    this.base = new URL(`runs/${data.run}/`, document.baseURI);
    this.root.style.setProperty("--ratio", data.width / data.height);
    Object.assign(this.canvas, { width: data.width, height: data.height });
    this.time.hidden = this.against.hidden = true;
    this.photoUrl = this.at("photo.jpg");
    this.photo = null;
    this.pinnedButton.hidden = true;
    this.compareWith("photo");
    this.describe();
    this.describeColors();
    this.sharpen();
    await this.list();
  }

  at(path, version = this.data.version) {
    return new URL(`${path}?v=${version}`, this.base).href;
  }

  // What there is to walk through.
  async list() {
    const { data } = this;
    const answer = await fetch(this.at("moments.json")).catch(() => null);
    if (data !== this.data || !this.root.isConnected) return;
    if (data.ongoing) setTimeout(() => data === this.data && this.list(), MORE);
    if (!answer?.ok || !this.resting || document.hidden) return;
    const { moments, sheet } = await answer.json();
    if (moments.length < 2 || data !== this.data || `${moments.at(-1)}` === `${this.moments.at(-1)}`) return;
    const [epoch] = this.moments[this.index] ?? []; // what is looked at stays; the way to the newest grows
    Object.assign(this, { moments, sheet: null });
    this.range.max = moments.length - 1;
    this.range.value = this.index = placeOf(epoch, moments);
    this.time.hidden = this.against.hidden = false;
    this.describe();
    this.sharpen();
    if (data.ongoing && epoch === undefined) this.rest(); // the page is to mean this moment, too, when newer ones come
    const newest = Math.max(...moments.map(([, version]) => version));
    const image = await loaded(this.at("sheet.jpg", `${newest}-${moments.length}`)).catch(() => null);
    if (data === this.data && image) this.sheet = { image, ...sheet };
  }

  get atEnd() {
    return this.index >= this.moments.length - 1;
  }

  // Whether it is the finished picture that is looked at; while a run is being painted there is none.
  get finished() {
    return this.atEnd && !this.data.ongoing;
  }

  get url() {
    if (this.finished) return this.at("result.jpg");
    const [epoch, version] = this.moments[this.index] ?? [];
    return epoch === undefined ? undefined : this.at(`moment/${epoch}.jpg`, version);
  }

  go(index) {
    this.index = Math.min(Math.max(index, 0), this.moments.length - 1);
    this.range.value = this.index;
    this.walking = true;
    this.describe();
    this.paintSoon();
    this.sharpen();
    this.restSoon();
  }

  // Fetch the picture of the moment that is looked at; when others were passed on the way, the newest alone.
  async sharpen() {
    if (this.loading) return this.loading;
    const work = async () => {
      while (this.sharp?.url !== this.url) {
        const { url } = this;
        const image = await loaded(url).catch(() => null);
        this.sharp = { url, image: image ?? this.sharp?.image };
      }
      this.paintSoon();
    };
    this.loading = work();
    await this.loading;
    this.loading = null;
    if (this.sharp?.url !== this.url) return this.sharpen();
  }

  restSoon() {
    this.resting = false;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.rest(), REST);
  }

  rest() {
    clearTimeout(this.restTimer);
    this.resting = true;
    this.walking = false;
    this.paintSoon();
    if (this.timer) return;
    const [epoch] = this.moments[this.index] ?? [null];
    const { run, version } = this.data;
    this.tell({ run, version, epoch: this.finished ? null : epoch, colors: this.colors });
  }

  // --- drawing ---------------------------------------------------------------------------------------------------

  paintSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  // Draw the moment from its own picture if that is there, else from the sheet.
  async paint() {
    const { url, sheet, sharp } = this;
    const here = url && sharp?.url === url && sharp.image;
    const tooLong = this.walking && this.colors > 0; // to mix the colours of every picture on the way
    if (here && !(tooLong && sheet)) {
      const { image } = sharp;
      const { width, height } = this.canvas;
      const part = [0, 0, image.naturalWidth, image.naturalHeight];
      if (this.resting || width * height < FAST) await this.draw("full", url, image, part, { width, height });
      else await this.draw("half", url, image, part, { width: width >> 1, height: height >> 1 });
    } else if (sheet && url) {
      const [width, height] = sheet.tile;
      const [row, column] = [Math.floor(this.index / sheet.columns), this.index % sheet.columns];
      await this.draw("tile", url, sheet.image, [column * width, row * height, width, height], { width, height });
    }
  }

  // Args: which mixer; what it is; where the picture is; which part of it; the size at which colours are mixed.
  async draw(mixer, key, image, part, { width, height }) {
    const context = this.canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    if (this.colors === 0) {
      context.drawImage(image, ...part, 0, 0, this.canvas.width, this.canvas.height);
      return;
    }
    if (this.mixers[mixer]?.key !== key) {
      const photo = await this.photoPixels(width, height);
      if (!photo) return;
      this.mixers[mixer] = { key, mix: colorMixer(pixels(image, part, width, height), photo) };
    }
    const mixed = new OffscreenCanvas(width, height);
    mixed.getContext("2d").putImageData(this.mixers[mixer].mix(this.colors / 100), 0, 0);
    context.drawImage(mixed, 0, 0, this.canvas.width, this.canvas.height);
  }

  async photoPixels(width, height) {
    this.photo ??= loaded(this.at(`photo/${this.data.width}x${this.data.height}.jpg`));
    const photo = await this.photo.catch(() => null); // a run without its photo is shown all the same
    if (!photo) return null;
    this.photos[width] ??= pixels(photo, [0, 0, photo.naturalWidth, photo.naturalHeight], width, height);
    return this.photos[width];
  }

  // --- words -----------------------------------------------------------------------------------------------------

  describe() {
    const [epoch, , content, style, tv, total] = this.moments[this.index] ?? [];
    const { epochs } = this.data;
    const { words } = this;
    this.name = this.finished ? words.paintedSide : filled(words.epochSide, { epoch });
    this.canvas.setAttribute("aria-label", this.finished ? words.finished : filled(words.unfinished, { epoch }));
    this.border.name(this.beforeName, this.name);
    if (epoch === undefined) return;
    this.epoch.textContent = filled(epochs ? words.epochOf : words.epoch, { epoch, epochs });
    this.epoch.style.minWidth = `${filled(words.epochOf, { epoch: epochs, epochs }).length}ch`; // so that the slider keeps its length
    this.range.setAttribute("aria-valuetext", this.epoch.textContent);
    this.tags.right.textContent = filled(words.epoch, { epoch });
    const terms = Object.entries({ content, style, tv, total }).filter(([, value]) => value != null);
    this.losses.replaceChildren(...terms.map(([name, value]) => term(words[name], value, this.locale)));
  }

  describeColors() {
    this.colorsRange.setAttribute("aria-valuetext", filled(this.words.colorShare, { share: this.colors }));
  }

  // --- comparing and playing -------------------------------------------------------------------------------------

  async pin() {
    await this.sharpen();
    this.resting = true;
    await this.paint();
    const [epoch] = this.moments[this.index];
    this.pinned = { url: this.canvas.toDataURL("image/jpeg", 0.92), epoch };
    this.pinnedButton.textContent = filled(this.words.epoch, { epoch });
    this.pinnedButton.hidden = false;
    this.compareWith("pinned");
  }

  compareWith(what) {
    const pinned = what === "pinned";
    if (pinned || this.data.compared) this.before.src = pinned ? this.pinned.url : this.photoUrl;
    else this.before.removeAttribute("src"); // the photo is gone: the painting is shown all the same
    const { words } = this;
    this.before.alt = pinned ? filled(words.unfinished, this.pinned) : words.original;
    this.beforeName = pinned ? filled(words.epochSide, this.pinned) : words.photoSide;
    this.tags.left.textContent = pinned ? filled(words.epoch, this.pinned) : "";
    this.root.classList.toggle("pinned", pinned);
    this.root.classList.toggle("alone", !this.data.compared);
    this.photoButton.setAttribute("aria-pressed", !pinned);
    this.pinnedButton.setAttribute("aria-pressed", pinned);
    this.border.name(this.beforeName, this.name);
    this.border.place(pinned ? 50 : PHOTO_BORDER);
  }

  play() {
    if (this.atEnd) this.go(0);
    const pace = Math.max(40, (PLAY_SECONDS * 1000) / this.moments.length);
    this.timer = setInterval(() => {
      if (this.atEnd || !this.root.isConnected) this.stop();
      else this.go(this.index + 1);
    }, pace);
    this.showPlaying();
  }

  stop() {
    const playing = Boolean(this.timer);
    clearInterval(this.timer);
    this.timer = null;
    this.showPlaying();
    if (playing && this.root.isConnected) this.restSoon();
  }

  showPlaying() {
    this.playButton.classList.toggle("playing", Boolean(this.timer));
    this.playButton.setAttribute("aria-label", this.timer ? this.words.hold : this.words.play);
    this.playButton.title = this.playButton.getAttribute("aria-label");
  }
}
