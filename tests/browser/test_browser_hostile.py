"""What is written with bad intent runs nothing, loads nothing, and stays readable."""

from __future__ import annotations

from factories import PASSWORD, Board
from playwright.sync_api import Page, expect
from scripting import only_with_javascript, with_and_without_javascript

from qaboard.models import User

TITLE = """</title><script>window.ran="title"</script><img src=x onerror='window.ran="title"'>"""
BODY = """<script>window.ran="tag"</script>
<script src="https://evil.example/x.js"></script>
<img src="https://evil.example/a.png" onerror="window.ran='image'">
<svg onload="window.ran='svg'"><iframe src="https://evil.example/"></iframe>
<style>@import "https://evil.example/x.css";</style>
<link rel="stylesheet" href="https://evil.example/x.css"><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/">

![tracker](https://evil.example/pixel.png)
![quoted](x" onerror="window.ran='quoted')
![data](data:image/svg+xml,<svg onload="window.ran='data'"/>)

[one](javascript:window.ran="link")
[two](&#106;avascript:window.ran="link")
[three](java\tscript:window.ran="link")
[four](data:text/html,<script>window.ran="link"</script>)
[five](vbscript:window.ran="link")
[six]( javascript:window.ran="link")
<javascript:window.ran="link">
[seven][r] `<script>window.ran="code"</script>`

[r]: javascript:window.ran="link" "title"

<a href="javascript:window.ran='a'" onclick="window.ran='a'">eight</a>
<details open ontoggle="window.ran='details'">nine</details>

```html" onclick="window.ran='fence'
</code></pre><script>window.ran="fence"</script>
```

</textarea><script>window.ran="textarea"</script>
</div></article></main><form action="https://evil.example/"><input autofocus onfocus="window.ran=1">
"""
# 25 characters; the form refuses such a name, a row in the database might still have it.
USERNAME = "<img src=x onerror=ran()>"


def assert_nothing_ran(page: Page) -> None:
    """The rest, requests to other hosts and errors, is what every browser of a test watches for."""
    assert page.evaluate("window.ran") is None, page.url
    assert (
        page.locator("main script, main iframe, main style, main link, main svg:not(.icon)").count()
        == 0
    )
    assert page.locator("[onerror], [onload], [onclick], [onfocus], [ontoggle]").count() == 0


def hostile_board(board: Board) -> tuple[User, list[str]]:
    author = board.user(USERNAME)
    question = board.question(author, TITLE, BODY)
    answer = board.answer(question, author, BODY)
    gone = board.answer(question, author, BODY)
    board.delete(gone)
    own = f"/questions/{question.id}/"
    return author, [
        "/questions/",
        own,
        f"{own}edit",
        f"{own}delete",
        f"{own}answers/{answer.id}/edit",
        f"{own}answers/{gone.id}/",
        f"/users/{author.id}/",
        f"/users/{author.id}/?tab=answers",
        "/account/",
        "/questions/?q=script",
        "/questions/?q=%3C/title%3E%3Cscript%3Ewindow.ran=1%3C/script%3E",
        "/login?next=javascript:window.ran=1%22%3E%3Cscript%3Ewindow.ran=1%3C/script%3E",
    ]


@only_with_javascript
def test_no_page_runs_or_loads_what_was_written(browser, board):
    author, paths = hostile_board(board)
    page = browser(author)
    for path in paths:
        page.goto(path)
        assert_nothing_ran(page)


@with_and_without_javascript
def test_what_was_written_is_shown_as_it_was_typed(browser, board, javascript):
    author, paths = hostile_board(board)
    page = browser(author)
    page.goto(paths[1])
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator("#question .post-body")).to_contain_text(
        '<script>window.ran="tag"</script>'
    )
    page.goto(f"{paths[1]}edit")
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_label("Text", exact=True)).to_have_value(BODY)
    if javascript:
        page.get_by_role("tab", name="Preview").click()
        expect(page.get_by_role("tabpanel", name="Preview")).to_contain_text("nine")
    else:
        with page.expect_popup() as opened:
            page.get_by_role("button", name="Preview").click()
        expect(opened.value.get_by_role("main")).to_contain_text("nine")
        assert_nothing_ran(opened.value)
    assert_nothing_ran(page)


@only_with_javascript
def test_no_link_in_a_post_runs_a_script(browser, board):
    _author, paths = hostile_board(board)
    page = browser()
    page.goto(paths[1])
    addresses = page.locator(".post-body a").evaluate_all("links => links.map(link => link.href)")
    assert addresses
    assert {address.partition(":")[0] for address in addresses} <= {"http", "https", "mailto"}
    assert page.locator(".post-body img").count() == 0


@only_with_javascript
def test_what_is_typed_into_a_search_or_a_form_comes_back_as_text(browser):
    page = browser()
    page.goto("/questions/")
    text = """"><script>window.ran=1</script>"""
    page.get_by_role("searchbox", name="Search").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value(text)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Results for “{text}”")
    assert_nothing_ran(page)
    page.goto("/signup")
    page.get_by_label("Username").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value(text)
    assert_nothing_ran(page)


@only_with_javascript
def test_logging_in_leads_to_no_other_site(browser, board):
    board.user("Ann")
    page = browser()
    for address in ("https://evil.example/", "//evil.example/", r"/\evil.example/"):
        page.goto(f"/login?next={address}")
        page.get_by_label("Username").fill("Ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url("/questions/")
        page.context.clear_cookies()
