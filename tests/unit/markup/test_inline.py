"""Inline syntax: what is typed, and the HTML that comes out."""

import pytest

from qaboard.markup import render
from qaboard.markup.inline_tree import IMAGES_MAX_COUNT

REL = 'rel="nofollow ugc noopener"'


def inline(source: str, **options) -> str:
    """Render a text of one paragraph; return what is inside the paragraph."""
    html = render(source, **options)
    assert html.startswith("<p>")
    assert html.endswith("</p>")
    return html[3:-4]


def link(address: str, text: str | None = None) -> str:
    if text is None:
        # On paper a bare address is not written once more.
        return f'<a href="{address}" class="bare" {REL}>{address}</a>'
    return f'<a href="{address}" {REL}>{text}</a>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("*a*", "<em>a</em>"),
        ("_a_", "<em>a</em>"),
        ("**a**", "<strong>a</strong>"),
        ("__a__", "<strong>a</strong>"),
        ("***a***", "<em><strong>a</strong></em>"),
        ("*a **b** c*", "<em>a <strong>b</strong> c</em>"),
        ("**a *b***", "<strong>a <em>b</em></strong>"),
        ("*a**b*", "<em>a**b</em>"),
        ("**굵게**는", "<strong>굵게</strong>는"),
        ('**"인용"**이다', '<strong>"인용"</strong>이다'),
        ("그는 **(괄호)**라고", "그는 <strong>(괄호)</strong>라고"),
        ("이것은**`코드`**이다", "이것은<strong><code>코드</code></strong>이다"),
        ("*강조*가", "<em>강조</em>가"),
        ("_강조_는", "<em>강조</em>는"),
        ("**「引用」**です", "<strong>「引用」</strong>です"),
        ("snake_case_words", "snake_case_words"),
        ("__init__은", "<strong>init</strong>은"),
        ("2*3*4", "2*3*4"),
        ("2**3**4", "2**3**4"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("** a **", "** a **"),
        ("*a", "*a"),
        ("**a*", "*<em>a</em>"),
        ("foo*bar*baz", "foo<em>bar</em>baz"),
        ("~~취소~~는", "<del>취소</del>는"),
        ("10~20, 30~40", "10~20, 30~40"),
        ("~a~ ~~~b~~~", "~a~ ~~~b~~~"),
        ("*a ~~b* c~~", "<em>a ~~b</em> c~~"),
    ],
)
def test_emphasis(source, html):
    assert inline(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("`a`", "<code>a</code>"),
        ("`<b>&amp;*x*`", "<code>&lt;b&gt;&amp;amp;*x*</code>"),
        ("`` ` ``", "<code>`</code>"),
        ("`a\nb`", "<code>a b</code>"),
        ("`a", "`a"),
        ("``a`", "``a`"),
        ("`\\`", "<code>\\</code>"),
        ("\\`a\\`", "`a`"),
        ("*`a*`", "*<code>a*</code>"),
        ("\\*a\\* \\\\ \\가 \\", "*a* \\ \\가 \\"),
        ("&lt;b&gt; &amp; &copy; &#44032; &#xac00;", "&lt;b&gt; &amp; © 가 가"),
        ("AT&T &nosuch; &copy &#; &#x;", "AT&amp;T &amp;nosuch; &amp;copy &amp;#; &amp;#x;"),
        ("&#0; &#xD800; &#x110000;", "\ufffd \ufffd \ufffd"),
    ],
)
def test_code_escapes_and_references(source, html):
    assert inline(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](http://x.kr/b)", link("http://x.kr/b", "a")),
        ("[a](/b)", link("/b", "a")),
        ("[a](#b)", link("#b", "a")),
        ("[*a* `b`](c)", link("c", "<em>a</em> <code>b</code>")),
        ('[a](b "t")', f'<a href="b" title="t" {REL}>a</a>'),
        ("[a](b 't \"u\"')", f'<a href="b" title="t &quot;u&quot;" {REL}>a</a>'),
        ("[a](b (t))", f'<a href="b" title="t" {REL}>a</a>'),
        ("[a](<b c>)", link("b%20c", "a")),
        ("[a](b_(c))", link("b_(c)", "a")),
        ("[a](b\\)c)", link("b)c", "a")),
        ("[a](/커피)", link("/커피", "a")),
        ("[a](?x=1&amp;y=2&copy=3)", link("?x=1&amp;y=2&amp;copy=3", "a")),
        ("[a](mailto:a@b.kr)", link("mailto:a@b.kr", "a")),
        ("[](b)", link("b")),
        ("[a]()", "[a]()"),
        ("[a] (b)", "[a] (b)"),
        ("[a](b c)", "[a](b c)"),
        ("[a [b](c) d](e)", f"[a {link('c', 'b')} d](e)"),
        ("[a](b)에서", link("b", "a") + "에서"),
        ("*[a*](b)", "*" + link("b", "a*")),
        ("[`a](b)`", "[<code>a](b)</code>"),
        ("<https://a.kr/b?c>", link("https://a.kr/b?c")),
        ("<a@b.kr>", f'<a href="mailto:a@b.kr" class="bare" {REL}>a@b.kr</a>'),
        ("<mailto:a@b.kr>", link("mailto:a@b.kr")),
        ("<ftp://a.kr>", "&lt;ftp://a.kr&gt;"),
    ],
)
def test_links(source, html):
    assert inline(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a]", link("/x", "a")),
        ("[A]", link("/x", "A")),
        ("[a][]", link("/x", "a")),
        ("[b][a]", link("/x", "b")),
        ("[b][ A ]", link("/x", "b")),
        ("[T]", f'<a href="/y" title="제목" {REL}>T</a>'),
        ("![p]", '<img src="/static/p.png" alt="p" loading="lazy">'),
        ("[b]", "[b]"),
        ("[b][c]", "[b][c]"),
        ("[a](", link("/x", "a") + "("),
        ("[j]", "[j]"),
    ],
)
def test_references(source, html):
    definitions = (
        "[a]: /x\n[a]: /second\n[t]:\n  </y>\n  '제목'\n[p]: /static/p.png\n"
        "[j]: javascript:alert(1)\n"
    )
    assert inline(f"{source}\n\n{definitions}") == html
    assert inline(f"{definitions}\n{source}") == html


def test_a_definition_inside_a_quote_or_a_list_counts():
    assert link("/x", "a") in render("[a]\n\n> [a]: /x")
    assert link("/x", "a") in render("[a]\n\n- [a]: /x")


def test_definitions_do_not_leak_into_the_next_post():
    assert link("/x", "a") in render("[a]\n\n[a]: /x")
    assert render("[a]") == "<p>[a]</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("https://a.kr", link("https://a.kr")),
        ("https://a.kr/b?c=d&e=f#g.", link("https://a.kr/b?c=d&amp;e=f#g") + "."),
        ("(https://a.kr)", "(" + link("https://a.kr") + ")"),
        ("(https://a.kr/b_(c)).", "(" + link("https://a.kr/b_(c)") + ")."),
        ("https://a.kr/b_c_d*e", link("https://a.kr/b_c_d*e")),
        ("**https://a.kr**는", "<strong>" + link("https://a.kr") + "</strong>는"),
        ("https://example.com/a에서", link("https://example.com/a") + "에서"),
        ("https://example.com을", link("https://example.com") + "을"),
        ("https://example.com/를", link("https://example.com/") + "를"),
        ("https://ko.wikipedia.org/wiki/커피", link("https://ko.wikipedia.org/wiki/커피")),
        ("https://ko.wikipedia.org/wiki/커피_(음료)",
         link("https://ko.wikipedia.org/wiki/커피_(음료)")),
        ("https://a.kr/?q=검색&p=1", link("https://a.kr/?q=검색&amp;p=1")),
        ("https://한글.kr/a", link("https://한글.kr/a")),
        ("https://fr.wikipedia.org/wiki/Café", link("https://fr.wikipedia.org/wiki/Café")),
        ("주소는https://a.kr", "주소는" + link("https://a.kr")),
        ("「https://a.kr」", "「" + link("https://a.kr") + "」"),
        ('"https://a.kr"', '"' + link("https://a.kr") + '"'),
        ("&lt;https://a.kr&gt;", "&lt;" + link("https://a.kr") + "&gt;"),
        ("xhttps://a.kr", "xhttps://a.kr"),
        ("https://", "https://"),
        ("http://.", "http://."),
        ("`https://a.kr`", "<code>https://a.kr</code>"),
        ("[https://a.kr](https://b.kr)", link("https://b.kr", "https://a.kr")),
        ("www.a.kr", "www.a.kr"),
    ],
)  # fmt: skip
def test_bare_addresses(source, html):
    assert inline(source) == html


IMAGE = '<img src="{}" alt="{}" loading="lazy">'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("![고양이](/static/x.png)", IMAGE.format("/static/x.png", "고양이")),
        ("![*a* `b` [c](d)](/static/x)", IMAGE.format("/static/x", "a b c")),
        ('![a](/static/x "t")', '<img src="/static/x" alt="a" title="t" loading="lazy">'),
        ("![](/static/x)", IMAGE.format("/static/x", "")),
        ("[![a](/static/x)](/y)", link("/y", IMAGE.format("/static/x", "a"))),
        ("![a](https://img.kr/x.png)", IMAGE.format("https://img.kr/x.png", "a")),
        ("![a](HTTP://IMG.kr:80/x)", IMAGE.format("HTTP://IMG.kr:80/x", "a")),
        ("![a](https://img.kr:8443/x)", IMAGE.format("https://img.kr:8443/x", "a")),
        ("![a](https://other.kr/x)", link("https://other.kr/x", "a")),
        ("![](https://other.kr/x)", link("https://other.kr/x")),
        ("[![a](https://other.kr/x)](/y)", link("/y", "a")),
        ("![a](x.png)", link("x.png", "a")),
    ],
)
def test_images(source, html):
    assert inline(source, image_hosts=["img.kr", "IMG.kr:8443"]) == html


@pytest.mark.parametrize(
    "address",
    [
        "//evil.kr/x", "/\\evil.kr/x", "\\\\evil.kr/x", "/&#9;/evil.kr", "/&#10;/evil.kr",
        "&#1;//evil.kr", "http:/evil.kr", "http:evil.kr", "http:///evil.kr", "https:\\\\evil.kr",
        "https://img.kr@evil.kr/", "https://img.kr.evil.kr/", "https://img.kr:99/x",
        "https://evil.kr/img.kr", "https://evil.kr\\@img.kr/", "https://evil.kr#@img.kr",
        "https://evil.kr?@img.kr", "https://img%2Ekr/", "https://ｉmg.kr/", "https://img.kr./",
        "ftp://img.kr/x", "data:image/png;base64,AA", "javascript:alert(1)", "./x", "?x", "#x",
        "httpſ://img.kr/x", "&#x2f;&#x2f;evil.kr", "/&bsol;evil.kr", "< //evil.kr>",
        "</ /evil.kr\\>",
        "blob:https://img.kr/x", "https://user@img.kr/", "https://img.kr&bsol;.evil.kr/",
    ],
)  # fmt: skip
def test_images_from_elsewhere_are_not_shown(address):
    assert "<img" not in render(f"![a]({address})", image_hosts={"img.kr"})
    assert "<img" not in render(f"![a][b]\n\n[b]: {address}", image_hosts={"img.kr"})


def test_deep_emphasis_is_text_beyond_the_limit():
    html = render("*a " * 20 + "b* " * 20)
    assert html.count("<em>") == 8
    assert html.count("*") == 24


def test_references_have_an_allowance():
    html = render("[a]: /" + "b" * 1900 + "\n\n" + "[a] " * 7000)
    assert 10 < html.count("<a ") < 100
    assert len(html) < 200_000


@pytest.mark.parametrize(
    "address",
    [
        "/login", "/", "/questions/?q=w1", "/reset-password?token=x", "/static", "/Static/x.png",
        "/static/../login", "/static/%2e%2E/login", "/static/.%2e/login", "/static/x/../../login",
        "/static/./../login", "/static/..?x", "/static/..#x", "/static/..\\..\\login",
        "/static/&#46;&#46;/login", "/logout", "/users/1/",
    ],
)  # fmt: skip
def test_a_page_of_the_board_is_no_image(address):
    assert "<img" not in render(f"![a]({address})")
    assert "<img" not in render(f"![a][b]\n\n[b]: {address}")


def test_of_many_images_the_first_are_shown_and_the_others_are_links():
    images = "![a](/static/x.png)\n\n"
    rendered = render(images * (IMAGES_MAX_COUNT + 3))
    assert rendered.count("<img ") == IMAGES_MAX_COUNT
    assert rendered.count('<a href="/static/x.png"') == 3
    # The next text begins anew.
    assert render(images * IMAGES_MAX_COUNT).count("<img ") == IMAGES_MAX_COUNT
