"""The board in Korean, as a browser that asks for Korean sees it."""

from __future__ import annotations

import re

import pytest
from acting import fill, press
from factories import PASSWORD
from playwright.sync_api import expect
from scripting import only_with_javascript, with_and_without_javascript


@pytest.fixture
def locale() -> str:
    return "ko-KR"


@with_and_without_javascript
def test_a_newcomer_signs_up_asks_and_is_found(browser, board):
    page = browser()
    page.goto("/questions/ask")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    press(page.get_by_role("main").get_by_role("link", name="회원 가입"))
    fill(page.get_by_label("닉네임"), "새사람")
    fill(page.get_by_label("이메일 주소"), "new@example.org")
    fill(page.get_by_label("비밀번호", exact=True), "짧아요")
    fill(page.get_by_label("비밀번호 확인"), "짧아요")
    press(page.get_by_role("button", name="회원 가입"))
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert.get_by_role("link")).to_contain_text("비밀번호")
    fill(page.get_by_label("비밀번호", exact=True), PASSWORD)
    fill(page.get_by_label("비밀번호 확인"), PASSWORD)
    press(page.get_by_role("button", name="회원 가입"))
    expect(page.get_by_role("status").first).to_contain_text("새사람 님, 환영해요!")

    expect(page).to_have_url("/questions/ask")
    fill(page.get_by_label("제목"), "게시판질문은 어디에 올리나요?")
    fill(page.locator("#ask-body"), "처음이라 **모르겠어요**.")
    press(page.get_by_role("button", name="질문 올리기"))
    expect(page.get_by_role("status")).to_have_text("질문을 올렸어요.")
    expect(page.locator("#question time")).to_have_text(re.compile("전$"))

    fill(page.get_by_role("searchbox", name="검색"), "질문")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("‘질문’ 검색")
    expect(page.locator(".question-title mark")).to_have_text("질문")


# What Korean text, too, has in Latin letters.
KNOWN_WORDS = frozenset(
    ["qaboard", "Markdown", "JSON", "TOTP", "PIN", "https", "English", "user", "example", "com"]
)


@only_with_javascript
def test_no_page_shows_english_to_who_reads_korean(browser, board):
    author = board.user("하늘")
    question = board.question(author, "질문입니다", "내용입니다")
    board.answer(question, author, "답변입니다")
    own = f"/questions/{question.id}/"
    paths = [
        "/questions/",
        "/questions/?sort=unanswered",
        "/questions/?q=질문",
        "/questions/?q=없음",
        own,
        f"{own}edit",
        f"{own}delete",
        "/questions/ask",
        f"/users/{author.id}/",
        f"/users/{author.id}/?tab=answers",
        "/account/",
        "/account/two-factor",
        "/account/passkeys",
        "/nothing",
    ]
    page = browser(author)
    for path in paths:
        page.goto(path)
        shown = f"{page.title()}\n{page.locator('main').inner_text()}"
        words = set(re.findall(r"[A-Za-z]{3,}", shown))
        assert words <= KNOWN_WORDS, path
