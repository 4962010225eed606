"""Choosing the language of the site."""

from __future__ import annotations

import re

from acting import press
from playwright.sync_api import expect
from scripting import with_javascript_and_by_keyboard


def test_a_visitor_switches_the_language_and_stays_on_the_page(browser, board):
    question = board.question(title="A question")
    path = f"/questions/{question.id}/"
    page = browser()
    page.goto(path)
    press(page.get_by_role("link", name=re.compile("한국어|English")))
    press(page.get_by_role("button", name="한국어"))
    expect(page).to_have_url(path)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=2)).to_have_text(["질문", "답변 0개"])
    page.goto("/questions/")
    expect(page.get_by_role("heading", level=1)).to_have_text("질문")
    press(page.get_by_role("link", name=re.compile("한국어|English")))
    expect(page.get_by_role("button", name="한국어", pressed=True)).to_be_visible()
    press(page.get_by_role("button", name="English"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")


@with_javascript_and_by_keyboard
def test_a_user_keeps_the_language_in_another_browser(browser, board):
    user = board.user()
    page = browser(user)
    page.goto("/account/")
    press(page.get_by_role("button", name="한국어"))
    expect(page).to_have_url("/account/")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    other = browser(user)
    other.goto("/questions/")
    expect(other.locator("html")).to_have_attribute("lang", "ko")
