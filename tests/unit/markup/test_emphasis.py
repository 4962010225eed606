"""Delimiters of emphasis and their partners."""

from __future__ import annotations

import pytest

from qaboard.markup.emphasis import pair_runs, read_run


@pytest.mark.parametrize(
    ("text", "start", "end", "opens", "closes"),
    [
        ("*a", 0, 1, True, False),
        ("a*", 1, 2, False, True),
        ("a * b", 2, 3, False, False),
        ("a*b", 1, 2, True, True),
        ("a_b", 1, 2, False, False),
        ("2*3", 1, 2, False, False),
        ("~a", 0, 1, False, False),
        ("~~a", 0, 2, True, False),
        # A particle follows without a space.
        ('**"인용"**이다', 6, 8, True, True),
        ("_강조_는", 3, 4, False, True),
        ("_강조_a", 3, 4, False, False),
    ],
)
def test_a_run_opens_and_closes_by_the_characters_around_it(text, start, end, opens, closes):
    run = read_run(text, start, end)
    assert (run.can_open, run.can_close) == (opens, closes)


def pairs(text: str, *places: tuple[int, int]) -> list[tuple[list[int], list[int], int]]:
    runs = [read_run(text, start, end) for start, end in places]
    pair_runs(runs)
    return [(run.opens, run.closes, run.left) for run in runs]


def test_two_pairs_of_stars_are_strong():
    assert pairs("**a**", (0, 2), (3, 5)) == [([2], [], 0), ([], [2], 0)]


def test_three_stars_are_strong_inside_of_emphasis():
    assert pairs("***a***", (0, 3), (4, 7)) == [([2, 1], [], 0), ([], [2, 1], 0)]


def test_what_has_no_partner_is_text():
    assert pairs("*a _b*", (0, 1), (3, 4), (5, 6)) == [([1], [], 0), ([], [], 1), ([], [1], 0)]
    assert pairs("*a_", (0, 1), (2, 3)) == [([], [], 1), ([], [], 1)]


def test_a_star_within_strong_emphasis_is_text():
    assert pairs("*a**b*", (0, 1), (2, 4), (5, 6)) == [([1], [], 0), ([], [], 2), ([], [1], 0)]
