"""Deleting asks first, in a dialog or on a page of its own, and is undone by restoring."""

from __future__ import annotations

import re

from acting import press
from playwright.sync_api import expect
from scripting import only_without_javascript, with_javascript_and_by_keyboard


@with_javascript_and_by_keyboard
def test_the_dialog_can_be_cancelled(browser, board):
    author = board.user()
    question = board.question(author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    link = page.get_by_role("link", name="Delete")
    dialog = page.get_by_role("dialog", name="Delete this question?")
    press(link)
    expect(dialog).to_be_visible()
    press(dialog.get_by_role("button", name="Cancel"))
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    press(link)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert board.read(question).deleted_at is None


@only_without_javascript
def test_the_page_that_asks_can_be_left(browser, board):
    author = board.user()
    question = board.question(author, "Stays", "its text")
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("link", name="Delete"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete this question?")
    expect(page.get_by_role("main")).to_contain_text("its text")
    press(page.get_by_role("link", name="Cancel"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Stays")


@only_without_javascript
def test_a_question_is_deleted_and_restored_from_its_authors_profile(browser, board):
    author = board.user("Ann")
    question = board.question(author, "Goes and comes back")
    board.answer(question, body="comes back with it")
    path = f"/questions/{question.id}/"
    page, visitor = browser(author), browser()
    page.goto(path)
    press(page.get_by_role("link", name="Delete"))
    # The same words stand in the dialog and on the page.
    press(page.get_by_role("button", name="Delete"))
    expect(page).to_have_url("/questions/")
    expect(page.get_by_role("status")).to_contain_text("Question deleted.")
    expect(page.get_by_role("main")).not_to_contain_text("Goes and comes back")
    assert visitor.goto(path).status == 404

    press(page.get_by_role("link", name="Ann"))
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="Goes and comes back")
    expect(row).to_contain_text(re.compile("deleted", re.IGNORECASE))
    press(row.get_by_role("button", name="Restore"))
    expect(page).to_have_url(path)
    expect(page.get_by_role("status")).to_have_text("Post restored.")
    assert visitor.goto(path).status == 200
    expect(visitor.get_by_role("main")).to_contain_text("comes back with it")


def test_an_answer_is_deleted_and_restored(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author, "mine")
    board.answer(question, body="another's")
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("link", name="Delete"))
    press(page.get_by_role("button", name="Delete"))
    expect(page.get_by_role("main")).to_contain_text("Answer deleted.")
    expect(page.get_by_role("heading", level=2, name="1 answer")).to_be_visible()
    expect(page.locator(f"#answer-{answer.id}")).to_have_count(0)
    page.goto(f"/questions/{question.id}/answers/{answer.id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Deleted answer")
    press(page.get_by_role("button", name="Restore"))
    expect(page).to_have_url(f"/questions/{question.id}/#answer-{answer.id}")
    expect(page.get_by_role("heading", level=2, name="2 answers")).to_be_visible()
