// A button in the corner of each block of code that copies it.
import { copy } from "./copy.js";

// Also for what comes into the page later: `place` is the element with the posts.
export function addCopyButtons(place = document) {
  const template = document.querySelector("template[data-copy-button]");
  // Browsers allow it on pages over HTTPS and of this machine only.
  if (!template || !navigator.clipboard) {
    return;
  }
  for (const block of place.querySelectorAll(".post-body pre")) {
    const frame = document.createElement("div");
    frame.className = "code-block";
    block.replaceWith(frame);
    frame.append(block, template.content.cloneNode(true));
    const button = frame.querySelector("button");
    button.addEventListener("click", () => copy(block.textContent, button));
  }
}
