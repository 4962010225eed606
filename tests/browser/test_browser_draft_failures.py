"""Drafts where something fails: storage, the network, the server, a second tab, leaving at once."""

from __future__ import annotations

import json

import pytest
from drafts import offer, saved
from playwright.sync_api import Page, expect
from scripting import only_with_javascript
from sqlalchemy import select
from waiting import wait_until

from qaboard.models import Draft

BLOCKED = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
})"""
FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("full", "QuotaExceededError");
}"""

UNSAVED = "Not saved. Your text is kept in this tab only."


def text_of(page: Page):
    return page.get_by_label("Text", exact=True)


def bodies(board) -> list[str]:
    with board.transaction() as session:
        return list(session.scalars(select(Draft.body)))


@only_with_javascript
@pytest.mark.parametrize("failure", [BLOCKED, FULL], ids=["blocked", "full"])
def test_without_storage_the_server_still_has_the_draft_and_the_browser_asks(
    browser, board, failure
):
    page = browser(board.user())
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.add_init_script(failure)
    page.goto("/questions/ask")
    text_of(page).press_sequentially("Half a text")
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    assert asked == ["beforeunload"]
    wait_until(lambda: bodies(board) == ["Half a text"], "the draft was not saved")
    page.goto("/questions/ask")
    page.get_by_role("link", name="Continue where you left off").click()
    expect(text_of(page)).to_have_value("Half a text")
    text_of(page).fill("A whole text")
    expect(saved(page)).to_have_text("Draft saved")
    page.get_by_label("Title").fill("A title")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A title")
    assert bodies(board) == []


@only_with_javascript
def test_what_a_reload_brings_back_is_not_taken_for_the_beginning(browser, board):
    page = browser(board.user())
    page.clock.install()
    page.goto("/questions/ask")
    text_of(page).press_sequentially("Half a text")
    page.clock.fast_forward(4_000)
    expect(saved(page)).to_have_text("Draft saved")
    page.reload()
    expect(text_of(page)).to_have_value("Half a text")
    expect(saved(page)).to_have_text("We restored what you typed.")
    # The offer is of this very text.
    expect(offer(page)).to_have_count(0)
    text_of(page).press_sequentially("!")
    text_of(page).press("Backspace")
    page.clock.fast_forward(20_000)
    expect(saved(page)).to_have_text("Draft saved")
    assert bodies(board) == ["Half a text"]


@only_with_javascript
def test_a_duplicated_tab_does_not_write_over_the_draft_of_the_first(browser, board):
    first = browser(board.user())
    first.goto("/questions/ask")
    text_of(first).fill("both")
    expect(saved(first)).to_have_text("Draft saved")
    second = first.context.new_page()
    # As a browser does it: the new tab begins with a copy of what the first one keeps.
    ((key, kept),) = first.evaluate("Object.entries(sessionStorage)")
    second.add_init_script(
        f"if (!sessionStorage.length) sessionStorage.setItem({json.dumps(key)}, {json.dumps(kept)})"
    )
    second.goto("/questions/ask")
    expect(text_of(second)).to_have_value("both")
    text_of(second).fill("both, typed on in the second")
    expect(saved(second)).to_have_text("Draft saved", timeout=20_000)
    text_of(first).fill("both, typed on in the first")
    expect(saved(first)).to_contain_text("There’s another draft for this form", timeout=20_000)
    assert bodies(board) == ["both, typed on in the second"]
    expect(text_of(first)).to_have_value("both, typed on in the first")


@only_with_javascript
def test_leaving_at_once_saves_twenty_thousand_letters_of_korean(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    written = "가나다라마바사아자 " * 1_999 + "100% & 1+1=2"
    text_of(page).fill(written)
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    wait_until(lambda: bodies(board) == [written], "the draft was not saved")


@only_with_javascript
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_save_that_fails_for_now_is_tried_again(browser, board, status):
    page = browser(board.user())
    page.clock.install()
    page.goto("/questions/ask")
    tried = []

    def answer(route) -> None:
        tried.append(route.request.post_data)
        if len(tried) <= 2:
            route.fulfill(status=status, headers={"Retry-After": "120"}, body="later")
        else:
            route.continue_()

    page.route("**/questions/draft", answer)
    text_of(page).fill("Half a text")
    page.clock.fast_forward(4_000)
    expect(saved(page)).to_have_text(UNSAVED)
    page.clock.fast_forward(60_000)
    assert len(tried) == 1
    page.clock.fast_forward(70_000)
    wait_until(lambda: page.evaluate("1") and len(tried) == 2, "it was not tried again")
    page.clock.fast_forward(130_000)
    expect(saved(page)).to_have_text("Draft saved")
    assert bodies(board) == ["Half a text"]


@only_with_javascript
def test_one_save_at_a_time_and_what_is_typed_meanwhile_is_not_said_to_be_saved(browser, board):
    page = browser(board.user())
    page.clock.install()
    page.goto("/questions/ask")
    held = []
    page.route("**/questions/draft", lambda route: held.append(route))
    text_of(page).fill("first")
    page.clock.fast_forward(4_000)
    wait_until(lambda: page.evaluate("1") and len(held) == 1, "nothing was sent")
    text_of(page).fill("first and second")
    page.clock.fast_forward(16_000)
    page.evaluate("1")
    assert len(held) == 1
    held[0].continue_()
    wait_until(lambda: page.evaluate("1") and len(held) == 2, "the second was not sent")
    expect(saved(page)).to_have_text("")
    held[1].continue_()
    expect(saved(page)).to_have_text("Draft saved")
    assert bodies(board) == ["first and second"]
    text_of(page).fill("first, second and third")
    expect(saved(page)).to_have_text("")


@only_with_javascript
def test_a_save_that_is_not_answered_is_given_up_and_tried_again(browser, board):
    page = browser(board.user())
    page.clock.install()
    page.goto("/questions/ask")
    held = []
    page.route("**/questions/draft", lambda route: held.append(route))
    text_of(page).fill("Half a text")
    page.clock.fast_forward(4_000)
    wait_until(lambda: page.evaluate("1") and len(held) == 1, "nothing was sent")
    page.clock.fast_forward(21_000)
    expect(saved(page)).to_have_text(UNSAVED)
    page.unroute("**/questions/draft")
    page.clock.fast_forward(30_000)
    expect(saved(page)).to_have_text("Draft saved")
