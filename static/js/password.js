// Buttons that show what is typed into a password field, until the form is sent.
export function showPasswords() {
  for (const button of document.querySelectorAll("[data-shows-password]")) {
    const input = document.getElementById(button.dataset.showsPassword);
    const show = (isShown) => {
      input.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
    };
    button.hidden = false;
    button.addEventListener("click", () => show(input.type === "password"));
    // Browsers remember text fields, and must not remember this one.
    input.form.addEventListener("submit", () => show(false));
  }
}
