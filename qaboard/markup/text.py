"""Characters: what is stored, what is rendered, and the plain text of rendered HTML."""

import html
import re
import unicodedata

# Unicode Standard Annex 15, "Stream-Safe Text Format" (D4): no more than 30 combining marks in
# a row, a COMBINING GRAPHEME JOINER between longer runs.  Without it NFC, which sorts each run by
# insertion, takes more than a second on 30,000 marks.
_LONGEST_RUN_OF_MARKS = 30
_GRAPHEME_JOINER = "\u034f"

# Control characters mean nothing in HTML, and lone surrogates cannot be encoded at all.
# Tab and line feed stay.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_BLOCK_EDGE = re.compile(
    r"</?(?:p|h[1-6]|ul|ol|li|blockquote|pre|table|thead|tbody|tr|hr|br)(?: [^<>]*)?>"
)
_CELL_EDGE = re.compile(r"(?<=</t[hd]>)(?=<t[hd])")
_ANY_TAG = re.compile(r"<[^<>]*>")


def _stream_safe(text: str) -> str:
    """Return `text` with a grapheme joiner after every 30 combining marks in a row."""
    pieces = []
    run = start = 0
    for position, character in enumerate(text):
        if not unicodedata.combining(character):
            run = 0
            continue
        run += 1
        if run > _LONGEST_RUN_OF_MARKS:
            pieces.append(text[start:position])
            start, run = position, 1
    pieces.append(text[start:])
    return _GRAPHEME_JOINER.join(pieces)


def normalise(source: str) -> str:
    """Return the form of a body that the board stores: ``\\n`` line ends, Unicode NFC.

    Leading and trailing white space is kept: four leading spaces are a code block.  Runs of
    more than 30 combining marks are broken by U+034F (Unicode Annex 15, stream-safe text), so
    the result can be a little longer than `source`.

    Arguments:
        source: text as it came from a form; any characters, any length.

    Returns:
        The normalised text.  Normalising it again changes nothing.
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    # NFC can lengthen a run (some marks decompose into two), hence the second pass; it cannot undo
    # NFC, because nothing composes with a grapheme joiner.
    return _stream_safe(unicodedata.normalize("NFC", _stream_safe(text)))


def printable(source: str) -> str:
    """Return `source` with ``\\n`` line ends and U+FFFD for characters HTML cannot hold."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    return _UNUSABLE.sub("\ufffd", text)


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
