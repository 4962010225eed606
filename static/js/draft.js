// Keeps what is being written in this tab, so that going back or logging in does not lose it.
const PREFIX = "draft:";

export function keepDrafts() {
  document.querySelectorAll("form[data-preview]").forEach(keepDraft);
}

function keepDraft(form) {
  const key = PREFIX + new URL(form.action).pathname;
  const fields = [...form.querySelectorAll("input[type=text], textarea")];
  const written = fields.map((field) => field.value);
  const draft = JSON.parse(sessionStorage.getItem(key) ?? "null");
  const isError = form.querySelector(".error-summary") !== null;
  // A draft belongs to the text it was begun from; after a save that text is another one.
  if (draft && !isError && JSON.stringify(draft.from) === JSON.stringify(written)) {
    fields.forEach((field, index) => (field.value = draft.to[index]));
  }
  form.addEventListener("input", () => {
    const to = fields.map((field) => field.value);
    sessionStorage.setItem(key, JSON.stringify({ from: written, to }));
  });
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("formaction")) {
      sessionStorage.removeItem(key);
    }
  });
}
