// When a text is saved on the server, and what may be said of it: a state machine without a page, a
// clock or a network. It is told what happens, with the time in milliseconds, and says what to send.

// Each save makes the kept pages of visitors stale on the server, so it is a rare thing.
export const PAUSE = 3000;
export const INTERVAL = 15000;
// Whether another page's draft is still there is asked less often.
export const HELD_INTERVAL = 60000;
export const LONGEST_RETRY = 300000;
// As many as the server reads.
const SEEN_MAX_COUNT = 5;

// What a page begins with.
//   page.defaults     the values of the fields as the server made the form
//   page.values       the same as the browser shows them, which restores fields by itself
//   page.isRefused    whether the form is shown again with what was sent
//   page.continues    the drafts that the form names, as the server made it
//   page.known        the same as the browser shows it
//   stored            what the tab has kept of this form, or null
export function begin(page, stored) {
  const isKept = stored !== null && isSame(stored.from, page.defaults);
  // A draft that is not in the form is not written over, although this tab has saved it.
  const isShown = isKept || page.isRefused;
  return {
    // Of a form that was sent by a tab which keeps nothing nobody knows what it was begun from.
    from: page.isRefused ? (stored?.from ?? null) : page.defaults,
    to: isKept && !page.isRefused ? stored.to : page.values,
    // Whoever undoes what was typed into an empty form has no draft any more.
    isFromDraft: page.isRefused ? (stored?.isFromDraft ?? true) : page.continues !== "",
    seen: merge(
      isShown || !isSame(page.values, page.defaults) ? page.known : page.continues,
      isShown ? (stored?.seen ?? "") : "",
    ),
  };
}

export function isSame(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}

function merge(some, others) {
  const all = new Set(`${some} ${others}`.split(" ").filter(Boolean));
  return [...all].slice(-SEEN_MAX_COUNT).join(" ");
}

export class DraftSaving {
  // Each page has a writer of its own: the browser copies what a tab keeps into its duplicate.
  //   text         what is to be saved
  //   isSaved      whether the server is known to have it
  //   seen         the drafts of other pages that the text goes on with
  constructor({ writer, text, isSaved, seen = "", random = Math.random }) {
    this.writer = writer;
    this.text = text;
    this.saved = isSaved ? text : null;
    this.seenBefore = seen;
    this.random = random;
    this.number = 0;
    this.flight = null;
    this.failures = 0;
    // Not earlier than this, whatever happens.
    this.retryAt = 0;
    this.sentAt = -Infinity;
    // A text that was there when the page came does not wait for a pause.
    this.typedAt = -Infinity;
    // "", "kept", "unsaved" or "elsewhere".
    this.answered = "";
    this.isStopped = false;
    // Whether the form has been sent by now, so that what is typed on is another text.
    this.isSent = false;
  }

  get isSaved() {
    return this.text === this.saved;
  }

  // What the page knows of drafts: those it began with, and what it has sent, come through or not.
  get seen() {
    const own = this.number ? `${this.writer}-${this.number}` : "";
    return merge(this.seenBefore, own);
  }

  // What may be said: that it is saved only while the server has what is in the form.
  get status() {
    return this.answered === "kept" && !this.isSaved ? "" : this.answered;
  }

  // When `tick` has something to do.
  get wakesAt() {
    if (this.isStopped || this.flight || this.isSaved) {
      return Infinity;
    }
    const interval = this.answered === "elsewhere" ? HELD_INTERVAL : INTERVAL;
    return Math.max(this.typedAt + PAUSE, this.sentAt + interval, this.retryAt);
  }

  type(text, now) {
    this.isStopped = false;
    if (text !== this.text) {
      this.text = text;
      this.typedAt = now;
      if (this.retryAt === Infinity) {
        // Another text may be taken.
        this.retryAt = 0;
      }
    }
  }

  // The text of the form was thrown away, which does not wait.
  clear(text, now) {
    this.type(text, now);
    this.typedAt = this.sentAt = -Infinity;
  }

  tick(now) {
    return now >= this.wakesAt ? this.send(now) : null;
  }

  // The page may never be seen again: nothing is waited for. The server sorts the saves by number.
  leave(now) {
    const isOnItsWay = this.flight?.text === this.text;
    return this.isStopped || this.isSaved || isOnItsWay ? null : this.send(now);
  }

  send(now) {
    const { isSent, seen, text } = this;
    this.number += 1;
    this.flight = { number: this.number, text };
    this.sentAt = now;
    // Until there is an answer nobody knows what the server has.
    this.saved = null;
    return { writer: this.writer, number: this.number, seen, text, isSent };
  }

  // How a save went: "kept", "elsewhere" (another page's draft stays), "sent" (the form was sent
  // before it), "refused", or "failed", which is tried again. Of a save that a newer one has followed
  // nothing is heard.
  answer(number, outcome, now, retryAfter = 0) {
    if (this.flight?.number !== number) {
      return;
    }
    const { text } = this.flight;
    this.flight = null;
    if (outcome === "failed") {
      const wait = Math.min(INTERVAL * 2 ** this.failures, LONGEST_RETRY);
      this.failures += 1;
      this.retryAt = now + Math.max(retryAfter, wait * (1 + this.random() / 2));
      this.answered = "unsaved";
      return;
    }
    this.failures = 0;
    this.retryAt = 0;
    if (outcome === "kept") {
      this.saved = text;
      // The draft is this page's now, and what others save is unseen.
      this.seenBefore = "";
      this.answered = "kept";
    } else if (outcome === "elsewhere") {
      this.answered = "elsewhere";
    } else if (outcome === "sent") {
      this.isSent = true;
      this.sentAt = -Infinity;
      this.answered = "";
    } else {
      this.retryAt = text === this.text ? Infinity : 0;
      this.answered = "unsaved";
    }
  }

  // The draft of the other page is gone.
  release() {
    this.answered = "";
    this.sentAt = -Infinity;
  }

  // The form is being sent: a save that came later would bring the draft back.
  stop() {
    this.isStopped = true;
    this.flight = null;
  }

  resume() {
    this.isStopped = false;
  }
}
