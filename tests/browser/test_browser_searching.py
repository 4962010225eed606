"""Searching, in Korean and in English."""

from __future__ import annotations

from acting import fill, press
from playwright.sync_api import Page, expect
from scripting import with_javascript_and_by_keyboard


def search(page: Page, text: str) -> None:
    """Type into the search field at the top and press Enter."""
    field = page.get_by_role("searchbox", name="Search")
    fill(field, text)
    page.keyboard.press("Enter")


def test_a_korean_word_is_found_inside_others_and_marked(browser, board):
    question = board.question(title="게시판질문을 어떻게 올리나요?", body="처음이라서 모릅니다.")
    answer = board.answer(question, body="먼저 **질문을** 쓰세요.")
    board.question(title="Something else")
    page = browser()
    page.goto("/questions/")
    search(page, "질문")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “질문”")
    expect(page.get_by_role("status")).to_have_text("2 results")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("질문")
    hits = page.get_by_role("main").get_by_role("listitem")
    marked = hits.filter(has_text="Question").locator(".question-title mark")
    expect(marked).to_have_text("질문")
    found_answer = hits.filter(has_text="Answer")
    expect(found_answer.locator(".snippet mark")).to_have_text("질문")
    press(found_answer.get_by_role("heading").get_by_role("link"))
    expect(page).to_have_url(f"/questions/{question.id}/#answer-{answer.id}")


@with_javascript_and_by_keyboard
def test_what_is_not_found_is_said_with_what_to_do(browser, board):
    board.question(title="The kettle & the <cup>")
    page = browser()
    page.goto("/questions/")
    search(page, "없는 낱말")
    expect(page.get_by_role("status")).to_have_text("0 results")
    expect(page.get_by_role("main")).to_contain_text("Try other words or fewer filters")
    search(page, "KETTLE")
    expect(page.locator(".question-title")).to_have_text("The kettle & the <cup>")
    expect(page.locator(".question-title mark")).to_have_text("kettle")
