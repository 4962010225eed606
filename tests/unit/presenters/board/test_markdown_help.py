"""The help beside the editor tells the truth: each of its examples becomes what it says."""

from __future__ import annotations

import pytest

from qaboard import markup
from qaboard.presenters.board.markdown_help import MARKDOWN_EXAMPLES

BECOMES = {
    "Bold": "<strong>text</strong>",
    "Italic": "<em>text</em>",
    "Link": '<a href="https://example.org/"',
    "Inline code": "<code>code</code>",
    "Code block (language name optional)": "<pre",
    "Quote": "<blockquote>",
    "Bulleted list": "<ul>",
    "Numbered list": "<ol>",
    "Heading": "<h3>text</h3>",
    "Table": "<table",
    "Horizontal line": "<hr>",
}


@pytest.mark.parametrize(("source", "meaning"), MARKDOWN_EXAMPLES)
def test_an_example_becomes_what_it_says(source, meaning):
    assert BECOMES[meaning] in markup.render(source)


def test_every_meaning_is_looked_at():
    assert set(BECOMES) == {str(meaning) for _source, meaning in MARKDOWN_EXAMPLES}
