"""The form to choose a language."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.account import LanguageSchema


@pytest.mark.parametrize(("locale", "errors"), [("ko", set()), ("en", set()), ("EN", {"locale"})])
def test_a_language_is_one_of_the_board(errors_of, locale, errors):
    assert errors_of(LanguageSchema(), locale=locale) == errors


def test_where_to_go_afterwards_may_be_left_out():
    assert LanguageSchema().deserialize({"locale": "ko"}) == {"locale": "ko", "next": ""}
