"""Inline syntax, first half: one pass from left to right cuts a text into tokens.

Code, escapes, references and addresses are decided on the spot.  Brackets wait on a stack for their
partner, delimiters of emphasis in a list for `pair_runs`, as CommonMark 0.31 describes ("Phase 2").
Nothing is scanned again, whereas Python-Markdown runs some twenty patterns over the text, each of
them from every position, and puts placeholders into it that a writer could type.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum, auto

from qaboard.markup.addresses import link_address
from qaboard.markup.autolinks import bare_address_end
from qaboard.markup.emphasis import Run, pair_runs, read_run
from qaboard.markup.escapes import ENTITY, PUNCTUATION, unescape, visible_entity
from qaboard.markup.targets import (
    LONGEST_LABEL,
    Target,
    normalised_label,
    read_label,
    read_target,
)

# A definition may be used many times.  This many characters of addresses, titles and tags may come
# from references in one body; after that a reference is text.  It bounds the size of the HTML.
REFERENCE_ALLOWANCE = 100_000
_REFERENCE_TAG = len('<a href="" title="" rel="nofollow ugc noopener"></a>')

_SPECIAL = re.compile(r"[\\`\]&<\n]|!?\[|\*+|_+|~+|(?<![A-Za-z0-9])[hH][tT][tT][pP][sS]?://")
_BACKTICKS = re.compile(r"`+")
_ANGLED_ADDRESS = re.compile(r"<((?:[hH][tT][tT][pP][sS]?://|[mM][aA][iI][lL][tT][oO]:)[^\s<>]+)>")
_ANGLED_MAIL = re.compile(
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]++@[A-Za-z0-9\-]++(?:\.[A-Za-z0-9\-]++)*+)>"
)


class Kind(Enum):
    """Kinds of inline tokens."""

    TEXT = auto()
    CODE = auto()
    BREAK = auto()  # a hard line break
    ADDRESS = auto()  # an address that is its own link text
    RUN = auto()  # delimiters of emphasis
    OPEN_LINK = auto()
    OPEN_IMAGE = auto()
    CLOSE = auto()  # the end of the link or image that was opened last


@dataclass(slots=True)
class Token:
    """A piece of the text; `text` is what is shown if it has no other meaning."""

    kind: Kind
    text: str
    target: Target | None = None
    run: Run | None = None


@dataclass(slots=True)
class _Bracket:
    """An opening bracket that waits for its partner."""

    token: int
    is_image: bool
    content: int  # position of the text after it
    runs: int  # number of delimiter runs before it
    holds_bracket: bool = False


class References:
    """The link definitions of a body, with an allowance for what they may add to the HTML."""

    def __init__(self, targets: dict[str, tuple[str, str]]) -> None:
        """Take a mapping from normalised labels to address and title."""
        self._targets = targets
        self._allowance = REFERENCE_ALLOWANCE

    def find(self, label: str) -> tuple[str, str] | None:
        """Return address and title for a raw label; None if it is unknown or used too often."""
        if not self._targets or len(label) > LONGEST_LABEL:
            return None
        found = self._targets.get(normalised_label(label))
        if found is None:
            return None
        # Each character of an address or a title may become up to six (`&quot;`) in the HTML.
        cost = _REFERENCE_TAG + sum(
            len(part) + 5 * part.count('"') + 4 * part.count("&") for part in found
        )
        if cost > self._allowance:
            return None
        self._allowance -= cost
        return found


class Scanner:
    """Cuts one text into tokens."""

    def __init__(self, text: str, references: References) -> None:
        self._text = text
        self._references = references
        self._tokens: list[Token] = []
        self._runs: list[Run] = []
        self._brackets: list[_Bracket] = []
        self._backticks: dict[int, list[int]] | None = None
        # Links do not nest: brackets before this token can no longer become one.
        self._links_closed_before = 0

    def scan(self) -> list[Token]:
        """Return the tokens of the whole text."""
        text, position = self._text, 0
        while match := _SPECIAL.search(text, position):
            start = match.start()
            before = text[position:start]
            mark = match[0]
            if mark == "\n":
                self._line_end(before)
                position = start + 1
                continue
            if before:
                self._add(before)
            position = self._special(mark, start)
        if position < len(text):
            self._add(text[position:])
        pair_runs(self._runs)
        return self._tokens

    def _special(self, mark: str, start: int) -> int:
        """Add the token that begins with `mark`; return the position after it."""
        match mark[0]:
            case "*" | "_" | "~":
                end = start + len(mark)
                run = read_run(self._text, start, end)
                self._runs.append(run)
                self._tokens.append(Token(Kind.RUN, mark, run=run))
                return end
            case "[" | "!":
                return self._open_bracket(mark, start)
            case "]":
                return self._close_bracket(start)
            case "\\":
                return self._backslash(start)
            case "`":
                return self._code(start)
            case "&":
                return self._entity(start)
            case "<":
                return self._angled(start)
            case _:
                return self._bare_address(mark, start)

    def _add(self, text: str, kind: Kind = Kind.TEXT, target: Target | None = None) -> None:
        self._tokens.append(Token(kind, text, target))

    def _line_end(self, before: str) -> None:
        shown = before.rstrip(" ")
        if shown:
            self._add(shown)
        if len(before) - len(shown) >= 2:
            self._add("\n", Kind.BREAK)
        else:
            self._add("\n")

    def _backslash(self, start: int) -> int:
        following = self._text[start + 1 : start + 2]
        if following == "\n":
            self._add("\n", Kind.BREAK)
        elif following in PUNCTUATION:
            self._add(following)
        else:
            self._add("\\")
            return start + 1
        return start + 2

    def _entity(self, start: int) -> int:
        match = ENTITY.match(self._text, start)
        if not match:
            self._add("&")
            return start + 1
        self._add(visible_entity(match[0]))
        return match.end()

    def _code(self, start: int) -> int:
        """Add a code span, if a run of as many backticks follows somewhere."""
        text = self._text
        if self._backticks is None:
            self._backticks = {}
            for match in _BACKTICKS.finditer(text):
                self._backticks.setdefault(len(match[0]), []).append(match.start())
        opening = _BACKTICKS.match(text, start)
        end = opening.end() if opening else start + 1
        width = end - start
        closings = self._backticks.get(width, [])
        index = bisect_left(closings, end)
        if index == len(closings):
            self._add(text[start:end])
            return end
        code = text[end : closings[index]].replace("\n", " ")
        if code[:1] == code[-1:] == " " and code.strip(" "):
            code = code[1:-1]
        self._add(code, Kind.CODE)
        return closings[index] + width

    # Addresses ----------------------------------------------------------------------------------

    def _angled(self, start: int) -> int:
        text = self._text
        if match := _ANGLED_ADDRESS.match(text, start):
            address = match[1]
        elif match := _ANGLED_MAIL.match(text, start):
            address = f"mailto:{match[1]}"
        if match and link_address(address):
            self._add(match[1], Kind.ADDRESS, Target(address, "", match.end()))
            return match.end()
        self._add("<")
        return start + 1

    def _bare_address(self, mark: str, start: int) -> int:
        end = bare_address_end(self._text, start)
        if end is None:
            self._add(mark)
            return start + len(mark)
        shown = unescape(self._text[start:end])
        if link_address(shown):
            self._add(shown, Kind.ADDRESS, Target(shown, "", end))
        else:
            self._add(shown)
        return end

    # Brackets -----------------------------------------------------------------------------------

    def _open_bracket(self, mark: str, start: int) -> int:
        if self._brackets:
            self._brackets[-1].holds_bracket = True
        content = start + len(mark)
        self._brackets.append(_Bracket(len(self._tokens), mark == "![", content, len(self._runs)))
        self._add(mark)
        return content

    def _close_bracket(self, start: int) -> int:
        target = None
        if self._brackets:
            bracket = self._brackets.pop()
            if bracket.is_image or bracket.token >= self._links_closed_before:
                target = self._target(bracket, start)
        if target is None or link_address(target.address) is None:
            self._add("]")
            return start + 1
        opening = self._tokens[bracket.token]
        opening.kind = Kind.OPEN_IMAGE if bracket.is_image else Kind.OPEN_LINK
        opening.target = target
        self._add(self._text[start : target.end], Kind.CLOSE)
        # Emphasis cannot begin inside a link and end outside.
        pair_runs(self._runs[bracket.runs :])
        del self._runs[bracket.runs :]
        if not bracket.is_image:
            self._links_closed_before = bracket.token
        return target.end

    def _target(self, bracket: _Bracket, close: int) -> Target | None:
        """Return what the bracket that closes at `close` points at, if anything."""
        text, after = self._text, close + 1
        if text.startswith("(", after) and (target := read_target(text, after)):
            return target
        label = read_label(text, after) if text.startswith("[", after) else None
        if label and label[0].strip():
            found, end = self._references.find(label[0]), label[1]
        elif bracket.holds_bracket or close - bracket.content > LONGEST_LABEL:
            return None
        else:
            found = self._references.find(text[bracket.content : close])
            end = label[1] if label else after
        return Target(found[0], found[1], end) if found else None
