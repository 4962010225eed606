// Links that lead to a page of confirmation ask in a dialog instead. Parts of a page may come later
// (in_place.js), so the whole page is listened to.
export function openDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens-dialog]");
    if (opener) {
      event.preventDefault();
      openDialog(document.getElementById(opener.dataset.opensDialog));
    }
    event.target.closest("[data-closes-dialog]")?.closest("dialog").close();
  });
}

export function openDialog(dialog) {
  dialog.showModal();
  // Not the button that deletes. An attribute in the page would have it focused with the page.
  dialog.querySelector("[data-closes-dialog]").focus();
}
