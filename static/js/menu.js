// A button that shows and hides the element that it names; Escape hides it.
export function foldMenus() {
  for (const button of document.querySelectorAll("[data-toggles]")) {
    const menu = document.getElementById(button.dataset.toggles);
    const show = (isOpen) => {
      menu.classList.toggle("is-open", isOpen);
      button.setAttribute("aria-expanded", String(isOpen));
    };
    button.addEventListener("click", () => {
      const isOpen = !menu.classList.contains("is-open");
      show(isOpen);
      if (isOpen) {
        menu.querySelector("input[type=search]")?.focus();
      }
    });
    document.addEventListener("keydown", (event) => {
      const isMeant = event.key === "Escape" && !event.isComposing;
      if (isMeant && menu.classList.contains("is-open") && !document.querySelector("dialog[open]")) {
        if (menu.contains(document.activeElement)) {
          button.focus();
        }
        show(false);
      }
    });
  }
}
