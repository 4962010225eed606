// Keeps what is being written in this tab, so that going back, logging in again or an error does
// not lose it, and for posts on the server too. A draft goes when the page that follows its sending
// is none of those.
import { begin, isSame } from "./draft_saving.js";
import { replaceText } from "./editor.js";
import { ServerDraft } from "./server_draft.js";

const PREFIX = "draft:";

export function keepDrafts() {
  settleSentDrafts();
  document.querySelectorAll("form[data-draft]").forEach(keepDraft);
}

function settleSentDrafts() {
  const interludes = ".error-summary, .error-page, #login, #signup, #second-factor, #confirm";
  // Who comes back from what answered instead of the board, or from an error of the browser, has seen
  // none of its pages; after a page that says it is posted, there is nothing left to be settled.
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const wasRefused = isBack || document.querySelector(interludes) !== null;
  for (const key of keys().filter((name) => name.startsWith(PREFIX))) {
    const draft = read(key);
    if (!draft || (draft.sent && !wasRefused)) {
      remove(key);
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
  const { continues } = form.elements;
  const isRefused = form.querySelector(".error-summary") !== null;
  const page = {
    defaults: fields.map(defaultOf),
    values: values(),
    isRefused,
    continues: continues?.defaultValue ?? "",
    known: continues?.value ?? "",
  };
  const { from, to, isFromDraft, seen } = begin(page, read(key));
  if (!isSame(to, values())) {
    fields.forEach((field, index) => (field.value = to[index]));
  }
  const isUnchanged = () => from !== null && isSame(values(), from);
  const isRestored = !isRefused && !isUnchanged();
  const folded = form.closest("details");
  if (folded) {
    folded.open ||= isRestored;
  }
  let isSent = false;
  let isWaiting = false;
  let isKept = false;
  let server = null;
  const keep = (sent) => {
    const draft = { from: from ?? page.defaults, to: values(), sent, seen: server?.seen, isFromDraft };
    isKept = write(key, draft);
  };
  if (form.dataset.draftPath) {
    server = new ServerDraft(form, {
      seen,
      isSaved: isUnchanged(),
      isRestored,
      // What was typed and undone is no draft; what goes on with one stays one.
      isUnchanged: () => !isFromDraft && isUnchanged(),
      keep: () => keep(isSent),
    });
  }
  form.addEventListener("input", () => {
    // Whoever types on has stopped the sending.
    isSent = false;
    keep(false);
    server?.typed();
  });
  form.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (!event.defaultPrevented && !submitter?.hasAttribute("formaction")) {
      if (server?.isSaving) {
        // If the draft came after the text, it would be there once that was sent. Who presses the
        // button again meanwhile sends it once all the same.
        event.preventDefault();
        if (!isWaiting) {
          isWaiting = true;
          server.settled().then(() => {
            isWaiting = false;
            server.stop();
            form.requestSubmit(submitter);
          });
        }
        return;
      }
      isSent = true;
      server?.stop();
      keep(true);
    }
  });
  // Back in a page that the browser had put aside.
  window.addEventListener("pageshow", () => (isSent = false));
  const isUnsaved = () => !isSent && !isUnchanged() && !(server ? server.isSaved : isKept);
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) {
      server?.leave();
      event.preventDefault();
    }
  });
  if (!server) {
    return;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isUnsaved()) {
      server.leave();
    }
  });
  if (isRestored) {
    server.restore(() => {
      fields.forEach((field, index) => {
        if (field instanceof HTMLTextAreaElement) {
          replaceText(field, 0, field.value.length, from[index]);
        } else {
          field.value = from[index];
        }
      });
      remove(key);
    });
  }
  server.offer(() => {
    isSent = true;
    remove(key);
  });
}

// What the server filled in; browsers fill in again what was typed before a reload.
function defaultOf(field) {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
  }
  return field.defaultValue;
}

// Browsers can be told to store nothing, and what they store can be full: the page goes on without.

function keys() {
  try {
    return Object.keys(sessionStorage);
  } catch {
    return [];
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

// Whether it is stored.
function write(key, draft) {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      sessionStorage.setItem(key, JSON.stringify(draft));
      return true;
    } catch {
      // An older text must not come back as the newest one; without it there may be room.
      remove(key);
    }
  }
  return false;
}

function remove(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // There was nothing stored.
  }
}
