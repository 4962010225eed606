// Saves what is being written on the server, so that it is there in another tab or on another
// device too: the page and the network around draft_saving.js.
import { announcement } from "./announcement.js";
import { DraftSaving } from "./draft_saving.js";
import { form as formOf, request } from "./requests.js";

const PATIENCE_MILLISECONDS = 2000;
const RETRY_AFTER_MAX_SECONDS = 3600;
// What browsers send of a page that is left (Fetch, section 4.6); longer texts go while it is there.
const KEEPALIVE_MAX_BYTES = 60000;
// The server is overloaded or away, or this was too often: the same may be taken later.
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

export class ServerDraft {
  // `isUnchanged` says whether the form is as it was when nothing had been begun, `keep` has the tab
  // keep what the page knows of drafts.
  constructor(form, { seen, isSaved, isRestored, isUnchanged, keep }) {
    this.form = form;
    this.isUnchanged = isUnchanged;
    this.keep = keep;
    this.shown = form.querySelector("[data-draft-status]");
    this.discardButton = form.querySelector("[data-discard-draft]");
    this.saving = new DraftSaving({ writer: randomWriter(), text: this.text(), isSaved, seen });
    this.isRestored = isRestored;
    this.update();
  }

  text() {
    const { title, body } = this.form.elements;
    const isEmpty = this.isUnchanged();
    return JSON.stringify({
      title: isEmpty ? "" : (title?.value ?? ""),
      body: isEmpty ? "" : body.value,
    });
  }

  get isSaved() {
    return this.saving.isSaved;
  }

  get seen() {
    return this.saving.seen;
  }

  typed() {
    this.isRestored = false;
    this.discardButton.hidden = true;
    this.saving.type(this.text(), performance.now());
    this.update();
  }

  leave() {
    this.transmit(this.saving.leave(performance.now()));
  }

  get isSaving() {
    return this.saving.flight !== null;
  }

  // When the save that is under way is over, or takes too long.
  settled() {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
    return Promise.race([this.transmission, patience]);
  }

  stop() {
    this.saving.stop();
    this.controller?.abort();
    this.update();
    window.addEventListener("pageshow", () => this.saving.resume(), { once: true });
  }

  update() {
    clearTimeout(this.timer);
    const { wakesAt, status, text } = this.saving;
    if (wakesAt < Infinity) {
      const tick = () => this.transmit(this.saving.tick(performance.now()));
      this.timer = setTimeout(tick, Math.max(0, wakesAt - performance.now()));
    }
    // While another page's draft is there, a link leads to the form that offers it.
    this.form.querySelector("[data-other-draft]").hidden = status !== "elsewhere";
    const isEmpty = Object.values(JSON.parse(text)).join("") === "";
    const isQuiet = status === "" || status === "kept";
    const state = this.isRestored && isQuiet ? "restored" : status;
    this.say(state === "kept" && isEmpty ? "" : state);
  }

  transmit(save) {
    if (save) {
      this.form.elements.continues.value = this.seen;
      this.keep();
      this.transmission = this.send(save);
    }
    this.update();
  }

  async send(save) {
    const { csrf_token: token, version, idempotency_key: key } = this.form.elements;
    const fields = {
      ...JSON.parse(save.text),
      writer: save.writer,
      number: save.number,
      continues: save.seen,
      csrf_token: token.value,
    };
    if (version) {
      fields.version = version.value;
    }
    if (key && !save.isSent) {
      // If the form is sent before this comes, the server drops it.
      fields.idempotency_key = key.value;
    }
    const options = formOf(fields);
    options.keepalive = new Blob([options.body]).size < KEEPALIVE_MAX_BYTES;
    this.controller = new AbortController();
    let outcome = "failed";
    let retryAfter = 0;
    try {
      const { response, text } = await request(this.form.dataset.draftPath, options, this.controller);
      outcome = outcomeOf(response, text);
      retryAfter = retryAfterOf(response);
    } catch {
      // The server cannot be reached for now, or does not answer.
    }
    const { isSaved } = this;
    this.saving.answer(save.number, outcome, performance.now(), retryAfter);
    this.form.elements.continues.value = this.seen;
    if (this.isSaved && !isSaved) {
      this.keep();
      // What was offered has been discarded elsewhere, or is this text.
      this.offered?.remove();
    }
    this.update();
  }

  // Once, also for those who hear it: the same words again are no change.
  say(state) {
    const sentence = this.shown.dataset[state] ?? "";
    if (this.shown.textContent !== sentence) {
      this.shown.textContent = sentence;
    }
  }

  // What this tab had kept is in the form again, and can be thrown away; `forget` empties the form.
  restore(forget) {
    this.discardButton.hidden = false;
    this.discardButton.addEventListener("click", async () => {
      if (this.isSaving) {
        // If it came after the discarding, the draft would be there again.
        await this.settled();
      }
      forget();
      this.isRestored = false;
      this.discardButton.hidden = true;
      this.saving.clear(JSON.stringify({ title: "", body: "" }), performance.now());
      this.update();
    });
  }

  // Whether the server has discarded it; nothing when it cannot be reached, which is then said.
  async discard() {
    const fields = { csrf_token: this.form.elements.csrf_token.value };
    try {
      const { response } = await request(this.form.dataset.discardPath, formOf(fields));
      // Whoever is not logged in any more is led elsewhere than to the form.
      return response.ok && new URL(response.url).pathname === location.pathname;
    } catch {
      this.shown.textContent = announcement().dataset.unreachable;
      return null;
    }
  }

  // The offer above the form: discarding it leaves alone what has been typed below meanwhile.
  offer(leave) {
    const discarding = document.querySelector(`[data-discards-draft="${this.form.id}"]`);
    this.offered = discarding?.closest("[data-draft-offer]");
    discarding?.addEventListener("submit", async (event) => {
      if (!this.offered) {
        leave();
        this.stop();
        return;
      }
      event.preventDefault();
      if (discarding.hasAttribute("aria-busy")) {
        return;
      }
      discarding.setAttribute("aria-busy", "true");
      const isDiscarded = await this.discard();
      discarding.removeAttribute("aria-busy");
      if (isDiscarded) {
        this.offered.remove();
        this.form.elements.body.focus();
        this.saving.release();
        this.update();
      } else if (isDiscarded === false) {
        discarding.submit();
      }
    });
  }
}

function outcomeOf(response, text) {
  if (PASSING_STATUSES.has(response.status)) {
    return "failed";
  }
  // Whoever is not logged in any more gets a page instead.
  if (!response.ok || !response.headers.get("Content-Type")?.startsWith("application/json")) {
    return "refused";
  }
  const { is_kept: isKept, is_sent: isSent } = JSON.parse(text);
  if (isSent) {
    return "sent";
  }
  return isKept ? "kept" : "elsewhere";
}

// In milliseconds; the header is a number of seconds or a date (RFC 9110, section 10.2.3).
function retryAfterOf(response) {
  const value = response.headers.get("Retry-After") ?? "0";
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return 1000 * Math.min(Math.max(seconds || 0, 0), RETRY_AFTER_MAX_SECONDS);
}

function randomWriter() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
