"""Text diff by line, and by word within changed lines.

Comparing two texts can take time in proportion to the product of their lengths, and more; here the
work has an upper bound. What is not compared within it counts as replaced as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import accumulate

STEPS_MAX_COUNT = 1_000_000
"""How many pairs of lines, or of words, are looked at: a third of a second."""

CONTEXT_LINES = 2
"""How many lines that are the same are shown before and after what differs."""

# A word, white space, or one other character with the marks that belong to it. Between Chinese and
# Japanese characters there are no spaces, so each of them is a word; a Korean word ends at one.
_WORD = re.compile(
    r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\s+"
    r"|[^\W\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\w\s]"
)


class Kind(StrEnum):
    """Where a piece of text stands."""

    SAME = "same"
    """In both texts."""
    ONLY_BEFORE = "only_before"
    ONLY_AFTER = "only_after"
    LEFT_OUT = "left_out"
    """Lines of both texts, far from what differs, which need not be shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; ``line_count`` is how many lines are left out."""

    kind: Kind
    text: str
    line_count: int = 0


def find_differences(before: str, after: str) -> list[Piece]:
    """Compare two texts.

    :param before: with ``\\n`` at the ends of its lines, as `after`.
    :return: the pieces of both, in order; empty when there is no difference.
    """
    if before == after:
        return []
    budget = _Budget(STEPS_MAX_COUNT)
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    changes = list(_compare(*lines, budget))
    pieces: list[Piece] = []
    for number, (old, new) in enumerate(changes):
        if old == new:
            pieces += _shorten(old, is_first=number == 0, is_last=number == len(changes) - 1)
        else:
            pieces += _compare_words("".join(old), "".join(new), budget)
    return pieces


@dataclass(slots=True)
class _Budget:
    steps: int


class _BoundedMatcher(SequenceMatcher):
    """Finds nothing any more once the steps are used up.

    One search for the longest match looks at each item of one sequence together with all places
    where the other has it, so it is known before how many steps it takes.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str], budget: _Budget) -> None:
        # What is found everywhere holds nothing together: empty lines, and spaces between words.
        super().__init__(str.isspace, before, after)
        self.budget = budget
        places = self.b2j
        self.steps = [0, *accumulate(1 + len(places.get(item, ())) for item in before)]

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None) -> Match:
        steps = self.steps[len(self.a) if ahi is None else ahi] - self.steps[alo]
        if steps > self.budget.steps:
            return Match(alo, blo, 0)
        self.budget.steps -= steps
        return super().find_longest_match(alo, ahi, blo, bhi)


def _compare(
    before: Sequence[str], after: Sequence[str], budget: _Budget
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Parts of both sequences, in order, each together with what stands in its place."""
    # What is the same at both ends costs nothing.
    start = _common_length(before, after)
    end = _common_length(before[start:][::-1], after[start:][::-1])
    if start:
        yield before[:start], after[:start]
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    matcher = _BoundedMatcher(old, new, budget)
    for _tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        yield old[old_from:old_to], new[new_from:new_to]
    if end:
        yield before[len(before) - end :], after[len(after) - end :]


def _common_length(before: Sequence[str], after: Sequence[str]) -> int:
    for number, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return number
    return min(len(before), len(after))


def _compare_words(before: str, after: str, budget: _Budget) -> Iterator[Piece]:
    for old, new in _compare(_WORD.findall(before), _WORD.findall(after), budget):
        if old == new:
            yield Piece(Kind.SAME, "".join(old))
            continue
        if old:
            yield Piece(Kind.ONLY_BEFORE, "".join(old))
        if new:
            yield Piece(Kind.ONLY_AFTER, "".join(new))


def _shorten(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    begin = 0 if is_first else CONTEXT_LINES
    end = len(lines) - (0 if is_last else CONTEXT_LINES)
    # One line takes no more room than to say that there is one.
    if end - begin < 2:
        yield Piece(Kind.SAME, "".join(lines))
        return
    yield Piece(Kind.SAME, "".join(lines[:begin]))
    yield Piece(Kind.LEFT_OUT, "", end - begin)
    yield Piece(Kind.SAME, "".join(lines[end:]))
