// Asks the server for a film and hands it to the browser as a download once it is whole. A second click gives it up.

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("p");
  const { words } = data;
  if (!button.working) button.textContent = words.export;
  button.onclick = async () => {
    if (button.working) {
      button.working.abort();
      return;
    }
    button.working = new AbortController();
    button.textContent = words.giveUp;
    button.classList.add("working");
    status.textContent = words.working;
    status.textContent = await make(data, button.working.signal);
    button.working = null;
    button.classList.remove("working");
    button.textContent = words.export;
  };
}

// Gives what to say afterwards.
async function make({ address, name, words, locale }, signal) {
  try {
    const answer = await fetch(new URL(address, document.baseURI), { signal });
    if (!answer.ok) return await answer.text();
    const film = await answer.blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(film);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    const rounding = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };
    return words.saved.replace("{size}", (film.size / 1e6).toLocaleString(locale, rounding));
  } catch (error) {
    return error.name === "AbortError" ? words.givenUp : words.noAnswer;
  }
}
