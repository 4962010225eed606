"""Rows of tables."""

from __future__ import annotations

import pytest

from qaboard.markup.tables import classes_of_cell, delimiter_row, split_row


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a|b", ["a", "b"]),
        (r"| a \| b | c |", ["a | b", "c"]),
        ("| a || b |", ["a", "", "b"]),
        ("a", ["a"]),
        ("|", [""]),
    ],
)
def test_a_row_is_cut_at_its_pipes(line, cells):
    assert split_row(line) == cells


@pytest.mark.parametrize(
    ("line", "alignments"),
    [
        ("|---|:--|--:|:-:|", ["", "text-start", "text-end", "text-center"]),
        ("---|---", ["", ""]),
        ("---", None),
        ("| a |", None),
        ("|--||", None),
        ("| : |", None),
    ],
)
def test_the_row_under_a_header_says_the_alignment(line, alignments):
    assert delimiter_row(line) == alignments


@pytest.mark.parametrize(
    ("cell", "classes"),
    [
        ("2026-01-02", "figures"),
        ("2026. 1. 2.", "figures"),
        ("1,234", "figures"),
        ("1234", ""),
        ("a 1-2", ""),
        ("1-" * 10 + "1", ""),
        ("", ""),
    ],
)
def test_a_date_or_number_of_parts_stays_on_one_line(cell, classes):
    assert classes_of_cell(cell, "") == classes
    assert classes_of_cell(cell, "text-end") == f"text-end {classes}".strip()
