"""Emphasis, strong emphasis and strikethrough: which delimiters belong together.

The rules are those of CommonMark 0.31 (section 6.2 and the "process emphasis" procedure of its
appendix, which is linear), changed in three points for this board's text:

- A Hangul, Kana or Han character next to a delimiter counts like white space where the rules ask
  whether punctuation inside is balanced by something outside.  Particles follow without a space,
  so ``**"인용"**이다`` has to be strong.
- An underscore may close directly before such a character: ``_강조_는``.
- An asterisk between two digits is a multiplication: ``2*3*4``.
"""

import unicodedata
from dataclasses import dataclass, field


@dataclass(slots=True)
class Run:
    """A run of one delimiter character.

    `closes` and `opens` hold the widths (1 or 2) of the delimiters that found a partner, in the
    order in which they did: from the left end of a closing run, from the right end of an opening
    one.  What is left between them is text.
    """

    character: str
    length: int
    can_open: bool
    can_close: bool
    left: int
    closes: list[int] = field(default_factory=list)
    opens: list[int] = field(default_factory=list)


def _is_cjk(character: str) -> bool:
    return (
        "\u1100" <= character <= "\u11ff"
        or "\u2e80" <= character <= "\u9fff"
        or "\ua960" <= character <= "\ua97f"
        or "\uac00" <= character <= "\ud7ff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
    )


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def read_run(text: str, start: int, end: int) -> Run:
    """Return the run ``text[start:end]`` of one delimiter, judged by the characters around it."""
    character = text[start]
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    space_before, space_after = _is_space(before), _is_space(after)
    mark_before = not space_before and _is_punctuation(before)
    mark_after = not space_after and _is_punctuation(after)
    cjk_before, cjk_after = _is_cjk(before), _is_cjk(after)
    opens = not space_after and (not mark_after or space_before or mark_before or cjk_before)
    closes = not space_before and (not mark_before or space_after or mark_after or cjk_after)
    if character == "_":
        opens, closes = (
            opens and (not closes or mark_before),
            closes and (not opens or mark_after or cjk_after),
        )
    multiplies = character == "*" and _is_digit(before) and _is_digit(after)
    if multiplies or (character == "~" and end - start != 2):
        opens = closes = False
    return Run(character, end - start, opens, closes, end - start)


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _fit(opener: Run, closer: Run) -> bool:
    if opener.character != closer.character or not opener.can_open:
        return False
    if closer.character == "~" or not (opener.can_close or closer.can_open):
        return True
    # The "multiple of three" rule keeps `*a**b*` from being read as two emphases.
    both = opener.length % 3 == 0 and closer.length % 3 == 0
    return both or (opener.length + closer.length) % 3 != 0


def pair_runs(runs: list[Run]) -> None:
    """Find the partners of all delimiters in `runs`, which are in the order of the text.

    Linear: a search that succeeds takes everything between the partners out of the list, and one
    that fails marks how far down the same search need not be repeated.
    """
    count = len(runs)
    below = list(range(-1, count - 1))
    above = list(range(1, count + 1))
    floors: dict[tuple[str, bool, int], int] = {}

    def remove(index: int) -> None:
        if below[index] >= 0:
            above[below[index]] = above[index]
        if above[index] < count:
            below[above[index]] = below[index]

    current = 0
    while current < count:
        closer = runs[current]
        if not closer.can_close:
            current = above[current]
            continue
        key = (closer.character, closer.can_open, closer.length % 3)
        floor = floors.get(key, -1)
        candidate = below[current]
        while candidate > floor and not _fit(runs[candidate], closer):
            candidate = below[candidate]
        if candidate <= floor:
            floors[key] = below[current]
            following = above[current]
            if not closer.can_open:
                remove(current)
            current = following
            continue
        opener = runs[candidate]
        width = 2 if opener.left >= 2 and closer.left >= 2 else 1
        opener.opens.append(width)
        closer.closes.append(width)
        opener.left -= width
        closer.left -= width
        above[candidate], below[current] = current, candidate
        if not opener.left:
            remove(candidate)
        if not closer.left:
            following = above[current]
            remove(current)
            current = following
