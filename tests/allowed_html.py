"""What may stand in a rendered text, stated once more by the tests."""

from __future__ import annotations

ATTRIBUTES = {
    "a": {"href", "title", "rel", "class"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
    "pre": {"class", "tabindex"},
    "code": {"class"},
    "table": {"tabindex"},
    "span": {"class"},
}
SCHEMES = {"http", "https", "mailto"}
LINK_RELATION = "nofollow ugc noopener"
