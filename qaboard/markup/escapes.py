"""Backslash escapes and HTML character references, as CommonMark 0.31 defines them."""

import html
import re
from html.entities import html5

PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

# The semicolon is required: `?a=1&copy=2` is an address, not a copyright sign.
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_ESCAPE_OR_ENTITY = re.compile(r"\\([!-/:-@\[-`{-~])|" + ENTITY.pattern)
_LINE_CONTROLS = str.maketrans({"\r": " ", "\n": " ", "\x0c": " "})


def entity_text(reference: str) -> str:
    """Return the character for a reference like ``&amp;``, or the reference if it names none."""
    if reference[1] != "#" and reference[1:] not in html5:
        return reference
    return html.unescape(reference)


def unescape(text: str) -> str:
    """Return `text` (an address or a title) with escapes and references decoded."""
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE_OR_ENTITY.sub(lambda match: match[1] or entity_text(match[0]), text)


def visible_entity(reference: str) -> str:
    """Return the text to show for a reference; one for a line end shows as a space."""
    return entity_text(reference).translate(_LINE_CONTROLS)
