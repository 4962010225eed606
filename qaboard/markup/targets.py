"""Parse link destinations, titles, labels and reference definitions.

Each function reads at one position and either moves forward or gives up.  What one call can look
at is bounded: by the next delimiter that would start another call, or by a fixed length.  That
keeps a body of nothing but half-written links linear.
"""

import re
from typing import NamedTuple

from qaboard.markup.addresses import LONGEST_ADDRESS
from qaboard.markup.escapes import unescape

# CommonMark 0.31: a label has at most 999 characters.
LONGEST_LABEL = 999

# Real addresses hold one or two levels of parentheses.
_DEEPEST_PARENTHESES = 8

_SPACE = re.compile(r"[ \t\n]*+")
_LINE_END = re.compile(r"[ \t]*+(?:\n|\Z)")
_LABEL = re.compile(rf"\[((?:[^\[\]\\]|\\.){{0,{LONGEST_LABEL}}}+)\]", re.DOTALL)
_BRACKETED = re.compile(r"<([^<>\\\n]*+(?:\\.[^<>\\\n]*+)*+)>")
_IN_BARE_ADDRESS = re.compile(r"\\[!-/:-@\[-`{-~]|[()\s]")
_TITLES = {
    '"': re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL),
    "'": re.compile(r"'([^'\\]*+(?:\\.[^'\\]*+)*+)'", re.DOTALL),
    "(": re.compile(r"\(([^()\\]*+(?:\\.[^()\\]*+)*+)\)", re.DOTALL),
}


class Target(NamedTuple):
    """Link target: the decoded address (not judged yet), the title, the end position."""

    address: str
    title: str
    end: int


class Definition(NamedTuple):
    """A link definition: the normalised label and its target."""

    label: str
    target: Target


def normalised_label(label: str) -> str:
    """Return the form in which labels are compared: case folded, white space as one space."""
    return " ".join(label.split()).casefold()


def read_label(text: str, position: int) -> tuple[str, int] | None:
    """Read ``[label]`` at `position`; return the raw label and the end position, or None."""
    match = _LABEL.match(text, position)
    return (match[1], match.end()) if match else None


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _read_address(text: str, position: int) -> tuple[str, int] | None:
    """Read an address at `position`, ``<in angle brackets>`` or bare with paired parentheses."""
    if text.startswith("<", position):
        bracketed = _BRACKETED.match(text, position)
        return (bracketed[1], bracketed.end()) if bracketed else None
    limit = min(len(text), position + LONGEST_ADDRESS)
    depth = 0
    end = limit
    for match in _IN_BARE_ADDRESS.finditer(text, position, limit):
        if match[0] == "(":
            depth += 1
            if depth > _DEEPEST_PARENTHESES:
                return None
        elif match[0] == ")" and depth:
            depth -= 1
        elif len(match[0]) == 1:  # white space, or the parenthesis that closes the link
            end = match.start()
            break
    return (text[position:end], end) if depth == 0 else None


def _read_title(text: str, position: int) -> tuple[str, int] | None:
    pattern = _TITLES.get(text[position : position + 1])
    match = pattern.match(text, position) if pattern else None
    return (match[1], match.end()) if match else None


def read_target(text: str, position: int) -> Target | None:
    """Read ``(address "title")`` whose parenthesis is at `position`; None if it is not one."""
    address = _read_address(text, _skip_space(text, position + 1))
    if address is None:
        return None
    raw_address, end = address
    raw_title = ""
    after = _skip_space(text, end)
    if after > end and (title := _read_title(text, after)):
        raw_title, after = title
        after = _skip_space(text, after)
    if not text.startswith(")", after):
        return None
    return Target(unescape(raw_address), unescape(raw_title), after + 1)


def read_definition(text: str, position: int) -> Definition | None:
    """Read ``[label]: address "title"`` at `position`; its end is the start of the next line."""
    label = read_label(text, position)
    if label is None or not text.startswith(":", label[1]):
        return None
    name = normalised_label(label[0])
    address = _read_address(text, _skip_space(text, label[1] + 1))
    if not name or address is None or not address[0]:
        return None
    raw_address, end = address
    after = _skip_space(text, end)
    if after > end and (title := _read_title(text, after)):
        line_end = _LINE_END.match(text, title[1])
        if line_end:
            return Definition(
                name, Target(unescape(raw_address), unescape(title[0]), line_end.end())
            )
    line_end = _LINE_END.match(text, end)
    if line_end:
        return Definition(name, Target(unescape(raw_address), "", line_end.end()))
    return None
