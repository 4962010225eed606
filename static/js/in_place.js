// Votes, deletions and restorings without leaving the page. The forms are sent as they always are;
// of the page that the server answers with, what has changed is taken over into this one.
import { addCopyButtons } from "./code.js";

const ACTS = { vote, delete: deletePost, restore };

// What was taken off the page for a notice that it is deleted: it comes back as scripts and
// the reader left it.
const removed = new WeakMap();

export function actInPlace() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const act = ACTS[form.dataset.inPlace];
    if (!act) {
      return;
    }
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) {
      return;
    }
    form.setAttribute("aria-busy", "true");
    try {
      form.closest("dialog")?.close();
      await act(form);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

async function vote(form) {
  const post = form.closest(".post");
  const position = [...post.querySelectorAll(".vote-box > *")].indexOf(form);
  const answer = await send(form);
  const box = answer?.page.getElementById(post.id)?.querySelector(".vote-box");
  if (!box) {
    return leave(answer);
  }
  post.querySelector(".vote-box").replaceWith(box);
  const pressed = box.children[position];
  (pressed.querySelector("button") ?? pressed).focus({ preventScroll: true });
  announce([...box.querySelectorAll(".vote-score, .vote-own")].map(words).join(". "));
}

async function deletePost(form) {
  const post = form.closest(".post");
  const answer = await send(form);
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
  const isQuestion = post.id === "question";
  // Nothing can be done with a deleted question any more, so its page is another one.
  const [old, fresh] = isQuestion
    ? [document.querySelector("main"), deleted.page.querySelector("main")]
    : [post, notice];
  notice.dataset.deleted = post.id;
  removed.set(notice, { old, fresh });
  old.replaceWith(fresh);
  addCopyButtons(fresh);
  if (!isQuestion) {
    takeOver("answers-title", answer.page);
  }
  notice.focus({ preventScroll: !isQuestion });
  announce(words(message));
}

async function restore(form) {
  const notice = form.closest(".alert-warning");
  const { old, fresh } = removed.get(notice);
  const id = notice.dataset.deleted;
  const answer = await send(form);
  const restored = answer?.page.getElementById(id);
  if (!restored) {
    return leave(answer);
  }
  fresh.replaceWith(old);
  const post = document.getElementById(id);
  post.querySelector(".vote-box").replaceWith(restored.querySelector(".vote-box"));
  takeOver("answers-title", answer.page);
  post.tabIndex = -1;
  post.focus({ preventScroll: true });
  const message = answer.page.querySelector("main > .alert-success");
  announce(message ? words(message) : "");
}

// The page that the server answers a form with; nothing when it refuses, which is then shown.
async function send(form) {
  const place = form.closest(".post")?.querySelector(".post-content") ?? form.parentElement;
  place.querySelector(":scope > .in-place-refusal")?.remove();
  let answer;
  try {
    answer = await load(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  } catch {
    refuse(place, announcement().dataset.unreachable);
    return null;
  }
  if (answer.response.ok) {
    return answer;
  }
  const reason = answer.page.querySelectorAll(".error-page > h1, .error-page > h1 + p");
  if (reason.length === 0) {
    // It is not from the board, but from something in front of it.
    form.submit();
  } else {
    refuse(place, [...reason].map(words).join(". ").replaceAll("..", "."));
  }
  return null;
}

async function load(address, options = {}) {
  const response = await fetch(address, options);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, page };
}

// Where the act leads to is no page with the post, such as that for logging in.
function leave(answer) {
  if (answer) {
    location.assign(answer.response.url);
  }
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

function announcement() {
  return document.getElementById("announcement");
}

function announce(text) {
  announcement().textContent = text;
}

function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}
