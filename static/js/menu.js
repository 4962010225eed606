// A button that shows and hides the element that it names.
export function foldMenus() {
  for (const button of document.querySelectorAll("[data-toggles]")) {
    const menu = document.getElementById(button.dataset.toggles);
    button.addEventListener("click", () => {
      const isOpen = menu.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) {
        menu.querySelector("input[type=search]")?.focus();
      }
    });
  }
}
