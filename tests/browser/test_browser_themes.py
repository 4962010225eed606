"""Light and dark, code that is copied, and paper."""

from __future__ import annotations

import pytest
from acting import press
from playwright.sync_api import Page, expect
from scripting import (
    PHONE_WIDTH,
    only_with_javascript,
    with_and_without_javascript,
    with_javascript_and_by_keyboard,
)
from test_browser_phone import WIDE_NAME

CODE = "```python\nprint('안녕')\n```\n\n    plain\n"


def ground(page: Page) -> int:
    """How light the ground of the page is, from 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return int(colour.removeprefix("rgb(").split(",")[0])


def test_the_system_decides_until_somebody_chooses(browser, board):
    page = browser()
    page.emulate_media(color_scheme="light")
    page.goto("/questions/")
    assert ground(page) > 200
    page.emulate_media(color_scheme="dark")
    assert ground(page) < 50
    for name, is_light in (("Light", True), ("Dark", False)):
        press(page.get_by_role("link", name="Language and appearance"))
        press(page.get_by_role("button", name=name))
        expect(page).to_have_url("/questions/")
        for system in ("light", "dark"):
            page.emulate_media(color_scheme=system)
            assert (ground(page) > 200) is is_light
    press(page.get_by_role("link", name="Language and appearance"))
    expect(page.get_by_role("button", name="Dark", pressed=True)).to_be_visible()
    press(page.get_by_role("button", name="System"))
    expect(page).to_have_url("/questions/")
    page.emulate_media(color_scheme="light")
    assert ground(page) > 200


@with_and_without_javascript
def test_paper_is_light_and_has_no_buttons(browser, board):
    question = board.question(body=CODE)
    page = browser(board.user(), width=794)
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"/questions/{question.id}/")
    assert ground(page) == 255
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for gone in ("Menu", "Log out", "Search", "Upvote", "Copy"):
        expect(page.get_by_role("button", name=gone)).to_have_count(0)
    expect(page.locator(".vote-score").first).to_be_visible()


@with_and_without_javascript
def test_code_says_its_language(browser, board, javascript):
    question = board.question(body=CODE)
    page = browser()
    page.goto(f"/questions/{question.id}/")
    label = page.locator("code").first.evaluate("e => getComputedStyle(e, '::before').content")
    assert label == '"Python" / ""'
    buttons = page.get_by_role("button", name="Copy")
    expect(buttons).to_have_count(2 if javascript else 0)


@with_javascript_and_by_keyboard
def test_code_is_copied(browser, board):
    question = board.question(body=CODE)
    page = browser()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("button", name="Copy").first)
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == "print('안녕')\n"
    expect(page.get_by_role("button", name="Copied")).to_have_count(0)
    expect(page.get_by_role("button", name="Copy")).to_have_count(2)


@only_with_javascript
def test_code_that_comes_into_the_page_later_is_copied_too(browser, board):
    author = board.user()
    question = board.question(author, body=CODE)
    page = browser(author)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/questions/{question.id}/edit")
    page.get_by_role("tab", name="Preview").click()
    previewed = page.get_by_role("tabpanel", name="Preview").get_by_role("button", name="Copy")
    expect(previewed).to_have_count(2)
    previewed.first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "print('안녕')\n"

    page.goto(f"/questions/{question.id}/")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Question deleted.").first).to_be_visible()
    deleted = page.locator("#question").get_by_role("button", name="Copy")
    expect(deleted).to_have_count(2)
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#question")).to_be_focused()
    expect(deleted).to_have_count(2)


@only_with_javascript
@pytest.mark.parametrize("width", [1280, 1000])
def test_the_widest_name_leaves_the_bar_on_one_line(browser, board, width):
    page = browser(board.user(WIDE_NAME), width=width)
    page.goto("/questions/")
    assert page.locator(".site-bar").bounding_box()["height"] < 75
    # All of it is still said.
    expect(page.get_by_role("link", name=WIDE_NAME)).to_be_visible()


@only_with_javascript
def test_a_time_in_a_table_stays_whole_on_a_phone(browser, board):
    columns = "|".join(["4:00"] * 12)
    body = f"|{columns}|\n|{'---|' * 12}\n|{columns}|"
    question = board.question(body=body)
    page = browser(width=360)
    page.goto(f"/questions/{question.id}/")
    cells = page.locator("td")
    expect(cells).to_have_count(12)
    for box in (cell.bounding_box() for cell in cells.all()):
        assert box["height"] < 45


TIMETABLES = """\
| 날짜 | 물 온도 | 시간 | 느낌 |
|---|---|---|---|
| 2026-01-01 | 92 | 4:00 | 조금 쓰고 향이 진해요. 다음에는 물을 덜 뜨겁게 해 볼게요. |

| Date | Water | Time | Notes |
|---|---|---:|---|
| 2026-01-01 | 92 | 2026-01-01 16:00 | A little bitter; next time with cooler water than this. |
"""


@only_with_javascript
def test_a_date_beside_a_long_text_stays_whole_on_a_phone(browser, board):
    question = board.question(body=TIMETABLES)
    page = browser(width=PHONE_WIDTH)
    page.goto(f"/questions/{question.id}/")
    for text in ("2026-01-01", "4:00", "2026-01-01 16:00"):
        for cell in page.get_by_role("cell", name=text, exact=True).all():
            lines = cell.evaluate("""cell => {
                const range = document.createRange();
                range.selectNodeContents(cell);
                return range.getClientRects().length;
            }""")
            assert lines == 1, text
    # The page does not scroll sideways; a table does where it is too wide.
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


@only_with_javascript
def test_whoever_wishes_less_motion_gets_none(browser, board):
    page = browser()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/login")
    durations = page.evaluate(
        "[...document.querySelectorAll('*')].map(e => getComputedStyle(e).transitionDuration)"
    )
    assert set(durations) == {"0s"}
