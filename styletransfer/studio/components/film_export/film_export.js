// Asks the server for a film and hands it to the browser as a download once it is whole. A second click gives it up.

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("p");
  if (!button.working) button.textContent = data.label;
  button.onclick = async () => {
    if (button.working) {
      button.working.abort();
      return;
    }
    button.working = new AbortController();
    button.textContent = "Give up";
    button.classList.add("working");
    status.textContent = "Putting the film together, which can take up to a minute. The page can be used meanwhile.";
    status.textContent = await make(data, button.working.signal);
    button.working = null;
    button.classList.remove("working");
    button.textContent = data.label;
  };
}

// Gives what to say afterwards.
async function make({ address, name }, signal) {
  try {
    const answer = await fetch(new URL(address, document.baseURI), { signal });
    if (!answer.ok) return await answer.text();
    const film = await answer.blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(film);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return `Saved: ${(film.size / 1e6).toFixed(1)} MB.`;
  } catch (error) {
    return error.name === "AbortError" ? "Given up." : "The server does not answer; is it still running?";
  }
}
