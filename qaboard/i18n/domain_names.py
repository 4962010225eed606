"""Domain names by IDNA 2008: the ASCII form that is stored and compared, and the one to show."""

from __future__ import annotations

import unicodedata

import idna

from qaboard.i18n.confusables import looks_ascii

_PREFIX = "xn--"
# Scripts that are written together in one name (UTS 39, section 5.2, "highly restrictive").
_TOGETHER = (
    {"LATIN", "HANGUL", "CJK"},
    {"LATIN", "HIRAGANA", "KATAKANA", "CJK"},
    {"LATIN", "BOPOMOFO", "CJK"},
)


def to_ascii(domain: str) -> str:
    """The form of a domain name that servers know: ``straße.example`` as ``xn--strae-oqa.example``.

    Mapped as UTS 46 says, without its transitional rules, by which ``ß`` would be ``ss``, another
    domain.

    :raises ValueError: when no such domain can exist.
    """
    lowered = domain.lower()
    # ASCII names that are no IDNA, such as those with an underscore, are left to the mail servers.
    if lowered.isascii() and _PREFIX not in lowered:
        return lowered
    # Its own error is a ValueError.
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")


def to_unicode(domain: str) -> str:
    """Decode a domain name to Unicode; leave a part that cannot exist as it is.

    :param domain: in its ASCII form.
    """
    return ".".join(map(_to_unicode, domain.split(".")))


def for_display(domain: str) -> str:
    """Decode a domain name to Unicode, except the parts that would look like another name."""
    labels = ((label, _to_unicode(label)) for label in domain.split("."))
    return ".".join(shown if _is_safe(shown) else label for label, shown in labels)


def address_for_display(address: str) -> str:
    """A mail address with its domain as `for_display` has it."""
    mailbox, at, domain = address.rpartition("@")
    return f"{mailbox}{at}{for_display(domain)}"


def _to_unicode(label: str) -> str:
    if not label.startswith(_PREFIX):
        return label
    try:
        return idna.ulabel(label)
    except idna.IDNAError:
        return label


def _is_safe(label: str) -> bool:
    """Whether a part of a name has letters of one script, or of those that are mixed usually, and
    does not look like a name in ASCII as a whole (UTS 39, sections 4 and 5)."""
    scripts = {_script(character) for character in label if character.isalpha()}
    is_usual = len(scripts) <= 1 or any(scripts <= usual for usual in _TOGETHER)
    return label.isascii() or (is_usual and not looks_ascii(label))


def _script(letter: str) -> str:
    """The script of a letter, which its name begins with."""
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
