"""Characters: what is stored, what is rendered, and the plain text of rendered HTML."""

import html
import re
import unicodedata

# Embeddings, overrides and isolates (Unicode Annex 9, section 2): they turn the text around them,
# and code is read in another order than it runs.  Blocks find their direction by themselves; the
# marks U+200E, U+200F and U+061C, which turn nothing, stay for whoever mixes directions.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

# A Hebrew letter of the Bible has five (dot, dagesh, vowel, meteg, accent), a Thai one three, a
# Vietnamese, Arabic or Indic one four at most; thirty cover the lines around.
MARKS_MAX_COUNT = 5

# What Unicode calls a new line (section 5.8): word processors write vertical tabs, too.
_LINE_END = re.compile("\r\n|[\x0b\x0c\r\x85\u2028\u2029]")
_SPACING = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")

# Control characters mean nothing in HTML, and lone surrogates cannot be encoded at all.
# Tab and line feed stay.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_BLOCK_EDGE = re.compile(
    r"</?(?:p|h[1-6]|ul|ol|li|blockquote|pre|table|thead|tbody|tr|hr|br)(?: [^<>]*)?>"
)
_CELL_EDGE = re.compile(r"(?<=</t[hd]>)(?=<t[hd])")
_ANY_TAG = re.compile(r"<[^<>]*>")


def _limit_marks(text: str) -> str:
    """Return `text` with at most `MARKS_MAX_COUNT` marks above and below each letter."""
    pieces = []
    marks = start = 0
    for position, character in enumerate(text):
        if character < "\u0300":
            marks = 0
            continue
        category = unicodedata.category(character)
        if category in ("Mn", "Me") or unicodedata.combining(character):
            # A variation selector chooses among forms of a letter and stands nowhere.
            marks += not _is_variation_selector(character)
            if marks > MARKS_MAX_COUNT:
                pieces.append(text[start:position])
                start = position + 1
        elif category not in ("Mc", "Cf"):  # those begin no other letter
            marks = 0
    pieces.append(text[start:])
    return "".join(pieces)


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def mend(text: str) -> str:
    """Return `text` without what turns or covers the text around it."""
    return text if text.isascii() else _limit_marks(_TURNING.sub("", text))


def as_line(text: str) -> str:
    """Return `text` in one line: line ends and tabs become a space, other controls nothing."""
    line = _CONTROLS.sub("", _SPACING.sub(" ", text))
    return text if line == text else line.strip()


def normalise(source: str) -> str:
    """Return the form of a text that the board stores: ``\\n`` line ends, Unicode NFC.

    Leading and trailing white space is kept: four leading spaces are a code block.  Control
    characters are taken out, those that turn the direction of a text too, and marks beyond
    `MARKS_MAX_COUNT` on one letter.

    Arguments:
        source: text as it came from a form; any characters, any length.

    Returns:
        The normalised text.  Normalising it again changes nothing.
    """
    text = _CONTROLS.sub("", _LINE_END.sub("\n", source))
    if text.isascii():
        return text
    # NFC sorts each run of marks by insertion, and can lengthen it (some decompose into two).
    return _limit_marks(unicodedata.normalize("NFC", mend(text)))


def printable(source: str) -> str:
    """Return `source` mended, with ``\\n`` line ends and U+FFFD for what HTML cannot hold."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    # Texts that an older release stored come here too.
    return _UNUSABLE.sub("\ufffd", mend(text))


def plain_text(rendered: str) -> str:
    """Return the text of HTML made by `render`, for search indexes and snippets.

    Tags are left out and character references decoded.  Blocks, rows of a table and hard line
    breaks are separated by one ``\\n``, cells of a row by a space.  Code is included, with its
    own line ends and indentation; addresses and alternative texts of images are not.

    Arguments:
        rendered: HTML as `render` returns it (``<`` and ``>`` only around tags).

    Returns:
        Text, not HTML: it has to be escaped when it is put into a page.
    """
    text = _CELL_EDGE.sub(" ", rendered)
    text = _BLOCK_EDGE.sub("\n", text)
    text = html.unescape(_ANY_TAG.sub("", text))
    lines = (line.rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
