// The preview appears below the text; without a script it opens as a page of its own.
export function showPreviews() {
  for (const form of document.querySelectorAll("form[data-preview]")) {
    const preview = form.querySelector(".preview");
    form.querySelector(".preview-button").addEventListener("click", async (event) => {
      event.preventDefault();
      const fields = new URLSearchParams({
        body: form.elements.body.value,
        csrf_token: form.elements.csrf_token.value,
      });
      let response;
      try {
        response = await fetch(form.dataset.preview, { method: "POST", body: fields });
      } catch {
        form.requestSubmit(event.target);
        return;
      }
      const content = await response.text();
      const shown = preview.querySelector(".post-body");
      preview.hidden = false;
      if (response.ok) {
        // Sanitised by the server: it is what would be stored and shown.
        shown.innerHTML = content;
      } else if (response.headers.get("Content-Type")?.startsWith("text/plain")) {
        shown.textContent = content;
      } else {
        shown.innerHTML = new DOMParser()
          .parseFromString(content, "text/html")
          .querySelector("main").innerHTML;
      }
    });
  }
}
