"""Elements of inline syntax."""

from __future__ import annotations

from xml.etree.ElementTree import tostring

import pytest

from qaboard.markup.inline import References, Scanner
from qaboard.markup.inline_tree import DEEPEST_INLINE, IMAGES_MAX_COUNT, Images, InlineBuilder


def built(text: str, hosts=()) -> str:
    tokens = Scanner(text, References({})).scan()
    html = tostring(InlineBuilder(Images(hosts)).build(tokens), encoding="unicode", method="html")
    return html.removeprefix("<inline>").removesuffix("</inline>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* **b** ~~c~~", "<em>a</em> <strong>b</strong> <del>c</del>"),
        ("`a*b*`", "<code>a*b*</code>"),
        ('[a](/b "c")', '<a href="/b" title="c">a</a>'),
        ("[](/b)", '<a href="/b" class="bare">/b</a>'),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ("[a https://x.org b](/c)", '<a href="/c">a https://x.org b</a>'),
        ("https://x.org", '<a href="https://x.org" class="bare">https://x.org</a>'),
        ("![*a* `b`](/static/c.png)", '<img src="/static/c.png" alt="a b" loading="lazy">'),
        ("![a](https://evil.example/b.png)", '<a href="https://evil.example/b.png">a</a>'),
    ],
)
def test_tokens_become_elements(text, html):
    assert built(text) == html


def test_an_image_of_an_allowed_host_is_shown():
    assert built("![a](https://img.org/b.png)", {"img.org"}).startswith("<img ")


def test_deeper_delimiters_are_shown_as_typed():
    depth = DEEPEST_INLINE + 2
    html = built("*a _b " * depth + "c" + "_ *" * depth)
    assert html.count("<em>") <= DEEPEST_INLINE


def test_more_images_than_are_shown_become_links():
    html = built("![a](/static/b.png)" * (IMAGES_MAX_COUNT + 2))
    assert (html.count("<img "), html.count("<a ")) == (IMAGES_MAX_COUNT, 2)
