// News of a run for everything on the page that shows it: asked for once a second while the page can be seen, twice
// until there is a first picture, and not at all while it cannot. What the browser draws, the painting goes without.
// Loaded once, whoever imports it, so that all share one request.

const [EAGERLY, EVERY] = [500, 1000]; // milliseconds
const AGAIN = 2000; // after a request that failed
const feeds = new Map();

class Feed {
  constructor(address) {
    this.address = address;
    this.followers = new Map(); // element: function
    this.last = null;
    this.timer = null;
    this.asking = false;
    document.addEventListener("visibilitychange", () => this.ask());
  }

  async ask() {
    clearTimeout(this.timer);
    for (const element of this.followers.keys()) if (!element.isConnected) this.followers.delete(element);
    if (this.asking || !this.followers.size || document.visibilityState === "hidden") return;
    this.asking = true;
    let wait = EVERY;
    try {
      const answer = await fetch(new URL(this.address, document.baseURI), { cache: "no-store" });
      if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText);
      this.last = answer.ok ? await answer.json() : { signature: "gone" };
      if (!this.last.picture) wait = EAGERLY;
    } catch {
      this.last = { ...this.last, lost: true };
      wait = AGAIN;
    }
    this.asking = false;
    for (const tell of this.followers.values()) tell(this.last);
    this.timer = setTimeout(() => this.ask(), wait);
  }
}

// Call `tell` with all news of the run at `address` as long as `element` is on the page; a later call for the same
// element takes the place of an earlier one, as Streamlit runs a component's script again whenever anything changes.
export function follow(element, address, tell) {
  for (const feed of feeds.values()) feed.followers.delete(element);
  if (!feeds.has(address)) feeds.set(address, new Feed(address));
  const feed = feeds.get(address);
  feed.followers.set(element, tell);
  if (feed.last) tell(feed.last);
  feed.ask();
}
