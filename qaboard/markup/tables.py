"""Rows of tables as GitHub writes them (GitHub Flavored Markdown, section 4.10)."""

import re

# By where the colons stand, a class with the name that Bootstrap has for it.
ALIGNMENTS = {(True, True): "text-center", (True, False): "text-start", (False, True): "text-end"}

FIGURES = "figures"
"""The class of a cell that is one date, time or number of parts, which stays on one line."""

FIGURES_MAX_CHARACTERS = 20

_CELL_EDGE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
# Browsers break lines at hyphens between digits; "2026. 1. 1." is a date, too.
_FIGURES = re.compile(r"\d+(?:[-–~./:, ]+\d+)+\.?")


def split_row(line: str) -> list[str]:
    """Return the cells of a row; a pipe inside a cell is written ``\\|``, in code as well."""
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL_EDGE.split(line.strip())]
    if len(cells) > 1 and not cells[0]:
        del cells[0]
    if len(cells) > 1 and not cells[-1]:
        del cells[-1]
    return cells


def delimiter_row(line: str) -> list[str] | None:
    """Return the alignment of each column: one of ``ALIGNMENTS`` or an empty string.

    None means that `line` is not the row of hyphens and pipes under a header.
    """
    if "|" not in line or not set(line.rstrip()) <= set("|:- "):
        return None
    alignments = []
    for cell in split_row(line):
        if not _DELIMITER.fullmatch(cell):
            return None
        sides = (cell.startswith(":"), cell.endswith(":"))
        alignments.append(ALIGNMENTS.get(sides, ""))
    return alignments


def classes_of_cell(cell: str, alignment: str) -> str:
    """Return the classes of a cell, separated by spaces; an empty string when it has none.

    Arguments:
        cell: what was typed in it.
        alignment: that of its column.
    """
    is_short = len(cell) <= FIGURES_MAX_CHARACTERS
    figures = FIGURES if is_short and _FIGURES.fullmatch(cell) else ""
    return f"{alignment} {figures}".strip()
