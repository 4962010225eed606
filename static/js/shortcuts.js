// Keys that act by themselves, unless they are typed into something or switched off (WCAG 2.1.4).
import { openDialog } from "./dialog.js";

const SETTING = "shortcuts";
const OFF = "off";

const ROWS = ".question-row, .plain-row, .post";

const ACTS = {
  "/": search,
  "?": () => openDialog(document.getElementById("shortcuts")),
  j: () => move(1),
  k: () => move(-1),
  // The same two keys while Korean is typed.
  ㅓ: () => move(1),
  ㅏ: () => move(-1),
};

export function listenToKeys() {
  const opener = document.querySelector("[data-opens-dialog=shortcuts]");
  const choice = document.getElementById("shortcuts-on");
  opener.hidden = false;
  opener.addEventListener("click", () => (choice.checked = areOn()));
  choice.checked = areOn();
  choice.addEventListener("change", () => store(choice.checked));
  document.addEventListener("keydown", (event) => {
    const act = ACTS[event.key];
    if (act && isMeant(event) && areOn()) {
      event.preventDefault();
      act();
    }
  });
}

function isMeant(event) {
  const isTyped = event.target.closest("input, textarea, select, [contenteditable]");
  const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
  return !isTyped && !hasModifier && !event.isComposing && !document.querySelector("dialog[open]");
}

function search() {
  const field = document.getElementById("search");
  if (!isShown(field)) {
    document.querySelector("[data-toggles=site-search]").click();
  }
  field.focus();
  field.select();
}

function move(step) {
  const rows = [...document.querySelectorAll(ROWS)].filter(isShown);
  const current = rows.indexOf(document.activeElement.closest(ROWS));
  // From where the reader has scrolled to, as long as no row has the focus.
  const below = rows.findIndex((row) => row.getBoundingClientRect().top >= 0);
  const from = below === -1 ? rows.length : below;
  const row = rows[current === -1 ? (step > 0 ? from : from - 1) : current + step];
  if (!row) {
    return;
  }
  const link = row.matches(".post") ? null : row.querySelector("a[href]");
  if (!link) {
    row.tabIndex = -1;
  }
  (link ?? row).focus();
}

// Not checkVisibility(), which Safari has since 17.4 only.
function isShown(element) {
  return element.getClientRects().length > 0;
}

function areOn() {
  try {
    return localStorage.getItem(SETTING) !== OFF;
  } catch {
    // A browser that stores nothing cannot be told to leave them off either.
    return true;
  }
}

function store(isOn) {
  try {
    localStorage.setItem(SETTING, isOn ? "on" : OFF);
  } catch {
    // For the next page they are on again.
  }
}
