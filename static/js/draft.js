// Keeps what is being written in this tab, so that going back, logging in again or an error does
// not lose it. A draft goes when the page that follows its sending is none of those.
const PREFIX = "draft:";

export function keepDrafts() {
  settleSentDrafts();
  document.querySelectorAll("form[data-draft]").forEach(keepDraft);
}

function settleSentDrafts() {
  const interludes = ".error-summary, .error-page, #login, #signup, #second-factor, #confirm";
  const wasRefused = document.querySelector(interludes) !== null;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX))) {
    const draft = read(key);
    if (draft.sent && !wasRefused) {
      sessionStorage.removeItem(key);
    } else {
      write(key, { ...draft, sent: false });
    }
  }
}

function keepDraft(form) {
  // Another user of this tab does not see it.
  const key = `${PREFIX}${form.dataset.draft}:${new URL(form.action).pathname}`;
  const fields = [...form.querySelectorAll("input[type=text], input[type=date], select, textarea")];
  const values = () => fields.map((field) => field.value);
  const draft = read(key);
  let from = values();
  if (form.querySelector(".error-summary")) {
    // The page shows what was sent; what that was begun from is known from before.
    from = draft?.from ?? from;
  } else if (draft && JSON.stringify(draft.from) === JSON.stringify(from)) {
    fields.forEach((field, index) => (field.value = draft.to[index]));
  }
  form.addEventListener("input", () => write(key, { from, to: values(), sent: false }));
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("formaction")) {
      write(key, { from, to: values(), sent: true });
    }
  });
}

function read(key) {
  return JSON.parse(sessionStorage.getItem(key));
}

function write(key, draft) {
  sessionStorage.setItem(key, JSON.stringify(draft));
}
