// Keeps what is being written in this tab, so that going back, logging in again or an error does
// not lose it, and for posts on the server too. A draft goes when the page that follows its sending
// is none of those.
import { ServerDraft } from "./server_draft.js";
import { replaceText } from "./editor.js";

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
  let isRestored = false;
  let isContinued = false;
  if (form.querySelector(".error-summary")) {
    // The page shows what was sent; what that was begun from is known from before.
    from = draft?.from ?? from;
    isContinued = true;
  } else if (draft && isSame(draft.from, from)) {
    fields.forEach((field, index) => (field.value = draft.to[index]));
    isRestored = !isSame(draft.from, draft.to);
    const folded = form.closest("details");
    if (folded) {
      folded.open ||= isRestored;
    }
    isContinued = true;
  }
  let isSent = false;
  let isWaiting = false;
  // A text that is not in the form is not written over by what is typed there now, although this tab
  // has saved it.
  const kept = isContinued ? draft : null;
  const server = form.dataset.draftPath ? new ServerDraft(form, kept) : null;
  const keep = (sent) => {
    const { writer, saved } = server?.isClaimed ? server : {};
    write(key, { from, to: values(), sent, writer, saved });
  };
  if (server && !server.known) {
    // What was typed and undone is no draft; what goes on with one stays one.
    server.isUnchanged = () => isSame(values(), from);
  }
  server?.onClaim(() => keep(isSent));
  form.addEventListener("input", () => {
    // Whoever types on has stopped the sending.
    isSent = false;
    server?.resume();
    keep(false);
    server?.schedule();
  });
  form.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (!event.defaultPrevented && !submitter?.hasAttribute("formaction")) {
      if (server?.isSaving && !server.isStopped) {
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
  if (!server) {
    return;
  }
  const forget = () => {
    sessionStorage.removeItem(key);
    fields.forEach((field, index) => {
      if (field instanceof HTMLTextAreaElement) {
        replaceText(field, 0, field.value.length, from[index]);
      } else {
        field.value = from[index];
      }
    });
    sessionStorage.removeItem(key);
  };
  if (isRestored) {
    server.restore(forget);
  }
  server.offer(() => {
    isSent = true;
    sessionStorage.removeItem(key);
  });
  const isUnsaved = () => !isSent && !isSame(values(), from) && !server.isSaved();
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) {
      server.save();
      event.preventDefault();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isUnsaved()) {
      server.save();
    }
  });
}

function isSame(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}

function read(key) {
  return JSON.parse(sessionStorage.getItem(key));
}

function write(key, draft) {
  sessionStorage.setItem(key, JSON.stringify(draft));
}
