// Shows questions like the title while it is typed; without a script a button does.
const PAUSE_MILLISECONDS = 400;
const MINIMUM_CHARACTERS = 4;

export function showSimilar() {
  for (const section of document.querySelectorAll("[data-similar]")) {
    const title = document.getElementById(section.dataset.form).elements.title;
    const shown = section.querySelector("[role=status]");
    let timer;
    let asked = title.value;
    async function look() {
      const text = title.value.trim();
      if (text === asked) {
        return;
      }
      asked = text;
      if (text.length < MINIMUM_CHARACTERS) {
        shown.replaceChildren();
        return;
      }
      const address = `${section.dataset.similar}?${new URLSearchParams({ title: text })}`;
      let response;
      try {
        response = await fetch(address);
      } catch {
        return;
      }
      // An answer that comes after the next question was put is too late.
      if (response.ok && text === asked) {
        shown.innerHTML = await response.text();
      }
    }
    title.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE_MILLISECONDS);
    });
  }
}
