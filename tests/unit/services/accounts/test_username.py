"""Names that look like one another, as Unicode TR39 says and some more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.i18n.confusables import _prototypes, skeleton
from qaboard.services.accounts.username import _is_reserved, reserved_usernames


@pytest.mark.parametrize(
    "username",
    [
        "admin",
        "Admin",
        "ADMIN",
        "admin1",
        "admin_2026",
        "a.d.m.i.n",
        "_admin_",
        "adm1n",
        "admln",
        "adrnin",
        "admín",
        # Cyrillic, Greek, Cherokee and full-width letters.
        "аdmin",
        "Αdmin",
        "аԁmіn",
        "ꭺdmin",
        "ａｄｍｉｎ",
        "mоderаtоr",
        "m0derator",
        "ѕtaff",
        "운영자",
        "운영.자",
        "운영자77",
        "운영ㅈㅏ",
        "관리자",
        "고객_센터",
    ],
)
def test_is_reserved(username):
    assert _is_reserved(username)


@pytest.mark.parametrize(
    "username",
    [
        "minji",
        "민지_dev",
        "관리사무소민지",
        "Admiral",
        "badminton",
        "운영",
        "커피좋아",
        "Иван",
        "12",
        "...",
    ],
)
def test_is_free(username):
    assert not _is_reserved(username)


@given(st.text(max_size=30))
def test_a_skeleton_is_its_own(text):
    assert skeleton(skeleton(text)) == skeleton(text)


@given(st.sampled_from(reserved_usernames()), st.randoms())
def test_any_letter_may_be_replaced_by_one_that_looks_like_it(name, random):
    alike: dict[str, list[str]] = {}
    for code, prototype in _prototypes().items():
        alike.setdefault(prototype, [prototype]).append(chr(code))
    changed = "".join(random.choice(alike.get(letter, [letter])) for letter in name)
    assert _is_reserved(changed)
