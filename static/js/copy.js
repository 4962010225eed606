// Buttons that copy the text of an element.
const SHOWN_MILLISECONDS = 2000;
const FAILURE_SHOWN_MILLISECONDS = 8000;

export function copyTexts() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    // Browsers allow it on pages over HTTPS and of this machine only.
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => {
      copy(document.getElementById(button.dataset.copies).textContent, button);
    });
  }
}

// Copies a text, and says in the button whether it is: people and browsers can refuse it.
export async function copy(text, button) {
  const words = button.firstElementChild;
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    isCopied = false;
  }
  words.textContent = isCopied ? button.dataset.copied : button.dataset.notCopied;
  const milliseconds = isCopied ? SHOWN_MILLISECONDS : FAILURE_SHOWN_MILLISECONDS;
  setTimeout(() => (words.textContent = button.dataset.copy), milliseconds);
}
