"""Pressing "send" several times while the server waits for its database: one post, one account."""

from __future__ import annotations

from contextlib import contextmanager

from acting import fill
from playwright.sync_api import Locator, Page, expect
from scripting import with_and_without_javascript

pytestmark = with_and_without_javascript

PRESSES = 3
PAUSE_MILLISECONDS = 700


def press_impatiently(page: Page, board, button: Locator) -> list[str]:
    """Press a button three times while nobody can write; the requests that were sent."""
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    with keep_writers_waiting(board):
        for _ in range(PRESSES):
            # By the mouse alone: a locator would wait for the page that is loading.
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(PAUSE_MILLISECONDS)
    return sent


@contextmanager
def keep_writers_waiting(board):
    with board.transaction() as session:
        session.connection()
        yield


def test_asking(browser, board, javascript):
    page = browser(board.user("하늘"))
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "How do I brew coffee?")
    fill(page.get_by_label("Text", exact=True), "I have a kettle.")
    sent = press_impatiently(page, board, page.get_by_role("button", name="Post your question"))
    expect(page.get_by_role("status").first).to_contain_text("Question posted.")
    assert len(sent) == (1 if javascript else PRESSES)
    assert len(board.facts()["posts"]) == 1


def test_answering(browser, board, javascript):
    question = board.question()
    page = browser(board.user("하늘"))
    page.goto(f"/questions/{question.id}/")
    fill(page.get_by_label("Text", exact=True), "With hot water.")
    sent = press_impatiently(page, board, page.get_by_role("button", name="Post your answer"))
    expect(page.get_by_role("status").first).to_contain_text("Answer posted.")
    assert len(sent) == (1 if javascript else PRESSES)
    assert board.read(question).answer_count == 1


def test_editing(browser, board, javascript):
    author = board.user("하늘")
    question = board.question(author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/edit")
    fill(page.get_by_label("Text", exact=True), "I have two kettles.")
    sent = press_impatiently(page, board, page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status").first).to_contain_text("Changes saved.")
    assert len(sent) == (1 if javascript else PRESSES)
    assert board.read(question).version == 2


def test_signing_up(browser, board, javascript):
    page = browser()
    page.goto("/signup")
    fill(page.get_by_label("Username", exact=True), "하늘")
    fill(page.get_by_label("Email address"), "haneul@example.com")
    fill(page.get_by_label("Password", exact=True), "correct horse")
    fill(page.get_by_label("Confirm password"), "correct horse")
    sent = press_impatiently(
        page, board, page.get_by_role("main").get_by_role("button", name="Sign up")
    )
    expect(page.get_by_role("status").first).to_contain_text("You’re signed up and logged in.")
    assert len(sent) == (1 if javascript else PRESSES)
    assert [user.username for user in board.users()] == ["하늘"]


def test_voting(browser, board, javascript):
    question = board.question()
    page = browser(board.user("하늘"))
    page.goto(f"/questions/{question.id}/")
    button = page.locator("#question .vote-box form").first.get_by_role("button")
    sent = press_impatiently(page, board, button)
    expect(page.locator("#question .vote-score")).to_have_text("Score: 1")
    assert len(sent) == (1 if javascript else PRESSES)
    assert board.read(question).score == 1


def test_coming_back_to_a_form_that_was_sent(browser, board):
    page = browser(board.user("하늘"))
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "How do I brew coffee?")
    fill(page.get_by_label("Text", exact=True), "I have a kettle.")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do I brew coffee?")
    page.go_back()
    fill(page.get_by_label("Title"), "How do I brew tea?")
    fill(page.get_by_label("Text", exact=True), "I have a kettle and leaves.")
    page.get_by_role("button", name="Post your question").click()
    page.wait_for_load_state()
    # Either the page was made anew, and this is another question; or what was typed is shown again.
    if page.get_by_role("link", name="View that post").is_visible():
        expect(page.get_by_label("Title")).to_have_value("How do I brew tea?")
        page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do I brew tea?")
    assert len(board.facts()["posts"]) == 2
