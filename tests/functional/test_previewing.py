"""The preview shows exactly what would be stored."""

from __future__ import annotations

TEXT = "**굵게**는 <script>alert(1)</script>\n\n```python\nx = 1\n```\n\n![](https://elsewhere.example/x.png)"


def test_the_preview_is_the_stored_html(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    preview = client.post("/preview", {"body": TEXT, "csrf_token": form["csrf_token"].value})
    form["title"], form["body"] = "title", TEXT
    page = form.submit("submit").follow()
    assert preview.content_type == "text/html"
    assert f'<div class="post-body" lang="" dir="auto">{preview.text}</div>' in page.text


def test_without_scripting_it_is_a_page(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    button = client.get("/questions/ask").html.find("button", formaction=True)
    assert button["formaction"] == "/preview"
    page = client.post(
        "/preview",
        {"title": "t", "body": TEXT, "csrf_token": form["csrf_token"].value},
        headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    )
    assert page.html.find("h1").text == "Preview"
    assert page.html.find(class_="post-body").find("strong").text == "굵게"


def test_a_visitor_has_no_preview(browser, board):
    assert browser().post("/preview", {"body": "x"}).status_int == 303
