"""What differs between two texts, found in a bounded time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.models import Post
from qaboard.presenters.board.text_diff import Kind, Piece, find_differences

SIZE = Post.BODY_MAX_CHARACTERS


def texts_of(pieces: list[Piece]) -> tuple[str, str]:
    before = "".join(piece.text for piece in pieces if piece.kind is not Kind.ONLY_AFTER)
    after = "".join(piece.text for piece in pieces if piece.kind is not Kind.ONLY_BEFORE)
    return before, after


def changed(before: str, after: str) -> list[tuple[str, str]]:
    pieces = find_differences(before, after)
    return [(piece.kind, piece.text) for piece in pieces if piece.kind is not Kind.SAME]


def test_texts_that_are_the_same_do_not_differ():
    assert find_differences("같아요\n", "같아요\n") == []


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("커피를 마셔요", "차를 마셔요", "커피를", "차를"),
        ("one two three", "one 2 three", "two", "2"),
        ("第一章", "第二章", "一", "二"),
        ("カタカナです", "カタカタです", "ナ", "タ"),
    ],
)
def test_inside_of_a_line_words_differ(before, after, old, new):
    assert changed(before, after) == [(Kind.ONLY_BEFORE, old), (Kind.ONLY_AFTER, new)]


def test_lines_that_were_added_and_taken_away_are_whole():
    assert changed("a\nb\nc\n", "a\nc\nd\n") == [
        (Kind.ONLY_BEFORE, "b\n"),
        (Kind.ONLY_AFTER, "d\n"),
    ]


_texts = st.text(alphabet=st.sampled_from("ab 가나\n\t.é"), max_size=60)


@given(before=_texts, after=_texts)
def test_both_texts_are_in_the_pieces(before, after):
    pieces = find_differences(before, after)
    if before == after:
        assert pieces == []
    elif not any(piece.kind is Kind.LEFT_OUT for piece in pieces):
        assert texts_of(pieces) == (before, after)


def hostile_pairs() -> dict[str, tuple[str, str]]:
    dice = random.Random(6)  # noqa: S311 - texts, no secrets

    def some(choices: list[str], length: int) -> str:
        return "".join(dice.choice(choices) for _ in range(length))[:SIZE]

    return {
        "the same lines": ("a\n" * (SIZE // 2), "b\n" + "a\n" * (SIZE // 2 - 2) + "c\n"),
        "two lines": (some(["a\n", "b\n"], SIZE), some(["a\n", "b\n"], SIZE)),
        "two words": (some(["a ", "b "], SIZE), some(["a ", "b "], SIZE)),
        "every other line": tuple(
            "".join(f"{n}\n" if n % 2 else f"{mark}{n}\n" for n in range(SIZE))[:SIZE]
            for mark in "xy"
        ),
        "characters": (
            some([chr(0x4E00 + n) for n in range(500)], SIZE),
            some([chr(0x4E00 + n) for n in range(500)], SIZE),
        ),
        "marks": ("!?" * (SIZE // 2), "?!" * (SIZE // 2)),
        "spaces": ("a" + " \n" * (SIZE // 2), "b" + "\n " * (SIZE // 2)),
    }


@pytest.mark.parametrize("name", hostile_pairs())
def test_no_texts_take_long(name):
    before, after = hostile_pairs()[name]
    began = time.process_time()
    find_differences(before, after)
    # A tenth of it on the slowest machine that was measured.
    assert time.process_time() - began < 2
