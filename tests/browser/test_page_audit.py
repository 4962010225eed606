"""The audit of a page finds what it is there for; otherwise its silence would say nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_audit import PageAudit
from playwright.sync_api import Browser

PAGE = "<!DOCTYPE html><title>x</title><p><bdi>{name}</bdi></p><div class='post-body'>{body}</div>"
HARMLESS = PAGE.format(name="x", body="<p>x <a href='/' rel='nofollow ugc noopener'>y</a></p>")


@pytest.fixture(scope="module")
def tab(chromium: Browser, site: str) -> Iterator[PageAudit]:
    context = chromium.new_context(bypass_csp=True)
    audit = PageAudit(context, site)
    audit.learn_document("page", HARMLESS)
    yield audit
    context.close()


@pytest.fixture
def page(tab: PageAudit) -> PageAudit:
    tab.troubles.clear()
    return tab


@pytest.mark.parametrize(
    ("hole", "trouble"),
    [
        ("<script>ran=1</script>", "a script ran"),
        ("<img src=x onerror=ran=1>", "a script ran"),
        ("<iframe srcdoc='<script>parent.ran=1</script>'></iframe>", "a script ran"),
        ("<svg><script>ran=1</script></svg>", "a script ran"),
        ("<details open ontoggle=ran=1>x</details>", "a script ran"),
        ("<script>alert(1)</script>", "a dialog"),
        ("<script>document.title='y'</script>", "what does not belong there"),
        ("<img src=//evil.example/a.png>", "a request to http://evil.example/a.png"),
        ("<style>@import '//evil.example/a.css'</style>", "a request to"),
        ("<form action=//evil.example/></form>", "an address of elsewhere"),
        ("<b>x</b>", "what does not belong there"),
        ("<template><b>x</b></template>", "what does not belong there"),
    ],
)
def test_a_hole_where_a_name_stands(page, hole, trouble):
    page.read("page", [("hole", PAGE.format(name=hole, body=""))])
    assert any(trouble in found for found in page.troubles), page.troubles


@pytest.mark.parametrize(
    ("hole", "trouble"),
    [
        ("<p onmouseover=ran=1>x</p>", "a script ran"),
        ("<p onclick=ran=1>x</p>", "an attribute onclick in a post"),
        ("<a href=javascript:ran=1 rel='nofollow ugc noopener'>x</a>", "a script ran"),
        ("<a href=javascript:0>x</a>", "a scheme in a post"),
        ("<a href=/>x</a>", "a link without its relation"),
        ("<a href=/ tabindex=0 onfocus=ran=1 rel='nofollow ugc noopener'>x</a>", "a script ran"),
        ("<b>x</b>", "an element in a post"),
        ("<svg></svg>", "an element in a post"),
        ("<p class=alert>x</p>", "an attribute class in a post"),
        ("<span class=alert>x</span>", "a class in a post"),
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "an image from elsewhere"),
        ("<!-- x -->", "a comment in a post"),
        ("<form id=a><div></form><form id=b><input>", "changes when it is read again"),
        ("<script>Object.prototype.x = 1</script>", "the prototype of Object is another one"),
        ("<p>x</p><script>console.error('x')</script>", "on the console"),
        ("<p>x</p><script>throw 1</script>", "an exception"),
    ],
)
def test_a_hole_in_a_post(page, hole, trouble):
    page.read("page", [("hole", PAGE.format(name="x", body=hole))])
    assert any(trouble in found for found in page.troubles), page.troubles


def test_nothing_is_found_where_there_is_nothing(page):
    page.read("page", [("harmless", HARMLESS), ("again", HARMLESS)])
    assert page.troubles == []
