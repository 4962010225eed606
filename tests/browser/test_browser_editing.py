"""Editing one's posts, alone and in two browsers at once."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from scripting import only_with_javascript


def test_an_edited_question_says_when(browser, board):
    author = board.user()
    question = board.question(author, "Befor", "old")
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    expect(page.locator(".edited")).to_have_count(0)
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_label("Title")).to_have_value("Befor")
    expect(page.get_by_label("Text", exact=True)).to_have_value("old")
    page.get_by_label("Title").fill("After")
    page.get_by_label("Text", exact=True).fill("new **text**")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Your changes are saved.")
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
    expect(page.locator("#question strong")).to_have_text("text")
    edited = page.locator("#question .edited")
    expect(edited).to_have_text(re.compile(r"edited\s+\d+ seconds? ago"))
    expect(edited.locator("time")).to_have_attribute("title", re.compile(r"20\d\d"))


@only_with_javascript
def test_an_edited_answer_is_where_its_author_lands(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    article = page.locator(f"#answer-{answer.id}")
    article.get_by_role("link", name="Edit").click()
    page.get_by_label("Text", exact=True).fill("better")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"/questions/{question.id}/#answer-{answer.id}")
    expect(article.locator(".post-body")).to_have_text("better")


def test_of_two_browsers_that_edit_at_once_the_second_is_told_and_loses_nothing(browser, board):
    author = board.user()
    question = board.question(author, "A title", "before both")
    first, second = browser(author), browser(author)
    for page in (first, second):
        page.goto(f"/questions/{question.id}/edit")
    first.get_by_label("Text", exact=True).fill("from the first")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("status")).to_have_text("Your changes are saved.")

    second.get_by_label("Text", exact=True).fill("from the second")
    second.get_by_role("button", name="Save").click()
    summary = second.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Somebody saved this post while you were editing.")
    expect(second.get_by_label("Text", exact=True)).to_have_value("from the second")
    expect(second.get_by_role("textbox", name="What is saved now")).to_have_value("from the first")
    difference = second.get_by_role("group", name="What differs")
    expect(difference.get_by_role("deletion")).to_have_text("[only saved: first]")
    expect(difference.get_by_role("insertion")).to_have_text("[only yours: second]")
    # From here one goes on writing.
    second.get_by_label("Text", exact=True).fill("from the first and the second")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("status")).to_have_text("Your changes are saved.")
    expect(second.locator("#question .post-body")).to_have_text("from the first and the second")


@only_with_javascript
def test_leaving_without_saving_changes_nothing(browser, board):
    author = board.user()
    question = board.question(author, body="as it was")
    page = browser(author)
    page.goto(f"/questions/{question.id}/edit")
    page.get_by_label("Text", exact=True).fill("not meant")
    page.get_by_role("link", name="Back without saving").click()
    expect(page.locator("#question .post-body")).to_have_text("as it was")
