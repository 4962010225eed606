"""Answering, and landing on the answer."""

from __future__ import annotations

import re

from acting import fill, press
from playwright.sync_api import expect
from scripting import with_javascript_and_by_keyboard


def test_an_answer_is_written_and_its_author_lands_on_it(browser, board):
    question = board.question(body="\n\n".join(["A long question."] * 60))
    page = browser(board.user("하늘"))
    page.goto(f"/questions/{question.id}/")
    fill(page.get_by_label("Text", exact=True), "필터로 *내립니다*.")
    press(page.get_by_role("button", name="Post your answer"))
    expect(page).to_have_url(re.compile(rf"/questions/{question.id}/#answer-\d+$"))
    expect(page.get_by_role("status")).to_have_text("Answer posted.")
    answer = page.get_by_role("article", name="Answer by 하늘")
    expect(answer).to_have_id(page.url.partition("#")[2])
    expect(answer.locator("em")).to_have_text("내립니다")
    expect(answer).to_be_in_viewport()


def test_an_answer_of_nothing_is_refused_and_the_error_is_in_view(browser, board):
    question = board.question(body="\n\n".join(["A long question."] * 60))
    page = browser(board.user())
    page.goto(f"/questions/{question.id}/")
    fill(page.get_by_label("Text", exact=True), "   ")
    press(page.get_by_role("button", name="Post your answer"))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    press(summary.get_by_role("link", name="Text: Fill in this field."))
    expect(page.get_by_label("Text", exact=True)).to_be_focused()
    fill(page.get_by_label("Text", exact=True), "Something.")
    press(page.get_by_role("button", name="Post your answer"))
    expect(page.get_by_role("status")).to_have_text("Answer posted.")


@with_javascript_and_by_keyboard
def test_an_answer_on_a_later_page_is_found_by_its_address(browser, board):
    question = board.question()
    answers = [board.answer(question, body=f"answer {number}") for number in range(31)]
    page = browser()
    page.goto(f"/questions/{question.id}/answers/{answers[-1].id}/")
    expect(page).to_have_url(f"/questions/{question.id}/?page=2#answer-{answers[-1].id}")
    expect(page.get_by_role("article", name="Answer by")).to_have_count(1)
    press(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Previous"))
    expect(page.get_by_role("article", name="Answer by")).to_have_count(30)
