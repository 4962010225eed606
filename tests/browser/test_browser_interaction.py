"""Dialogs, the menu, copying, similar questions and messages, used in less usual ways."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from scripting import PHONE_WIDTH, only_with_javascript
from waiting import wait_until

pytestmark = only_with_javascript

REFUSE_TO_COPY = """navigator.clipboard.writeText = () =>
  Promise.reject(new DOMException("Not now", "NotAllowedError"))"""


@pytest.mark.parametrize(
    "how",
    [
        {"modifiers": ["Control"]},
        {"modifiers": ["Shift"]},
        {"modifiers": ["Control", "Shift"]},
        {"button": "middle"},
    ],
    ids=str,
)
def test_a_link_with_a_dialog_opens_in_another_tab_when_that_is_asked_for(browser, board, how):
    author = board.user()
    question = board.question(author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Delete").click(**how)
    expect(opened.value).to_have_url(f"/questions/{question.id}/delete")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_at_four_times_the_size_text_and_dialog_fit_the_window(browser, board):
    page = browser(board.user())
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto("/questions/ask")
    text = page.get_by_label("Text", exact=True)
    for written in ("", "line\n" * 100):
        text.fill(written)
        assert text.bounding_box()["height"] < 256
    page.get_by_role("link", name="qaboard").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    heading = dialog.get_by_role("heading")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport(ratio=1)
    assert dialog.evaluate("element => element.scrollTop") == 0
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.keyboard.press("?")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()


def test_similar_questions_are_asked_for_between_syllables_only(browser, board):
    board.question(title="커피가 왜 써요?")
    page = browser(board.user())
    page.goto("/questions/ask")
    asked = []
    page.on("request", lambda request: "/similar" in request.url and asked.append(request.url))
    page.get_by_label("Title").focus()
    page.keyboard.insert_text("커피가 왜 ")
    expect(page.get_by_role("link", name="커피가 왜 써요?")).to_be_visible()
    keyboard = page.context.new_cdp_session(page)
    for syllable in ("ㅆ", "써"):
        composed = {"text": syllable, "selectionStart": 1, "selectionEnd": 1}
        keyboard.send("Input.imeSetComposition", composed)
        page.wait_for_timeout(700)
    assert len(asked) == 1
    keyboard.send("Input.insertText", {"text": "써"})
    wait_until(lambda: page.evaluate("true") and len(asked) == 2, "it was not asked for")


def test_similar_questions_are_shown_for_a_title_that_came_back(browser, board):
    board.question(title="Why is my coffee bitter?")
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("Why is coffee bitter")
    expect(page.get_by_role("link", name="Why is my coffee bitter?")).to_be_visible()
    page.goto("/questions/")
    page.goto("/questions/ask")
    expect(page.get_by_label("Title")).to_have_value("Why is coffee bitter")
    expect(page.get_by_role("link", name="Why is my coffee bitter?")).to_be_visible()


def test_a_late_answer_about_an_older_title_is_not_shown(browser, board):
    for title in ("Bitter coffee beans", "Empty garden beds"):
        board.question(title=title)
    page = browser(board.user())
    page.goto("/questions/ask")
    held = []
    page.route("**/similar?*", lambda route: held.append(route))
    title = page.get_by_label("Title")
    for count, word in enumerate(("coffee", "garden"), 1):
        title.fill(f"{word} again")
        wait_until(lambda n=count: page.evaluate("true") and len(held) == n, "nothing was sent")
    # A text that was typed before, so that the same answer is expected again.
    title.fill("coffee again")
    wait_until(lambda: page.evaluate("true") and len(held) == 3, "nothing was sent")
    held[2].continue_()
    expect(page.get_by_role("link", name="Bitter coffee beans")).to_be_visible()
    for late in (held[1], held[0]):
        assert late.request.failure, "it was not given up"
    expect(page.get_by_role("link", name="Empty garden beds")).to_have_count(0)


def test_copying_that_is_refused_says_so(browser, board):
    question = board.question(body="    print()")
    page = browser()
    page.add_init_script(REFUSE_TO_COPY)
    page.goto(f"/questions/{question.id}/")
    page.get_by_role("button", name="Copy").click()
    button = page.locator(".copy-button")
    expect(button).to_have_text("Not copied. Select the text and copy it yourself.")
    expect(button).to_have_text("Copy", timeout=15_000)


def test_escape_closes_the_menu_and_gives_the_focus_back(browser, board):
    page = browser(width=PHONE_WIDTH)
    page.goto("/questions/")
    button = page.get_by_role("button", name="Menu")
    button.click()
    link = page.get_by_role("banner").get_by_role("link", name="Log in")
    link.focus()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    # It is no key of anything else then.
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_a_message_that_comes_with_the_page_is_told(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.get_by_label("Text", exact=True).fill("A text")
    page.get_by_role("button", name="Post your question").click()
    expect(page.locator("#announcement")).to_have_text("Question posted.")
    page.goto("/questions/")
    page.wait_for_timeout(700)
    expect(page.locator("#announcement")).to_have_text("")
