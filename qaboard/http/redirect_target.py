"""Safe redirect target after login (same site only)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from pyramid.request import Request

FRONT_PAGE = "/"
MAX_CHARACTERS = 2000


def own_address(request: Request) -> str:
    """The address of the page that is asked for, for coming back to it later.

    What was posted is not posted again.
    """
    return form_address(request) if request.method in ("GET", "HEAD") else request.path


def form_address(request: Request) -> str:
    """The address that is asked for, without a query that is too long to be followed."""
    is_short = len(request.path_qs) <= MAX_CHARACTERS
    return request.path_qs if is_short else request.path


def safe_next_address(address: str | None) -> str:
    """The address if it is a path on this site, else the front page.

    It is judged as a browser would read it (WHATWG URL, section 4.4).
    """
    if not address or len(address) > MAX_CHARACTERS:
        return FRONT_PAGE
    # Browsers drop tabs and line ends inside an address, and other control characters and spaces
    # around it; "/\t/evil.example" would become "//evil.example".
    if not address.isprintable() or " " in address:
        return FRONT_PAGE
    # Browsers read a backslash as a slash; two slashes start the name of another host.
    if "\\" in address or not address.startswith("/") or address.startswith("//"):
        return FRONT_PAGE
    try:
        parts = urlsplit(address)
    except ValueError:
        return FRONT_PAGE
    if parts.scheme or parts.netloc:
        return FRONT_PAGE
    # A header is ASCII: other characters are percent-encoded, and what is encoded already stays.
    return quote(address, safe="/?#[]@!$&'()*+,;=:%~")
