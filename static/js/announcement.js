// Tells screen readers what has changed. They hear a live region when it changes, so not what stands
// in a page when it comes: that is told a moment later.
const PAUSE_MILLISECONDS = 500;

export function announceMessages() {
  const messages = [...document.querySelectorAll("main > [role=status]")].map(words);
  if (messages.length > 0) {
    setTimeout(() => announce(messages.join(" ")), PAUSE_MILLISECONDS);
  }
}

export function announcement() {
  return document.getElementById("announcement");
}

export function announce(text) {
  announcement().textContent = text;
}

// The text of an element, in one line.
export function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}
