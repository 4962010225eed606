"""Elements of blocks."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import pytest

from qaboard.markup.blocks import BlockParser
from qaboard.markup.tree import FILLED_CELLS, TreeBuilder


def written(text: str) -> str:
    root = Element("root")
    TreeBuilder().write(BlockParser().parse(text), root)
    html = tostring(root, encoding="unicode", method="html")
    return html.removeprefix("<root>").removesuffix("</root>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# a", "<h3>a</h3>"),
        ("# a\n### b\n###### c", "<h3>a</h3><h4>b</h4><h5>c</h5>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("3. a", '<ol start="3"><li>a</li></ol>'),
        ("> a", "<blockquote><p>a</p></blockquote>"),
        (">", ""),
        ("    a\n\n", "<pre><code>a\n</code></pre>"),
        ("```py\na\n```", '<pre><code language="py">a\n</code></pre>'),
        ("---", "<hr>"),
        ("[a]: /b", ""),
    ],
)
def test_blocks_become_elements(text, html):
    assert written(text) == html


def test_a_short_row_is_filled_and_a_long_one_cut():
    html = written("|a|b|\n|-|-|\n|c|\n|d|e|f|")
    assert "<tr><td>c</td><td></td></tr><tr><td>d</td><td>e</td></tr>" in html


def test_a_wide_header_over_many_rows_fills_no_page():
    columns = 100
    html = written("|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|b|\n" * columns)
    assert html.count("<td>") <= FILLED_CELLS + columns
