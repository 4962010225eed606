"""The board in Korean, as a browser that asks for Korean sees it."""

from __future__ import annotations

import re

import pytest
from factories import PASSWORD
from playwright.sync_api import expect
from scripting import only_with_javascript


@pytest.fixture
def locale() -> str:
    return "ko-KR"


def test_a_newcomer_signs_up_and_asks_in_korean(browser, board):
    page = browser()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("질문")
    page.get_by_role("link", name="가입").click()
