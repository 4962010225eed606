// A form that is being sent ignores further presses until the page is shown again; the server knows
// a form that comes twice by its idempotency key. Runs after those who send a form in another way.

// Whoever has stopped the loading, or got a file instead of a page, stays on the page.
const PATIENCE_MILLISECONDS = 10000;

export function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const opensTab = event.submitter?.formTarget === "_blank";
    if (event.defaultPrevented || form.method !== "post" || opensTab) {
      return;
    }
    if (form.dataset.isSent) {
      event.preventDefault();
      return;
    }
    form.dataset.isSent = "true";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), PATIENCE_MILLISECONDS);
  });
  // Whoever types on has stopped the sending.
  document.addEventListener("input", (event) => event.target.form && release(event.target.form));
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
}

function release(form) {
  if (form.dataset.isSent) {
    delete form.dataset.isSent;
    form.removeAttribute("aria-busy");
  }
}
