"""Nothing but the allow-list comes out, whatever goes in; and it comes out in linear time."""

import re
import sys
import threading
import unicodedata
from html.parser import HTMLParser

import pytest
from allowed_html import ATTRIBUTES, LINK_RELATION, SCHEMES
from hostile_corpus import CORPUS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qaboard.markup import normalise, plain_text, render
from qaboard.markup.sanitizing import ALLOWED_CLASSES, TAGS

VOID = {"br", "hr", "img"}
# As a browser finds it (WHATWG URL): behind leading spaces and controls, without tabs or line ends.
SCHEME = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-]*):")


class Audit(HTMLParser):
    """Asserts that each tag, attribute and address is allowed and that tags are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, ()), (tag, name)
            if name == "href":
                scheme = SCHEME.match(re.sub("[\t\n\r]", "", value))
                assert scheme is None or scheme[1].lower() in SCHEMES
            if name == "src":
                assert value.startswith("/")
                assert value[1:2] not in ("/", "\\")
            if name == "rel":
                assert value == LINK_RELATION
            if name == "class":
                assert set(value.split()) <= ALLOWED_CLASSES[tag]
        if tag == "a":
            assert "a" not in self.path
            assert ("rel", LINK_RELATION) in attrs
        if tag not in VOID:
            self.path.append(tag)

    def handle_endtag(self, tag):
        assert self.path.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def audit(html: str) -> None:
    parser = Audit()
    parser.feed(html)
    parser.close()
    assert parser.path == []


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>", "<b>x</b>", "<!-- x -->", "<svg onload=alert(1)>", "<?php ?>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<![CDATA[x]]>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<a href='javascript:1'>",
        "<iframe src=//evil.kr>", "<style>p{}</style>", "<div\nid=x>", "</p><h1>x</h1>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ],
)  # fmt: skip
def test_raw_html_is_shown_as_typed(source):
    html = render(source)
    audit(html)
    assert plain_text(html) == source
    inside = render(f"> - {source.split(chr(10))[0]}")
    audit(inside)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)",
        "java&#10;script:1",
        "java&Tab;script:1", "javascript&colon;alert(1)", "&#1;javascript:1", "&#32;javascript:1",
        "<java\tscript:1>", "< javascript:1>", "data:text/html,x", "vbscript:x",
        "file:///etc/passwd",
        "jar:x", "blob:x", "\\javascript:1", "java\\script:1", "x-y+z.1:a", "ftp://a.kr", "tel:1",
        "javascript\\:alert(1)", "view-source:javascript:1", "\u2028javascript:1",
        "&NewLine;javascript:1",
    ],
)  # fmt: skip
def test_other_schemes_are_not_links(address):
    for source in (
        f"[a]({address})", f"[a][b]\n\n[b]: {address}", f"<{address}>", f"![a]({address})",
        f"[a](<{address}>)",
    ):  # fmt: skip
        html = render(source)
        audit(html)
        assert "<img" not in html


@pytest.mark.parametrize("title", ['"><script>', "' onclick='x", "<b>", "--><svg/onload=1>"])
def test_attributes_cannot_be_left(title):
    for quote in "\"'":
        audit(render(f"[a](b {quote}{title}{quote}) ![{title}](/x {quote}{title}{quote})"))
    audit(render(f"[{title}](</b{title}>)\n\n```{title}\n{title}\n```\n\n3. <{title}>"))


@pytest.mark.parametrize("group", CORPUS)
def test_hostile_texts(group):
    """In Chromium they are in tests/browser/test_browser_hostile_corpus.py."""
    for text in CORPUS[group]:
        for source in (text, f"> - {text}", f"x {text} x", f"| {text} |\n|---|\n| {text} |"):
            audit(render(source))


def test_placeholders_of_python_markdown_are_text():
    source = "a klzzwxh:0000 wzxhzdk:0 **b** `c`"
    assert plain_text(render(source)) == "a klzzwxh:0000 wzxhzdk:0 b c"
    assert render("\x02klzzwxh:0000\x03") == "<p>\ufffdklzzwxh:0000\ufffd</p>"


def test_unusable_characters_are_replaced():
    assert render("a\x00b\ud800c\x1bd") == "<p>a\ufffdb\ufffdc\ufffdd</p>"
    assert render("`\x00`") == "<p><code>\ufffd</code></p>"


@pytest.mark.parametrize("arguments", [(b"a", ()), (None, ()), ("a", "img.kr")])
def test_wrong_types_are_refused(arguments):
    source, hosts = arguments
    with pytest.raises(TypeError):
        render(source, image_hosts=hosts)


PIECES = st.sampled_from(
    [
        *"[]()<>!*_~`\\&#;|-+=:1.\"'/a가😀\n \t\x00\x02\x03\ud800\u0301%{}", "](", "![", "http://",
        "**", "~~", "```", "\n\n", "\n- ", "\n> ", "\n1. ", "\n    ", "  \n", "|-|", "[a]: /b\n",
        "<a", "&amp;", "javascript:", "```py\n", "<script>", "에서",
    ]
)  # fmt: skip
SOURCES = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.lists(PIECES, max_size=60).map("".join),
    st.tuples(st.lists(PIECES, min_size=1, max_size=4).map("".join), st.integers(1, 300)).map(
        lambda pair: pair[0] * pair[1]
    ),
)


@settings(max_examples=300, deadline=None)
@given(SOURCES)
@example("[a](b)\x02" * 50)
@example("***" * 100 + "a" + "***" * 100)
def test_any_text_gives_allowed_html(source):
    html = render(source)
    audit(html)
    assert html == render(source)
    html.encode()
    plain_text(html).encode()


@settings(max_examples=100, deadline=None)
@given(SOURCES)
def test_normalising_is_idempotent(source):
    once = normalise(source)
    assert normalise(once) == once
    assert "\r" not in once


def test_normalise():
    assert normalise("    a\r\nb\rc\n") == "    a\nb\nc\n"
    assert normalise("\u1112\u1161\u11ab") == "한"
    assert normalise("e\u0301") == "é"


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_controls_that_turn_the_text_around_them_are_taken_out(control):
    assert normalise(f"a{control}한 b") == "a한 b"
    assert render(f"a{control}b `c{control}d`") == render("ab `cd`")
    # A mark has no end, and turns nothing.
    assert normalise("a\u200fb\u200e\u061c") == "a\u200fb\u200e\u061c"


@pytest.mark.parametrize(
    "text",
    [
        "각 한글 옛말 ᄒᆞᆫ글〮",
        "Tiếng Việt, naïve café",
        "ที่นี่ น้ำ กู้",
        "हिन्दी क्ष्म्य र्क्ष्ण्यें",
        "அஆ ക്ഷ്ണ මල්ලී မြန်မာဘာသာ",
        "بِسْمِ ٱللَّٰهِ ٱلرَّحْمَٰنِ",
        "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
        "ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ",
        "👩‍👩‍👧‍👦 🏴‍☠️ 1️⃣ ❤️",
    ],
)
def test_what_scripts_need_stays(text):
    assert normalise(text) == unicodedata.normalize("NFC", text)


def test_marks_beyond_those_of_any_script_are_taken_out():
    zalgo = "z" + "\u0335\u0489\u0301" * 40
    assert len(normalise(zalgo)) <= 6
    assert normalise(zalgo + "한").endswith("한")
    # Neither a joiner nor a spacing mark begins another letter.
    assert len(normalise("z" + "\u0335\u200d" * 40)) < 50
    assert normalise("z" + "\u0335\u200d" * 40).count("\u0335") == 5


def test_plain_text():
    html = render("# 제목\n\n*a* &lt;b&gt;\n\n- x\n- y\n\n|p|q|\n|-|-|\n\n```\n  code\n```\nz  \nw")
    assert plain_text(html) == "제목\na <b>\nx\ny\np q\n  code\nz\nw"
    assert plain_text("") == ""


def test_threads_do_not_share_definitions():
    wrong = []

    def work(name: str) -> None:
        for _ in range(30):
            if f'href="/{name}"' not in render(f"[x]\n\n[x]: /{name}"):
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def calls(source: str) -> int:
    """Return how many functions, Python's and C's, one rendering calls."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        render(source)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "pattern",
    [
        "[", "[a", "![", "[ a_", "[ (](", "[a](<b", "[a](b", "![a](", "<a ", "[[a]", "[a][",
        '[a](b "',
        "*a **b ", "_*", "***a** b*", "`a``", "&#", "\\", "<a@b", "http://", "> ", ">\n", "- ",
        "1. ",
        "- a\n", "# \n", "a\n-\n", "* * * *\n", "|", "|a|\n|-|\n", "```\n", "~~~", "\n", "\t", "a",
        "[a]: b\n", "[a](b) ![", "> - ",
    ],
)  # fmt: skip
def test_work_doubles_with_the_text(pattern):
    render(pattern)
    half, whole = (calls((pattern * 3_000)[:length]) for length in (1_500, 3_000))
    assert whole < 2.3 * half + 300


def test_definitions_and_uses_are_linear():
    def text(count):
        return "".join(f"[{n}]: {n}\n" for n in range(count)) + "\n" + "[1] " * count

    assert calls(text(100)) < 2.3 * calls(text(50)) + 300


@pytest.mark.parametrize(
    "source",
    [
        "[" * 15_000 + "]" * 15_000,
        ("*" * 7 + "a") * 3_000,
        "[" * 30_000,
        "> - " * 7_500,
        "*" * 15_000 + "a" + "*" * 15_000,
    ],
)
def test_recursion_is_bounded(source):
    audit(render(source))


@pytest.mark.parametrize(
    "source",
    [
        ">" * 8 + "a\n\n",
        "[a]",
        "|a|b|\n|-|-|\n",
        "*a*",
        "-\n",
        "#\n",
        "\\\n",
        "[](b)",
        "1+",
    ],
)
def test_html_is_at_most_twenty_times_the_text(source):
    text = (source * 9_000)[:9_000]
    assert len(render(f"[a]: /b\n\n{text}")) < 20 * len(text)
    wide = "|" + "a|" * 1_000 + "\n|" + "-|" * 1_000 + "\n" + "|\n" * 3_000
    assert len(render(wide)) < 20 * len(wide)
