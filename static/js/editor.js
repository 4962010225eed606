// The editor of a text: tabs for writing and its preview, tools, and their keys.
import { addCopyButtons } from "./code.js";
import { form as formOf, request } from "./requests.js";
import { continueList, linkTo, tools } from "./markdown.js";

export function openEditors() {
  document.querySelectorAll("[data-editor]").forEach(openEditor);
}

function openEditor(editor) {
  const textarea = editor.querySelector("textarea");
  growWithText(textarea);
  openTabs(editor, textarea);
  openToolbar(editor, textarea);
  textarea.addEventListener("keydown", (event) => pressKey(event, textarea));
  textarea.addEventListener("paste", (event) => {
    const address = event.clipboardData.getData("text/plain").trim();
    changeInstead(event, textarea, (...selection) => linkTo(address, ...selection));
  });
}

// By the browser's own undo history, so that what a tool did can be undone.
export function replaceText(textarea, from, to, text) {
  textarea.focus();
  textarea.setSelectionRange(from, to);
  const isDone = text
    ? document.execCommand("insertText", false, text)
    : from === to || document.execCommand("delete");
  if (!isDone) {
    textarea.setRangeText(text, from, to, "end");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Says whether there was something to be changed.
function applyChange(textarea, changeOf) {
  const change = changeOf(textarea.value, textarea.selectionStart, textarea.selectionEnd);
  if (!change) {
    return false;
  }
  replaceText(textarea, change.from, change.to, change.text);
  textarea.setSelectionRange(change.selectFrom, change.selectTo);
  return true;
}

// Where nothing is to be changed, the browser does what it always does.
function changeInstead(event, textarea, changeOf) {
  if (applyChange(textarea, changeOf)) {
    event.preventDefault();
  }
}

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = { b: "bold", i: "italic", k: "link", e: "code" };
const SHIFTED_KEYS = { Period: "quote", Digit8: "bullets", Digit7: "numbers" };

function pressKey(event, textarea) {
  // On a Mac, Ctrl with these letters moves and deletes in every text.
  const isCommand = (IS_MAC ? event.metaKey : event.ctrlKey) && !event.altKey;
  // Safari says of the Enter that ends a syllable of Hangul only by this code that it is none.
  if (event.isComposing || event.keyCode === 229) {
    return;
  }
  if (event.key === "Enter" && !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)) {
    changeInstead(event, textarea, continueList);
    return;
  }
  if (!isCommand) {
    return;
  }
  if (event.key === "Enter") {
    event.preventDefault();
    if (!event.repeat) {
      textarea.form.requestSubmit();
    }
    return;
  }
  // With a Korean layout the key B types ㅠ.
  const letter = /^[a-z]$/i.test(event.key) ? event.key : event.code.replace(/^Key/, "");
  const tool = event.shiftKey ? SHIFTED_KEYS[event.code] : KEYS[letter.toLowerCase()];
  if (tool) {
    event.preventDefault();
    applyChange(textarea, tools[tool]);
  }
}

// One of them is reached by Tab, the others from there by arrow keys.
function moveWithArrows(list, items) {
  list.addEventListener("keydown", (event) => {
    const current = items.indexOf(document.activeElement);
    const next = {
      ArrowRight: (current + 1) % items.length,
      ArrowLeft: (current + items.length - 1) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    items.forEach((item, index) => (item.tabIndex = index === next ? 0 : -1));
    items[next].focus();
  });
}

function openToolbar(editor, textarea) {
  const toolbar = editor.querySelector("[role=toolbar]");
  const buttons = [...toolbar.querySelectorAll("button")];
  moveWithArrows(toolbar, buttons);
  for (const button of buttons) {
    const keys = button.getAttribute("aria-keyshortcuts");
    button.title += ` (${keys.replace("Control", IS_MAC ? "Cmd" : "Ctrl")})`;
    if (IS_MAC) {
      button.setAttribute("aria-keyshortcuts", keys.replace("Control", "Meta"));
    }
    // A click leaves the selection of the text, and the keyboard of a phone, where they are.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => applyChange(textarea, tools[button.dataset.tool]));
  }
}

function openTabs(editor, textarea) {
  const list = editor.querySelector("[role=tablist]");
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const panels = tabs.map((tab) => document.getElementById(tab.getAttribute("aria-controls")));
  const toolbar = editor.querySelector("[role=toolbar]");
  moveWithArrows(list, tabs);
  panels.forEach((panel, index) => {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tabs[index].id);
  });
  const select = (tab) => {
    const isWriting = tab === tabs[0];
    if (!isWriting) {
      // As high as the text was, so that what is below stays where it is.
      panels[1].style.minHeight = `${textarea.offsetHeight || panels[1].offsetHeight}px`;
    }
    tabs.forEach((each, index) => {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      panels[index].hidden = each !== tab;
    });
    toolbar.inert = !isWriting;
  };
  panels[1].tabIndex = 0;
  tabs[0].addEventListener("click", () => select(tabs[0]));
  tabs[1].addEventListener("click", () => {
    select(tabs[1]);
    showPreview(editor, textarea, panels[1]);
  });
}

// By the panel: the request for its newest preview.
const previews = new WeakMap();

async function showPreview(editor, textarea, panel) {
  const shown = panel.querySelector(".post-body");
  const text = textarea.value;
  // An answer for an older text would come too late.
  previews.get(panel)?.abort();
  const controller = new AbortController();
  previews.set(panel, controller);
  panel.setAttribute("aria-busy", "true");
  try {
    const fields = { body: text, csrf_token: textarea.form.elements.csrf_token.value };
    const options = formOf(fields);
    const { response, text: content } = await request(editor.dataset.preview, options, controller);
    if (response.ok && !response.redirected) {
      // Sanitised by the server: it is what would be stored and shown.
      shown.innerHTML = content;
      addCopyButtons(panel);
    } else if (response.headers.get("Content-Type")?.startsWith("text/plain")) {
      refuse(shown, content);
    } else {
      refuse(shown, errorIn(content) || editor.dataset.failed);
    }
  } catch {
    if (previews.get(panel) === controller) {
      refuse(shown, editor.dataset.failed);
    }
  }
  if (previews.get(panel) === controller) {
    panel.removeAttribute("aria-busy");
  }
}

function refuse(shown, text) {
  const refusal = document.createElement("p");
  refusal.setAttribute("role", "alert");
  refusal.textContent = text;
  shown.replaceChildren(refusal);
}

// What a page of an error says, as text.
function errorIn(content) {
  const page = new DOMParser().parseFromString(content, "text/html");
  return page.querySelector(".error-page, .alert-danger")?.textContent.trim().replaceAll(/\s+/g, " ");
}

function growWithText(textarea) {
  if (CSS.supports("field-sizing", "content")) {
    return;
  }
  const grow = () => {
    // Not lower than somebody has pulled it.
    if (textarea.scrollHeight > textarea.clientHeight) {
      textarea.style.height = `${textarea.scrollHeight + textarea.offsetHeight - textarea.clientHeight}px`;
    }
  };
  textarea.addEventListener("input", grow);
  grow();
}
