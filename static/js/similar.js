// Shows questions like the title while it is typed; without a script a button does.
import { request } from "./requests.js";

const PAUSE_MILLISECONDS = 400;
const MINIMUM_CHARACTERS = 4;

export function showSimilar() {
  for (const section of document.querySelectorAll("[data-similar]")) {
    const title = document.getElementById(section.dataset.form).elements.title;
    const shown = section.querySelector("[role=status]");
    let timer;
    let controller;
    // A title that has come back, or was refused, has none yet.
    let asked = shown.querySelector("li") ? title.value.trim() : "";
    async function look() {
      const text = title.value.trim();
      if (text === asked) {
        return;
      }
      // An answer to what is not in the field any more would come too late.
      controller?.abort();
      controller = new AbortController();
      asked = text;
      if (text.length < MINIMUM_CHARACTERS) {
        shown.replaceChildren();
        return;
      }
      const address = `${section.dataset.similar}?${new URLSearchParams({ title: text })}`;
      try {
        const answer = await request(address, {}, controller);
        if (answer.response.ok && text === asked) {
          shown.innerHTML = answer.text;
        }
      } catch {
        // With the next letter it is tried again.
      }
    }
    const lookSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE_MILLISECONDS);
    };
    // In the middle of a syllable of Hangul the title is no word yet.
    title.addEventListener("input", (event) => !event.isComposing && lookSoon());
    title.addEventListener("compositionstart", () => clearTimeout(timer));
    title.addEventListener("compositionend", lookSoon);
    if (title.value) {
      look();
    }
  }
}
