// Links that lead to a page of confirmation ask in a dialog instead.
export function openDialogs() {
  for (const link of document.querySelectorAll("[data-opens-dialog]")) {
    const dialog = document.getElementById(link.dataset.opensDialog);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
      // Not the button that deletes. An attribute in the page would have it focused with the page.
      dialog.querySelector("[data-closes-dialog]").focus();
    });
  }
  for (const button of document.querySelectorAll("[data-closes-dialog]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}
