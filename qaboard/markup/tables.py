"""Rows of tables as GitHub writes them (GitHub Flavored Markdown, section 4.10)."""

import re

# By where the colons stand, the classes that Bootstrap has for it.
ALIGNMENTS = {(True, True): "text-center", (True, False): "text-start", (False, True): "text-end"}

_CELL_EDGE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")


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
