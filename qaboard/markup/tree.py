"""From blocks to the element tree of Python-Markdown.

Text that still holds inline syntax becomes the plain text or tail of an element; finished text
(code) is an `AtomicString`, which is Python-Markdown's way to tell the two apart.
"""

from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from qaboard.markup.blocks import (
    Block,
    FencedCode,
    Heading,
    IndentedCode,
    Item,
    Leaf,
    List,
    Paragraph,
    Quote,
    Rule,
    Table,
)
from qaboard.markup.tables import classes_of_cell, split_row

# The page's own headings are h1 and h2.
HEADING_SHIFT = 2

# Attribute of a code element that tells the highlighter the language; it never reaches the page.
LANGUAGE = "language"

# Short rows are filled up to the width of the header; a wide header over thousands of one-character
# rows would otherwise make megabytes of empty cells.
FILLED_CELLS = 2_000


class TreeBuilder:
    """Writes the blocks of one document into an element."""

    def __init__(self) -> None:
        self._cells_to_fill = FILLED_CELLS
        self._heading_level = HEADING_SHIFT

    def write(self, block: Block, parent: Element, *, tight: bool = False) -> None:
        """Append the children of `block` to `parent`; in tight items paragraphs have no element."""
        for child in block.children:
            match child:
                case Paragraph():
                    self._write_paragraph(child, parent, tight)
                case Heading():
                    self._write_heading(child, parent)
                case Quote():
                    if child.children:
                        self.write(child, SubElement(parent, "blockquote"))
                case List():
                    self._write_list(child, parent)
                case IndentedCode() | FencedCode():
                    self._write_code(child, parent)
                case Table():
                    self._write_table(child, parent)
                case Rule():
                    SubElement(parent, "hr")

    def _write_heading(self, heading: Heading, parent: Element) -> None:
        text = "\n".join(heading.lines).strip()
        if not text:
            return
        # No level is skipped on the way down: readers who hear the page go from one to the next.
        level = min(heading.level + HEADING_SHIFT, self._heading_level + 1, 6)
        self._heading_level = level
        SubElement(parent, f"h{level}").text = text

    def _write_paragraph(self, paragraph: Paragraph, parent: Element, tight: bool) -> None:
        text = "\n".join(paragraph.lines).strip(" \n")
        if not text:
            return  # nothing but link definitions
        if not tight:
            SubElement(parent, "p").text = text
        elif len(parent):
            parent[-1].tail = text
        else:
            parent.text = text

    def _write_list(self, block: List, parent: Element) -> None:
        element = SubElement(parent, "ul" if block.start is None else "ol")
        if block.start not in (None, 1):
            element.set("start", str(block.start))
        tight = not _is_loose(block)
        for item in block.children:
            self.write(item, SubElement(element, "li"), tight=tight)

    def _write_code(self, block: Leaf, parent: Element) -> None:
        lines = block.lines
        if isinstance(block, IndentedCode):
            while lines and not lines[-1].strip():
                lines.pop()
        code = SubElement(SubElement(parent, "pre"), "code")
        code.text = AtomicString("".join(f"{line}\n" for line in lines))
        if isinstance(block, FencedCode) and block.language:
            code.set(LANGUAGE, block.language)

    def _write_table(self, block: Table, parent: Element) -> None:
        table = SubElement(parent, "table")
        self._write_row(block.lines[0], "th", block.alignments, SubElement(table, "thead"))
        if len(block.lines) > 1:
            body = SubElement(table, "tbody")
            for line in block.lines[1:]:
                self._write_row(line, "td", block.alignments, body)

    def _write_row(self, line: str, tag: str, alignments: list[str], parent: Element) -> None:
        cells = split_row(line)[: len(alignments)]
        missing = min(len(alignments) - len(cells), self._cells_to_fill)
        self._cells_to_fill -= missing
        row = SubElement(parent, "tr")
        for cell, alignment in zip(cells + [""] * missing, alignments, strict=False):
            # An empty cell heads nothing.
            element = SubElement(row, tag if cell else "td")
            if cell:
                element.text = cell
                classes = classes_of_cell(cell, alignment)
                if classes:
                    element.set("class", classes)


def _last_line(block: Block) -> int:
    """Return the number of the last line of a block that is not blank."""
    if isinstance(block, Leaf) or not block.children:
        return block.last
    return max(block.last, _last_line(block.children[-1]))


def _is_loose(block: List) -> bool:
    """Tell whether a blank line stands between two items, or between two blocks of an item."""
    blocks: list[Block] = []
    for item in block.children:
        if isinstance(item, Item):
            blocks += item.children or [item]
    return any(below.first > _last_line(above) + 1 for above, below in pairwise(blocks))
