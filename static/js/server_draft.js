// Saves what is being written on the server, so that it is there in another tab or on another
// device too. Each save makes all pages stale that the server has kept, so it is a rare thing.
const PAUSE_MILLISECONDS = 3000;
const INTERVAL_MILLISECONDS = 15000;
// Whether another page's draft is still there is asked less often.
const HELD_INTERVAL_MILLISECONDS = 60000;
const PATIENCE_MILLISECONDS = 2000;
// What browsers send of a page that is left (Fetch, section 4.6); longer texts go while it is there.
const KEEPALIVE_MAX_BYTES = 60000;

export class ServerDraft {
  // What this tab had kept says what it called itself when it saved the draft, and what it saved.
  constructor(form, kept) {
    const writer = kept?.writer;
    this.form = form;
    this.known = form.elements.continues.value;
    this.isClaimed = Boolean(writer);
    this.writer = writer ?? randomWriter();
    this.saved = kept?.saved ?? "";
    this.sentAt = -INTERVAL_MILLISECONDS;
    this.isHeld = false;
    this.isStopped = false;
    this.shown = form.querySelector("[data-draft-status]");
    this.discardButton = form.querySelector("[data-discard-draft]");
    if (this.isClaimed) {
      form.elements.draft.value = this.writer;
    }
  }

  onClaim(listener) {
    this.claimed = listener;
  }

  texts() {
    const { title, body } = this.form.elements;
    if (this.isUnchanged?.()) {
      return { title: "", body: "" };
    }
    return { title: title?.value ?? "", body: body.value };
  }

  isSaved() {
    return JSON.stringify(this.texts()) === this.saved;
  }

  schedule() {
    this.discardButton.hidden = true;
    clearTimeout(this.timer);
    const interval = this.isHeld ? HELD_INTERVAL_MILLISECONDS : INTERVAL_MILLISECONDS;
    const earliest = this.sentAt + interval - performance.now();
    this.timer = setTimeout(() => this.save(), Math.max(PAUSE_MILLISECONDS, earliest));
  }

  get isSaving() {
    return Boolean(this.saving);
  }

  // When the save that is under way is over, or takes too long.
  settled() {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
    return Promise.race([this.saving.catch(() => null), patience]);
  }

  // It is being sent: a save that came later would bring the draft back.
  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.controller?.abort();
    window.addEventListener("pageshow", () => (this.isStopped = false), { once: true });
  }

  resume() {
    this.isStopped = false;
  }

  async save() {
    clearTimeout(this.timer);
    if (this.isStopped || this.isSaved()) {
      return;
    }
    const texts = this.texts();
    this.sentAt = performance.now();
    this.isClaimed = true;
    this.form.elements.draft.value = this.writer;
    this.claimed();
    let answer = null;
    try {
      this.saving = this.send(texts);
      answer = await this.saving;
    } catch {
      // The server cannot be reached for now.
      this.timer = setTimeout(() => this.save(), INTERVAL_MILLISECONDS);
    }
    this.saving = null;
    if (this.isStopped) {
      clearTimeout(this.timer);
      return;
    }
    if (answer?.is_kept) {
      this.saved = JSON.stringify(texts);
      this.hold(false);
      this.claimed();
      if (texts.title || texts.body) {
        this.say("kept");
      } else {
        this.shown.textContent = "";
      }
    } else if (answer) {
      this.hold(true);
      this.isClaimed = false;
      this.form.elements.draft.value = this.known;
      this.claimed();
      this.say("elsewhere");
      this.schedule();
    } else {
      this.say("unsaved");
    }
  }

  // While another page's draft is there, a link leads to the form that offers it.
  hold(isHeld) {
    this.isHeld = isHeld;
    this.form.querySelector("[data-other-draft]").hidden = !isHeld;
  }

  async send(texts) {
    const { csrf_token: token, version } = this.form.elements;
    const body = new URLSearchParams({
      ...texts,
      writer: this.writer,
      continues: this.known,
      csrf_token: token.value,
    });
    if (version) {
      body.set("version", version.value);
    }
    this.controller = new AbortController();
    const response = await fetch(this.form.dataset.draftPath, {
      method: "POST",
      body,
      keepalive: body.toString().length < KEEPALIVE_MAX_BYTES,
      signal: this.controller.signal,
    });
    // Whoever is not logged in any more gets a page instead.
    const isAnswer = response.ok && response.headers.get("Content-Type")?.startsWith("application/json");
    return isAnswer ? response.json() : null;
  }

  // Once, also for those who hear it: the same words again are no change.
  say(state) {
    const sentence = this.shown.dataset[state];
    if (this.shown.textContent !== sentence) {
      this.shown.textContent = sentence;
    }
  }

  // What this tab had kept is in the form again; if it was saved too, there is nothing to offer.
  restore(forget) {
    this.say("restored");
    this.discardButton.hidden = false;
    this.discardButton.addEventListener("click", async () => {
      if (this.isSaving) {
        // If it came after the discarding, the draft would be there again.
        await this.settled();
      }
      const wasClaimed = this.isClaimed;
      forget();
      this.shown.textContent = "";
      this.discardButton.hidden = true;
      clearTimeout(this.timer);
      this.saved = JSON.stringify(this.texts());
      if (wasClaimed) {
        await this.discard();
      }
    });
    if (!this.isSaved()) {
      this.schedule();
      this.discardButton.hidden = false;
    }
    const offer = document.querySelector(`[data-discards-draft="${this.form.id}"]`)?.parentElement;
    if (this.isClaimed && offer) {
      this.confirm(offer);
    }
  }

  // The draft that is offered can have gone on elsewhere; only the server knows whether it is this text.
  async confirm(offer) {
    const texts = this.texts();
    this.saving = this.send(texts).catch(() => null);
    const answer = await this.saving;
    this.saving = null;
    if (answer?.is_kept && !this.isStopped) {
      this.saved = JSON.stringify(texts);
      this.claimed();
      offer.remove();
    }
  }

  // Whether the server has discarded it; nothing when it cannot be reached, which is then said.
  async discard() {
    const body = new URLSearchParams({ csrf_token: this.form.elements.csrf_token.value });
    try {
      const response = await fetch(this.form.dataset.discardPath, { method: "POST", body });
      // Whoever is not logged in any more is led elsewhere than to the form.
      return response.ok && new URL(response.url).pathname === location.pathname;
    } catch {
      this.shown.textContent = document.getElementById("announcement").dataset.unreachable;
      return null;
    }
  }

  // The offer above the form: discarding it leaves alone what has been typed below meanwhile.
  offer(leave) {
    const discarding = document.querySelector(`[data-discards-draft="${this.form.id}"]`);
    discarding?.addEventListener("submit", async (event) => {
      const offer = discarding.parentElement;
      if (!("draftOffer" in offer.dataset)) {
        leave();
        this.stop();
        return;
      }
      event.preventDefault();
      const isDiscarded = await this.discard();
      if (isDiscarded) {
        offer.remove();
        this.form.elements.body.focus();
        this.hold(false);
        this.shown.textContent = "";
        if (!this.isSaved()) {
          this.schedule();
        }
      } else if (isDiscarded === false) {
        discarding.submit();
      }
    });
  }
}

function randomWriter() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
