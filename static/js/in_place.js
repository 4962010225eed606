// Votes, deletions and restorings without leaving the page. The forms are sent as they always are;
// of the page that the server answers with, what has changed is taken over into this one.
import { announce, announcement, words } from "./announcement.js";
import { addCopyButtons } from "./code.js";
import { request } from "./requests.js";

const ACTS = { vote, delete: deletePost, restore };

// What was taken off the page for a notice that it is deleted: it comes back as scripts and
// the reader left it.
const removed = new WeakMap();

// By the id of a post: what is being done with it, and what is to be done with it afterwards.
const underWay = new Map();

export function actInPlace() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const { inPlace } = form.dataset;
    if (!(inPlace && Object.hasOwn(ACTS, inPlace))) {
      return;
    }
    event.preventDefault();
    form.closest("dialog")?.close();
    const notice = form.closest("[data-deleted]");
    const id = notice?.dataset.deleted ?? form.closest(".post").id;
    const wish = { id, form, act: ACTS[inPlace], body: String(new URLSearchParams(new FormData(form))) };
    wishFor(wish);
  });
}

// One at a time, or a late answer would show what is not so any more. Of what is wished for
// meanwhile the last counts.
async function wishFor(wish) {
  const acts = underWay.get(wish.id);
  if (acts) {
    const { act, body } = acts.current;
    acts.next = act === wish.act && body === wish.body ? null : wish;
    return;
  }
  const own = { current: wish, next: null };
  underWay.set(wish.id, own);
  const element = wish.form.closest("[data-deleted], .post");
  element.setAttribute("aria-busy", "true");
  try {
    while (own.current) {
      own.next = null;
      const isDone = await own.current.act(own.current);
      own.current = isDone ? own.next : null;
    }
  } finally {
    underWay.delete(wish.id);
    element.removeAttribute("aria-busy");
  }
}

// Each act says whether something can be done after it.

async function vote({ id, form, body }) {
  const post = document.getElementById(id);
  const answer = await send(form.action, body, post.querySelector(".post-content"));
  const box = answer?.page.getElementById(id)?.querySelector(".vote-box");
  if (!box) {
    return leave(answer);
  }
  const old = post.querySelector(".vote-box");
  // Whoever has gone on to something else is not called back.
  const position = [...old.children].findIndex((child) => child.contains(document.activeElement));
  old.replaceWith(box);
  const focused = box.children[position];
  (focused?.querySelector("button") ?? focused)?.focus({ preventScroll: true });
  announce([...box.querySelectorAll(".vote-score, .vote-own")].map(words).join(". "));
  return true;
}

async function deletePost({ id, form, body }) {
  const post = document.getElementById(id);
  const answer = await send(form.action, body, post.querySelector(".post-content"));
  const message = answer?.page.querySelector("main > .alert-success");
  if (!message) {
    return leave(answer);
  }
  // The page of a deleted post has the way to restore it.
  const deleted = await load(new URL(".", form.action)).catch(() => null);
  // The page can have other notices, such as that the account will be closed.
  const notice = deleted?.page.querySelector("form[action$='/restore']")?.closest(".alert-warning");
  if (!notice) {
    return leave(answer);
  }
  notice.querySelector("p").textContent = words(message);
  notice.querySelector("form").dataset.inPlace = "restore";
  notice.tabIndex = -1;
  const isQuestion = id === "question";
  // Nothing can be done with a deleted question any more, so its page is another one.
  const [old, fresh] = isQuestion
    ? [document.querySelector("main"), deleted.page.querySelector("main")]
    : [post, notice];
  notice.dataset.deleted = id;
  removed.set(notice, { old, fresh });
  const isFocused = hasFocus(old);
  old.replaceWith(fresh);
  addCopyButtons(fresh);
  if (!isQuestion) {
    takeOver("answers-title", answer.page);
  }
  if (isFocused) {
    notice.focus({ preventScroll: !isQuestion });
  }
  announce(words(message));
  return false;
}

async function restore({ id, form, body }) {
  const notice = form.closest("[data-deleted]");
  const { old, fresh } = removed.get(notice);
  const answer = await send(form.action, body, form.parentElement);
  const restored = answer?.page.getElementById(id);
  if (!restored) {
    return leave(answer);
  }
  const isFocused = hasFocus(fresh);
  fresh.replaceWith(old);
  const post = document.getElementById(id);
  post.querySelector(".vote-box").replaceWith(restored.querySelector(".vote-box"));
  takeOver("answers-title", answer.page);
  post.tabIndex = -1;
  if (isFocused) {
    post.focus({ preventScroll: true });
  }
  const message = answer.page.querySelector("main > .alert-success");
  announce(message ? words(message) : "");
  return false;
}

function hasFocus(place) {
  const { activeElement } = document;
  return activeElement === document.body || place.contains(activeElement);
}

// The page that the server answers a form with; nothing when it refuses, which is then shown.
async function send(address, body, place) {
  place.querySelector(":scope > .in-place-refusal")?.remove();
  let answer;
  try {
    answer = await load(address, { method: "POST", body: new URLSearchParams(body) });
  } catch (error) {
    const { unreachable, unanswered } = announcement().dataset;
    refuse(place, error.name === "TimeoutError" ? unanswered : unreachable);
    return null;
  }
  if (answer.response.ok) {
    return answer;
  }
  const reason = answer.page.querySelectorAll(".error-page > h1, .error-page > h1 + p");
  // Without one it is not from the board, but from something in front of it.
  const text = [...reason].map(words).join(". ").replaceAll("..", ".");
  refuse(place, text || announcement().dataset.unreachable);
  return null;
}

async function load(address, options) {
  const { response, text } = await request(address, options);
  return { response, page: new DOMParser().parseFromString(text, "text/html") };
}

// Where the act leads to is no page with the post, such as that for logging in.
function leave(answer) {
  if (answer) {
    location.assign(answer.response.url);
  }
  return false;
}

function refuse(place, text) {
  const refusal = document.createElement("p");
  refusal.className = "alert alert-danger in-place-refusal";
  refusal.setAttribute("role", "alert");
  refusal.textContent = text;
  place.prepend(refusal);
}

function takeOver(id, page) {
  const fresh = page.getElementById(id);
  const old = document.getElementById(id);
  if (fresh && old) {
    old.textContent = fresh.textContent;
  }
}
