"""The form in which two spellings of one text are equal, for names and for search alike."""

from __future__ import annotations

import unicodedata


def narrow(text: str) -> str:
    """Full-width and half-width letters as the usual ones, and NFC (RFC 8265, section 3.3)."""
    return unicodedata.normalize(
        "NFC",
        "".join(
            unicodedata.normalize("NFKC", character)
            if unicodedata.decomposition(character).startswith(("<wide>", "<narrow>"))
            else character
            for character in text
        ),
    )


def fold(text: str) -> str:
    """NFKC, casefolded, and NFKC again.

    Casefolding can undo the normal form, hence the second time (Unicode, chapter 3.13, D146).
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
