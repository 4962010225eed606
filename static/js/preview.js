// The preview appears below the text; without a script it opens as a page of its own.
export function showPreviews() {
  for (const editor of document.querySelectorAll("[data-preview]")) {
    const form = editor.closest("form");
    const text = editor.querySelector("textarea");
    const preview = editor.querySelector(".preview");
    editor.querySelector(".preview-button").addEventListener("click", async (event) => {
      event.preventDefault();
      const fields = new URLSearchParams({
        body: text.value,
        csrf_token: form.elements.csrf_token.value,
      });
      let response;
      try {
        response = await fetch(editor.dataset.preview, { method: "POST", body: fields });
      } catch {
        form.requestSubmit(event.target);
        return;
      }
      const content = await response.text();
      preview.hidden = false;
      if (response.ok) {
        // Sanitised by the server: it is what would be stored and shown.
        preview.innerHTML = content;
      } else if (response.headers.get("Content-Type")?.startsWith("text/plain")) {
        preview.textContent = content;
      } else {
        preview.innerHTML = new DOMParser()
          .parseFromString(content, "text/html")
          .querySelector("main").innerHTML;
      }
    });
  }
}
