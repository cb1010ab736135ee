// The loss curves, drawn in place by Plotly. While the painting goes on they are drawn anew as often as a hundredth
// of the time allows, within bounds: on a slow machine the painting needs the processors more than the curves do.

const SHARE = 0.01;
const [LEAST, MOST] = [2000, 5000]; // milliseconds between two drawings
let loading = null;

function plotly(source) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(source, document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error("the curves' script did not load"));
    };
    document.head.append(script);
  });
  return loading;
}

async function draw(chart, note, below, data) {
  const answer = await fetch(new URL(`${data.address}/losses?shown=${data.shown}`, document.baseURI), { cache: "no-store" });
  if (!answer.ok) return;
  const { figure, alt, empty, clipped } = await answer.json();
  note.hidden = !empty;
  if (empty) return;
  const library = await plotly(data.plotly);
  const began = performance.now();
  const { fontFamily, color } = getComputedStyle(chart);
  Object.assign(figure.layout.font, { family: fontFamily, color });
  await library.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  chart.setAttribute("aria-label", alt);
  below.textContent = clipped;
  below.hidden = !clipped;
  chart.cost = performance.now() - began;
}

export default function ({ data, parentElement }) {
  const chart = parentElement.querySelector(".chart");
  const note = parentElement.querySelector(".note");
  const below = parentElement.querySelector(".below");
  note.textContent = data.empty;
  if (chart.dataset.run !== data.address) {
    chart.dataset.run = data.address;
    chart.cost = 0;
    window.Plotly?.purge(chart); // another run's curves
    below.hidden = true;
  }
  let [drawn, drawing, next] = [null, false, 0];
  const show = async ({ losses }) => {
    if (losses === undefined || losses === drawn || drawing || performance.now() < next) return;
    drawing = true;
    try {
      await draw(chart, note, below, data);
      drawn = losses;
      next = performance.now() + Math.min(MOST, Math.max(LEAST, (chart.cost ?? 0) / SHARE));
    } catch {
      next = performance.now() + LEAST; // the connection is lost; it will come back
    }
    drawing = false;
  };
  if (data.ongoing) import(new URL(data.feed, document.baseURI).href).then(({ follow }) => follow(chart, data.address, show));
  else show({ losses: "all" });
}
