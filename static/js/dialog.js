// Links that lead to a page of confirmation ask in a dialog instead. Parts of a page may come later
// (in_place.js), so the whole page is listened to.
export function openDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens-dialog]");
    if (opener && !opensElsewhere(event, opener)) {
      event.preventDefault();
      openDialog(document.getElementById(opener.dataset.opensDialog));
    }
    event.target.closest("[data-closes-dialog]")?.closest("dialog").close();
  });
}

// With these keys a browser opens a link in another tab or window, or saves it.
function opensElsewhere(event, opener) {
  const hasModifier = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return hasModifier && opener instanceof HTMLAnchorElement;
}

export function openDialog(dialog) {
  dialog.showModal();
  // Not the button that deletes. An attribute in the page would have it focused with the page.
  let first = dialog.querySelector("[data-closes-dialog]");
  if (dialog.scrollHeight > dialog.clientHeight) {
    // Higher than the window: it is read from its beginning.
    first = dialog.querySelector("h2");
    first.tabIndex = -1;
  }
  first.focus();
}
