"""What must never happen behind a page, whatever a test does in it."""

from __future__ import annotations

from urllib.parse import urldefrag

from playwright.sync_api import BrowserContext

SENT_BY_SCRIPTS = ("/preview", "/vote", "/delete", "/restore", "/draft", "/discard-draft")


def watch(
    context: BrowserContext, site: str, troubles: list[str], *, missing_images: bool = False
) -> None:
    """Note each request to another host, each error on the console, and each script's dialog.

    :param missing_images: whether images of the site may be missing, because somebody else chose
        their addresses.
    """
    pages: set[str] = set()

    def note_request(request) -> None:
        is_excused = missing_images and request.resource_type == "image"
        if request.is_navigation_request() or is_excused:
            pages.add(urldefrag(request.url).url)
        if not request.url.startswith((f"{site}/", "data:")):
            troubles.append(f"a request to {request.url}")

    def note_message(message) -> None:
        address = urldefrag(message.location["url"]).url
        # Chromium also logs pages of errors, which are meant to be shown, and what is refused to a
        # script that shows why; a missing script, style sheet or image is neither.
        is_shown = address in pages or address.endswith(SENT_BY_SCRIPTS)
        if message.text.startswith("Failed to load resource") and is_shown:
            return
        if message.type in ("error", "warning"):
            troubles.append(f"on the console of {message.page.url}: {message.text}")

    def note_dialog(dialog) -> None:
        if dialog.type == "beforeunload":
            # The browser's own question, about a text that was not sent; the answer is to leave.
            dialog.accept()
            return
        troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    context.on("request", note_request)
    context.on("console", note_message)
    context.on("weberror", lambda error: troubles.append(f"an exception: {error.error}"))
    context.on("dialog", note_dialog)
