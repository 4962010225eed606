"""Editing one's posts, alone and in two browsers at once."""

from __future__ import annotations

import re

from acting import fill, press
from playwright.sync_api import expect
from scripting import with_javascript_and_by_keyboard


def test_an_edited_question_says_when(browser, board):
    author = board.user()
    question = board.question(author, "Befor", "old")
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    expect(page.locator(".edited")).to_have_count(0)
    press(page.get_by_role("link", name="Edit", exact=True))
    expect(page.get_by_label("Title")).to_have_value("Befor")
    expect(page.get_by_label("Text", exact=True)).to_have_value("old")
    fill(page.get_by_label("Title"), "After")
    fill(page.get_by_label("Text", exact=True), "new **text**")
    press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status")).to_have_text("Changes saved.")
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
    expect(page.locator("#question strong")).to_have_text("text")
    edited = page.locator("#question .edited")
    expect(edited).to_have_text(re.compile(r"edited\s+\d+ seconds? ago"))
    expect(edited.locator("time")).to_have_attribute("title", re.compile(r"20\d\d"))


@with_javascript_and_by_keyboard
def test_an_edited_answer_is_where_its_author_lands(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    article = page.locator(f"#answer-{answer.id}")
    press(article.get_by_role("link", name="Edit"))
    fill(page.get_by_label("Text", exact=True), "better")
    press(page.get_by_role("button", name="Save"))
    expect(page).to_have_url(f"/questions/{question.id}/#answer-{answer.id}")
    expect(article.locator(".post-body")).to_have_text("better")


def test_of_two_browsers_that_edit_at_once_the_second_is_told_and_loses_nothing(browser, board):
    author = board.user()
    question = board.question(author, "A title", "before both")
    first, second = browser(author), browser(author)
    for page in (first, second):
        page.goto(f"/questions/{question.id}/edit")
    fill(first.get_by_label("Text", exact=True), "from the first")
    press(first.get_by_role("button", name="Save"))
    expect(first.get_by_role("status")).to_have_text("Changes saved.")

    fill(second.get_by_label("Text", exact=True), "from the second")
    press(second.get_by_role("button", name="Save"))
    summary = second.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Someone saved this post while you were editing.")
    expect(second.get_by_label("Text", exact=True)).to_have_value("from the second")
    expect(second.get_by_role("textbox", name="Saved version")).to_have_value("from the first")
    difference = second.get_by_role("group", name="Differences")
    expect(difference.get_by_role("deletion")).to_have_text("[saved version only: first]")
    expect(difference.get_by_role("insertion")).to_have_text("[yours only: second]")
    # From here one goes on writing.
    fill(second.get_by_label("Text", exact=True), "from the first and the second")
    press(second.get_by_role("button", name="Save"))
    expect(second.get_by_role("status")).to_have_text("Changes saved.")
    expect(second.locator("#question .post-body")).to_have_text("from the first and the second")


@with_javascript_and_by_keyboard
def test_leaving_without_saving_changes_nothing(browser, board):
    author = board.user()
    question = board.question(author, body="as it was")
    page = browser(author)
    page.goto(f"/questions/{question.id}/edit")
    fill(page.get_by_label("Text", exact=True), "not meant")
    press(page.get_by_role("link", name="Back without saving"))
    expect(page.locator("#question .post-body")).to_have_text("as it was")
