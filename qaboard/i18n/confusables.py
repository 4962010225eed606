"""Confusable letters: the skeleton of a text, equal for texts that look alike (Unicode TR39)."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

_ACCENTS = range(0x300, 0x370)
_LIKE_L = str.maketrans("i1", "ll")


@cache
def _prototypes() -> dict[int, str]:
    """Letters and digits with the ASCII ones that they look like.

    From the confusables.txt of Unicode 15.1, those that a name in NFKC can have.
    """
    table = {ord("m"): "rn", ord("0"): "o"}
    text = (files(__package__) / "confusables.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        prototype, alike = line.split()
        table.update((ord(character), prototype) for character in alike)
    return table


def looks_ascii(text: str) -> bool:
    """Whether every letter of a text is an ASCII one or looks like one."""
    return all(character.isascii() or ord(character) in _prototypes() for character in text)


def skeleton(text: str) -> str:
    """A text in which letters that look alike are one letter, and accents are dropped.

    Upper and lower case are one, and so are ``i``, ``l`` and ``1``, which TR39 keeps apart in small
    letters: what is compared may be written in either case.
    """
    # Upper case looks like other letters than lower case does: "Н" like "H", and "н" like none.
    mapped = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    mapped = "".join(c for c in mapped if ord(c) not in _ACCENTS).translate(_prototypes())
    mapped = mapped.casefold().translate(_prototypes())
    return unicodedata.normalize("NFC", mapped.translate(_LIKE_L))
