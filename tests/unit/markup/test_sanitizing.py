"""The allow-list, fed hostile HTML and no Markdown."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from allowed_html import ATTRIBUTES, LINK_RELATION
from hostile_corpus import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st

from qaboard.markup.sanitizing import ALLOWED_CLASSES, TAGS, sanitise


class Allowed(HTMLParser):
    """Fails at whatever is not allowed."""

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, ()), (tag, name)
            if name in ("href", "src"):
                scheme, colon, _rest = value.strip().partition(":")
                is_relative = not colon or not scheme.isalnum()
                assert is_relative or scheme.lower() in ("http", "https", "mailto"), value
            if name == "rel":
                assert value == LINK_RELATION
            if name == "class":
                assert set(value.split()) <= ALLOWED_CLASSES[tag]

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def check(html: str) -> None:
    parser = Allowed()
    parser.feed(sanitise(html))
    parser.close()


def test_no_hostile_text_leaves_anything_that_is_not_allowed():
    for text in TEXTS:
        check(text.encode("utf-8", "replace").decode())


PIECES = st.sampled_from(
    ["<a href='", "javascript:", "'>", "</a>", "<svg>", "<math>", "<style>", "<!--", "-->", "<p>",
     "<img src=x onerror=ran=1>", "<table>", "<select>", "<template>", "x", "</p>", '"', "<title>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12))
@settings(max_examples=40)
def test_no_mixture_of_hostile_pieces_leaves_anything_either(pieces):
    check("".join(pieces))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:ran=1",
        "JaVaScRiPt:ran=1",
        " javascript:ran=1",
        "java\nscript:ran=1",
        "java\tscript:ran=1",
        "&#106;avascript:ran=1",
        "javascript&colon;ran=1",
        "vbscript:ran=1",
        "data:text/html,<script>ran=1</script>",
        "blob:x",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("html", ['<a href="{}">x</a>', '<img src="{}">'])
def test_a_scheme_that_is_not_allowed_loses_its_address(html, address):
    cleaned = sanitise(html.format(address))
    assert "href" not in cleaned
    assert "src" not in cleaned


@pytest.mark.parametrize(
    "address", ["https://example.org/", "http://example.org/", "mailto:a@example.org", "/q", "#x"]
)
def test_a_link_keeps_an_address_that_is_allowed(address):
    expected = f'<a href="{address}" rel="{LINK_RELATION}">x</a>'
    assert sanitise(f'<a href="{address}">x</a>') == expected


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<!-->b", "ab"),
        ("a<!--[if IE]><b>x</b><![endif]-->c", "ac"),
        ("<p>a<!--<script>ran=1</script>-->b</p>", "<p>ab</p>"),
    ],
)
def test_comments_are_dropped_with_what_is_in_them(html, cleaned):
    assert sanitise(html) == cleaned


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p onclick=ran=1 style=x id=y>a</p>", "<p>a</p>"),
        ('<span class="k evil">a</span>', '<span class="k">a</span>'),
        ('<p class="k">a</p>', "<p>a</p>"),
        ('<p title="x" lang="ko">a</p>', "<p>a</p>"),
        ('<img src="/static/a.png" rel="x" target="_top">', '<img src="/static/a.png">'),
        ('<img src="/static/a.png" loading="eager" srcset="//x">', '<img src="/static/a.png">'),
        ("<pre>a</pre>", '<pre tabindex="0">a</pre>'),
        ('<ol start="3" type="i"><li>a</li></ol>', '<ol start="3"><li>a</li></ol>'),
        ("<form action=/x><button>a</button></form>", "a"),
        ("<h1>a</h1>", "a"),
    ],
)  # fmt: skip
def test_attributes_classes_and_tags_outside_the_list_go(html, cleaned):
    assert sanitise(html) == cleaned


@pytest.mark.parametrize("text", ["a &lt;b&gt; &amp; c", "한국어 😀", ""])
def test_text_stays_text(text):
    assert sanitise(text) == text
