"""Block structure: what is typed, and the HTML that comes out."""

import pytest

from qaboard import markup


def render(source: str) -> str:
    """HTML without the attribute that every code block and table has; it has its own test."""
    return markup.render(source).replace(' tabindex="0"', "")


def test_what_scrolls_sideways_can_be_scrolled_by_keyboard():
    assert markup.render("    code") == '<pre tabindex="0"><code>code\n</code></pre>'
    assert markup.render("a|b\n-|-").startswith('<table tabindex="0">')


def test_a_line_under_nothing_but_a_link_definition_underlines_nothing():
    assert markup.render("[0]:0\n-") == "<p>-</p>"


def test_an_empty_header_cell_heads_nothing():
    assert "<tr><td></td><th>b</th></tr>" in markup.render("| |b|\n|-|-|")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("한 줄\n다음 줄", "<p>한 줄\n다음 줄</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\r\n\r\ntwo\rthree", "<p>one</p>\n<p>two\nthree</p>"),
        ("a  \nb\\\nc", "<p>a<br>\nb<br>\nc</p>"),
        ("a\n\u3000\nb", "<p>a</p>\n<p>b</p>"),
    ],
)
def test_paragraphs_and_line_breaks(source, html):
    assert render(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# 제목", "<h3>제목</h3>"),
        ("# a\n## b ##", "<h3>a</h3>\n<h4>b</h4>"),
        ("# a\n## b\n### c\n#### d", "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h6>d</h6>"),
        ("# a\n###### f\n# g", "<h3>a</h3>\n<h4>f</h4>\n<h3>g</h3>"),
        ("## b", "<h3>b</h3>"),
        ("####### g", "<p>####### g</p>"),
        ("#태그", "<p>#태그</p>"),
        ("# C#", "<h3>C#</h3>"),
        ("#", ""),
        ("text\n# a\ntext", "<p>text</p>\n<h3>a</h3>\n<p>text</p>"),
        ("제목\n====", "<h3>제목</h3>"),
        ("a\n===\nb *c*\n---", "<h3>a</h3>\n<h4>b <em>c</em></h4>"),
        ("===", "<p>===</p>"),
    ],
)
def test_headings_are_shifted_by_two_levels_and_skip_none_on_the_way_down(source, html):
    assert render(source) == html


@pytest.mark.parametrize("rule", ["---", "***", "___", "* * *", " - - - ", "-----------"])
def test_horizontal_rules(rule):
    assert render(f"a\n\n{rule}\n\nb") == "<p>a</p>\n<hr>\n<p>b</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("> a\n> b", "<blockquote><p>a\nb</p></blockquote>"),
        (">a", "<blockquote><p>a</p></blockquote>"),
        ("> a\nlazy", "<blockquote><p>a\nlazy</p></blockquote>"),
        ("text\n> a", "<p>text</p>\n<blockquote><p>a</p></blockquote>"),
        ("> a\n\nb", "<blockquote><p>a</p></blockquote>\n<p>b</p>"),
        (
            "> a\n>> b\n>\n> c",
            "<blockquote><p>a</p><blockquote><p>b</p></blockquote><p>c</p></blockquote>",
        ),
        ("> - a\n> - b", "<blockquote><ul><li>a</li><li>b</li></ul></blockquote>"),
        ("> ```\n> x\n> ```\ny", "<blockquote><pre><code>x\n</code></pre></blockquote>\n<p>y</p>"),
        (">", ""),
    ],
)
def test_quotes(source, html):
    assert render(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("+ a\n+ b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("1) 가\n2) 나", "<ol><li>가</li><li>나</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("- a\n\n  b", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("- a\nlazy", "<ul><li>a\nlazy</li></ul>"),
        ("- a\n\ntext", "<ul><li>a</li></ul>\n<p>text</p>"),
        ("- a\n  - b\n    - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("- a\n    - b\n        - c",
         "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("- a\n    - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("- a\n\t- b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("1. a\n  - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("1. a\n    - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("10. a\n    1. b", '<ol start="10"><li>a<ol><li>b</li></ol></li></ol>'),
        ("text\n- a", "<p>text</p>\n<ul><li>a</li></ul>"),
        ("text\n* a", "<p>text</p>\n<ul><li>a</li></ul>"),
        ("text\n+ a", "<p>text</p>\n<ul><li>a</li></ul>"),
        ("text\n1. a", "<p>text</p>\n<ol><li>a</li></ol>"),
        ("그 해는\n1985. 그랬다", "<p>그 해는\n1985. 그랬다</p>"),
        ("- a\n\n  ```\n  x\n    y\n  ```",
         "<ul><li><p>a</p><pre><code>x\n  y\n</code></pre></li></ul>"),
        ("- ```\n  x\n  ```\n- b", "<ul><li><pre><code>x\n</code></pre></li><li>b</li></ul>"),
        ("- a\n  > b", "<ul><li>a<blockquote><p>b</p></blockquote></li></ul>"),
        ("- # a\n  b", "<ul><li><h3>a</h3>b</li></ul>"),
        ("-\n  a", "<ul><li>a</li></ul>"),
        ("-a", "<p>-a</p>"),
        ("1.a", "<p>1.a</p>"),
        ("- [ ] a", "<ul><li>[ ] a</li></ul>"),
    ],
)  # fmt: skip
def test_lists(source, html):
    assert render(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("    a\n      b", "<pre><code>a\n  b\n</code></pre>"),
        ("\ta", "<pre><code>a\n</code></pre>"),
        ("    a\n\n    b\n\nc", "<pre><code>a\n\nb\n</code></pre>\n<p>c</p>"),
        ("text\n    more", "<p>text\nmore</p>"),
        ("    <b>&amp;*", "<pre><code>&lt;b&gt;&amp;amp;*\n</code></pre>"),
        ("```\na\n\n b\n```", "<pre><code>a\n\n b\n</code></pre>"),
        ("~~~\n```\n~~~", "<pre><code>```\n</code></pre>"),
        ("````\n```\n````", "<pre><code>```\n</code></pre>"),
        ("```\nnever closed", "<pre><code>never closed\n</code></pre>"),
        ("```\n\ttab\n```", "<pre><code>\ttab\n</code></pre>"),
        ("text\n```\nx\n```\ntext", "<p>text</p>\n<pre><code>x\n</code></pre>\n<p>text</p>"),
        ("``` a`b", "<p>``` a`b</p>"),
        ("```\n```", "<pre><code></code></pre>"),
    ],
)
def test_code_blocks(source, html):
    assert render(source) == html


TABLE = "<table><thead><tr><th>a</th><th>b</th></tr></thead>{}</table>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a|b\n-|-", TABLE.format("")),
        ("|a|b|\n|-|-|\n|1|2|",
         TABLE.format("<tbody><tr><td>1</td><td>2</td></tr></tbody>")),
        ("|a|b|\n|---|---|\n|1|", TABLE.format("<tbody><tr><td>1</td><td></td></tr></tbody>")),
        ("|a|b|\n|-|-|\n|1|2|3|", TABLE.format("<tbody><tr><td>1</td><td>2</td></tr></tbody>")),
        ("|a|b|\n|-|-|\n|`x\\|y`|*z*|",
         TABLE.format("<tbody><tr><td><code>x|y</code></td><td><em>z</em></td></tr></tbody>")),
        ("text\n|a|b|\n|-|-|", "<p>text</p>\n" + TABLE.format("")),
        ("|a|b|\n|-|-|\n\ntext", TABLE.format("") + "\n<p>text</p>"),
        ("|a|b|\n|-|-|\n> q", TABLE.format("") + "\n<blockquote><p>q</p></blockquote>"),
        ("|a|\n|-|", "<table><thead><tr><th>a</th></tr></thead></table>"),
        ("|a|b|\n|-|", "<p>|a|b|\n|-|</p>"),
        ("|a|b|", "<p>|a|b|</p>"),
    ],
)  # fmt: skip
def test_tables(source, html):
    assert render(source) == html


def test_columns_are_aligned():
    html = render("a|b|c|d\n:-|:-:|-:|-\n1|2|3|4")
    assert '<td class="text-start">1</td><td class="text-center">2</td>' in html
    assert '<td class="text-end">3</td><td>4</td>' in html


@pytest.mark.parametrize(
    ("cell", "is_figures"),
    [
        ("2026-01-01", True),
        ("2026-01-01 16:00", True),
        ("2026. 1. 1.", True),
        ("4:00", True),
        ("010-1234-5678", True),
        ("10~20", True),
        ("300", False),
        ("well-known", False),
        ("2026-01-01 to 2026-02-01", False),
        ("1-" * 20 + "1", False),
        ("1-", False),
    ],
)
def test_a_cell_of_figures_alone_stays_on_one_line(cell, is_figures):
    opening = '<td class="figures">' if is_figures else "<td>"
    assert f"{opening}{cell}</td>" in render(f"|a|\n|-|\n|{cell}|")
    html = render(f"|a|\n|-:|\n|{cell}|")
    assert ('class="text-end figures"' in html) == is_figures


def test_highlighted_code_has_classes_only():
    html = render("```python\nx = 1\n```")
    assert html.startswith(
        '<pre class="highlight"><code class="language-python"><span class="n">x</span>'
    )
    assert html == render("~~~ PY title=y\nx = 1\n~~~")


@pytest.mark.parametrize("language", ["", "nonsense", '"><b>', "text", "mermaid"])
def test_unknown_languages_are_plain(language):
    assert render(f"```{language}\nx = 1\n```") == "<pre><code>x = 1\n</code></pre>"


def test_code_says_its_language_whatever_it_was_called():
    for name, language in {
        "py": "python",
        "JS": "javascript",
        "c++": "cpp",
        "sqlite": "sql",
    }.items():
        assert f'<code class="language-{language}">' in render(f"```{name}\nx = 1\n```")
    assert '<code class="language-python">' in render("```python\n" + "x = 1\n" * 2000 + "```")


def test_code_beyond_the_allowance_is_plain():
    assert "<span" not in render("```python\n" + "x = 1\n" * 2000 + "```")
    blocks = render(("```python\n" + "x = 1\n" * 500 + "```\n") * 2)
    assert blocks.count('class="highlight"') == 1


def test_at_most_five_languages_are_coloured():
    names = ["python", "js", "c", "java", "sql", "go", "python"]
    html = render("".join(f"```{name}\nif\n```\n" for name in names))
    assert html.count('class="highlight"') == 6


def test_nesting_ends_in_text():
    html = render("> " * 15_000 + "a")
    assert html.count("<blockquote>") == 8
    assert html.count("&gt;") == 15_000 - 8
    assert render("- " * 15_000 + "a").count("<ul>") == 8
