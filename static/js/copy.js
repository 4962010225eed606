// Buttons that copy the text of an element.
export function copyTexts() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    // Browsers allow it on pages over HTTPS and of this machine only.
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
      button.textContent = button.dataset.copied;
    });
  }
}
