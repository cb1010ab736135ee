// How far the painting is, and what has been done to it on the way. Tells the page when there is more to draw anew.

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".gauge");
  const fill = (html) => {
    if (box.dataset.shown === html) return;
    box.dataset.shown = html;
    box.innerHTML = html;
  };
  if (box.dataset.run !== data.address) {
    box.dataset.run = data.address;
    fill(data.html);
  }
  let known = data.signature;
  const show = ({ signature, html, lost }) => {
    if (lost) return fill(data.lost);
    if (html) fill(html);
    if (signature === known) return;
    known = signature;
    setTriggerValue("changed", signature);
  };
  import(new URL(data.feed, document.baseURI).href).then(({ follow }) => follow(box, data.address, show));
}
