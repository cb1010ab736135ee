// The picture being painted. Only its source changes, and only when there is a new one.

export default function ({ data, parentElement }) {
  const image = parentElement.querySelector("img");
  if (image.dataset.run !== data.address) {
    image.dataset.run = data.address;
    image.dataset.picture = 0;
    image.src = data.photo;
    image.alt = data.alt;
    image.className = "blank";
    // On a narrow window Start lies below the stage: show what it has begun.
    const page = document.querySelector('[data-testid="stMain"]');
    if (matchMedia("(width < 900px)").matches) page?.scrollTo({ top: 0 });
  }
  const show = ({ picture, alt }) => {
    if (!picture || image.dataset.picture === `${picture}`) return;
    image.dataset.picture = picture;
    image.src = new URL(`${data.address}/picture?number=${picture}`, document.baseURI).href;
    image.alt = alt;
    image.className = "";
  };
  import(new URL(data.feed, document.baseURI).href).then(({ follow }) => follow(image, data.address, show));
}
