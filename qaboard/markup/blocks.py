"""Block structure: one pass over the lines builds quotes, lists, code, tables and paragraphs.

The method is that of CommonMark 0.31 ("Phase 1"): the parser keeps the path of open containers
(quotes and list items) and at most one open leaf (a paragraph, code, a table).  Each line first
continues containers, then may open new ones, and what is left of it goes to the leaf.  A line
costs its own length times the nesting, and nesting is capped, so a body costs time proportional to
its length.  Python-Markdown's own block processors search the whole rest of a block for each line.

Differences from CommonMark, for the sake of what people type on boards: two columns of indentation
are enough to be inside any list item, and there is no raw HTML.
"""

import re
from dataclasses import dataclass, field

from qaboard.markup.tables import delimiter_row, split_row
from qaboard.markup.targets import Definition, read_definition

# Quotes and list items inside each other; deeper markers are text.  It bounds recursion, the cost
# of a line, and the size of the HTML for a line of nothing but markers.
DEEPEST_NESTING = 8

_FENCE = re.compile(r"(`{3,}+|~{3,}+)(.*)")
_HEADING = re.compile(r"#{1,6}(?=[ ]|$)")
_LIST_MARKER = re.compile(r"(?:([-+*])|([0-9]{1,9})([.)]))(?=[ ]|$)")
# A line that begins with none of these cannot open a block.
_OPENERS = frozenset(">#`~-+*_=0123456789|:")


@dataclass(slots=True)
class Block:
    """A part of the document; `first` and `last` are the numbers of its lines."""

    first: int
    last: int
    children: list["Block"] = field(default_factory=list)


@dataclass(slots=True)
class Quote(Block):
    """A block quote."""


@dataclass(slots=True)
class List(Block):
    """A list; `marker` is the bullet, or the character after the number."""

    marker: str = "-"
    start: int | None = None


@dataclass(slots=True)
class Item(Block):
    """A list item; columns count from where its list begins."""

    marker_column: int = 0
    content_column: int = 2


@dataclass(slots=True)
class Leaf(Block):
    """A block with lines of text and no children."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str, number: int) -> None:
        """Append a line of the source that has the given number."""
        self.lines.append(line)
        self.last = number


@dataclass(slots=True)
class Paragraph(Leaf):
    """Lines of inline text."""


@dataclass(slots=True)
class Heading(Leaf):
    """One heading, level 1 to 6 as written."""

    level: int = 1


@dataclass(slots=True)
class IndentedCode(Leaf):
    """Code that is indented by four columns."""


@dataclass(slots=True)
class FencedCode(Leaf):
    """Code between fences; `fence` is the opening one."""

    fence: str = "```"
    column: int = 0
    language: str = ""


@dataclass(slots=True)
class Table(Leaf):
    """A table: the first line is the header, `alignments` has one entry for each column."""

    alignments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Rule(Block):
    """A horizontal rule."""


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_rule(line: str) -> bool:
    marks = line.replace(" ", "")
    return len(marks) >= 3 and marks[0] in "-*_" and marks.count(marks[0]) == len(marks)


class BlockParser:
    """Builds the blocks of one document; `definitions` collects its link definitions."""

    def __init__(self) -> None:
        self.document = Block(0, 0)
        self.definitions: list[Definition] = []
        self._path: list[Block] = [self.document]
        self._leaf: Leaf | None = None
        self._number = 0
        self._after_blank = False

    def parse(self, text: str) -> Block:
        """Return the document for `text`, whose line ends are ``\\n``."""
        for line in text.split("\n"):
            self._number += 1
            self._read(line)
        self._close_leaf()
        return self.document

    # One line ---------------------------------------------------------------------------------

    def _read(self, raw: str) -> None:
        line = raw.expandtabs(4) if "\t" in raw else raw
        blank = not line.strip()
        if blank and self._after_blank and self._leaf is None:
            return  # The blank line before it has closed whatever a blank line closes.
        self._after_blank = blank

        matched, line = self._continue_containers(line, blank)
        whole = matched == len(self._path)
        if whole and isinstance(self._leaf, FencedCode):
            # At the top level code keeps its tabs; inside containers columns had to be counted.
            self._read_fenced(self._leaf, raw if matched == 1 else line)
            return
        if not line.strip():
            self._read_blank(matched)
            return
        if whole and isinstance(self._leaf, IndentedCode) and _indentation(line) >= 4:
            self._leaf.add(line[4:], self._number)
            return

        opened = False
        while line and (start := self._open_container(line, matched, opened)) is not None:
            line, opened = start, True
            matched = len(self._path)
        if not line.strip():
            return
        if self._open_leaf(line, matched, opened):
            return
        if isinstance(self._leaf, Paragraph) and not opened:
            self._leaf.add(line.lstrip(" "), self._number)  # perhaps a lazy continuation
            return
        self._close_down_to(matched)
        if isinstance(self._leaf, Table):
            self._leaf.add(line.strip(" "), self._number)
            return
        self._append(Paragraph(self._number, self._number, lines=[line.lstrip(" ")]))

    def _continue_containers(self, line: str, blank: bool) -> tuple[int, str]:
        """Return how many blocks of the path go on in this line, and what is left of it."""
        for depth, container in enumerate(self._path[1:], start=1):
            indentation = _indentation(line)
            if isinstance(container, Quote):
                if indentation > 3 or not line.startswith(">", indentation):
                    return depth, line
                line = line[indentation + 1 :].removeprefix(" ")
            elif isinstance(container, Item):
                if blank:
                    if not container.children:  # an item may begin with one blank line only
                        return depth, line
                    line = line[container.content_column :]
                elif indentation >= min(container.content_column, container.marker_column + 2):
                    line = line[min(indentation, container.content_column) :]
                else:
                    return depth, line
            blank = not line.strip()
        return len(self._path), line

    def _read_blank(self, matched: int) -> None:
        if matched == len(self._path) and isinstance(self._leaf, IndentedCode):
            self._leaf.lines.append("")  # counts only if more code follows
            return
        self._close_down_to(matched)
        self._close_leaf()

    def _read_fenced(self, code: FencedCode, line: str) -> None:
        code.last = self._number
        indentation = _indentation(line)
        mark = line.strip(" ")
        if (
            indentation <= 3
            and len(mark) >= len(code.fence)
            and mark.count(code.fence[0]) == len(mark)
        ):
            self._leaf = None
            return
        code.lines.append(line[min(indentation, code.column) :])

    # What a line can begin ----------------------------------------------------------------------

    def _open_container(self, line: str, matched: int, opened: bool) -> str | None:
        """Open a quote or a list item that begins `line`; return the rest of the line, or None."""
        column = _indentation(line)
        if column > 3 or column == len(line) or line[column] not in _OPENERS:
            return None
        if matched > DEEPEST_NESTING:
            return None
        if line[column] == ">":
            self._close_down_to(matched)
            self._push(Quote(self._number, self._number))
            return line[column + 1 :].removeprefix(" ")
        marker = _LIST_MARKER.match(line, column)
        if not marker or _is_rule(line):
            return None
        rest = line[marker.end() :]
        in_paragraph = (
            isinstance(self._leaf, Paragraph) and matched == len(self._path) and not opened
        )
        if in_paragraph and (not rest.strip() or (marker[2] and int(marker[2]) != 1)):
            return None
        self._close_down_to(matched)
        self._push_item(marker, column, rest)
        spaces = _indentation(rest)
        return rest[1:] if spaces > 4 else rest[spaces:]

    def _push_item(self, marker: re.Match[str], column: int, rest: str) -> None:
        spaces = _indentation(rest)
        if spaces > 4 or not rest.strip():
            spaces = 1  # indented code inside the item, or an item that begins with a blank line
        content = marker.end() + spaces
        kind = marker[1] or marker[3]
        siblings = self._path[-1].children
        current = siblings[-1] if siblings else None
        if not isinstance(current, List) or current.marker != kind:
            start = int(marker[2]) if marker[2] else None
            current = List(self._number, self._number, marker=kind, start=start)
            self._close_leaf()
            siblings.append(current)
        item = Item(self._number, self._number, marker_column=column, content_column=content)
        self._leaf = None
        current.children.append(item)
        self._path.append(item)

    def _open_leaf(self, line: str, matched: int, opened: bool) -> bool:
        """Begin a heading, a rule, code or a table with `line`; return False if it begins none."""
        column = _indentation(line)
        under = (
            self._leaf
            if isinstance(self._leaf, Paragraph) and matched == len(self._path) and not opened
            else None
        )
        if column > 3:
            if isinstance(self._leaf, Paragraph) and not opened:
                return False
            self._close_down_to(matched)
            self._append(IndentedCode(self._number, self._number, lines=[line[4:]]))
            return True
        first = line[column]
        if first not in _OPENERS:
            return False
        line = line[column:]
        if under and first in "=-" and self._underline(under, line.rstrip(" ")):
            return True
        if under and first in "|:-" and self._begin_table(under, line):
            return True
        if first in "-*_" and _is_rule(line):
            self._close_down_to(matched)
            self._append(Rule(self._number, self._number))
            self._leaf = None
            return True
        if first == "#" and (mark := _HEADING.match(line)):
            self._close_down_to(matched)
            self._append_heading(mark.end(), line[mark.end() :].strip(" "))
            return True
        if first in "`~" and (fence := _FENCE.match(line)):
            return self._begin_fenced(fence, column, matched)
        return False

    def _underline(self, paragraph: Paragraph, mark: str) -> bool:
        """Turn the paragraph above a line of ``=`` or ``-`` into a heading."""
        if mark.count(mark[0]) != len(mark):
            return False
        self._take_definitions(paragraph)
        if not paragraph.lines:
            self._leaf = None
            return False
        level = 1 if mark[0] == "=" else 2
        heading = Heading(paragraph.first, self._number, lines=paragraph.lines, level=level)
        self._path[-1].children[-1] = heading
        self._leaf = None
        return True

    def _begin_table(self, paragraph: Paragraph, line: str) -> bool:
        """Begin a table if `line` is a delimiter row that fits the last line of the paragraph."""
        alignments = delimiter_row(line)
        if alignments is None or not paragraph.lines:
            return False  # no lines: the paragraph was nothing but link definitions
        header = paragraph.lines[-1]
        if len(split_row(header)) != len(alignments):
            return False
        paragraph.lines.pop()
        paragraph.last -= 1
        table = Table(self._number - 1, self._number, lines=[header], alignments=alignments)
        self._append(table)
        return True

    def _append_heading(self, level: int, text: str) -> None:
        unclosed = text.rstrip("#")
        if not unclosed or unclosed.endswith(" "):
            text = unclosed.rstrip(" ")
        self._append(Heading(self._number, self._number, lines=[text], level=level))
        self._leaf = None

    def _begin_fenced(self, fence: re.Match[str], column: int, matched: int) -> bool:
        mark, info = fence.groups()
        if mark[0] == "`" and "`" in info:
            return False
        self._close_down_to(matched)
        language = info.split(maxsplit=1)[0] if info.strip() else ""
        self._append(
            FencedCode(self._number, self._number, fence=mark, column=column, language=language)
        )
        return True

    # The path and the leaf ----------------------------------------------------------------------

    def _close_down_to(self, depth: int) -> None:
        if depth < len(self._path):
            self._close_leaf()
            del self._path[depth:]

    def _push(self, container: Block) -> None:
        self._close_leaf()
        self._path[-1].children.append(container)
        self._path.append(container)

    def _append(self, leaf: Block) -> None:
        self._close_leaf()
        self._path[-1].children.append(leaf)
        self._leaf = leaf if isinstance(leaf, Leaf) else None

    def _close_leaf(self) -> None:
        if isinstance(self._leaf, Paragraph):
            self._take_definitions(self._leaf)
        self._leaf = None

    def _take_definitions(self, paragraph: Paragraph) -> None:
        """Move the link definitions at the start of a paragraph to the list of definitions."""
        if not paragraph.lines or not paragraph.lines[0].startswith("["):
            return
        text = "\n".join(paragraph.lines)
        position = 0
        while definition := read_definition(text, position):
            self.definitions.append(definition)
            position = definition.target.end
        if position:
            paragraph.lines = text[position:].split("\n") if position < len(text) else []
