"""The forms about email addresses."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.email_address import EmailSchema, NewEmailSchema


@pytest.mark.parametrize(
    "email",
    ["a@example.com", "a+b@mail.example.co.kr", "민지@예시.한국", "a@xn--bcher-kva.example"],
)
def test_an_address_that_can_exist_is_taken(errors_of, email):
    assert errors_of(NewEmailSchema(), email=email) == set()


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@", "@example.com", "a b@example.com", "a@b@example.com", "a@example.com,b@x.com",
     "a@example.com\nBcc: b@x.com", "<a@example.com>", "a@-example.com", f"{'a' * 250}@x.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_by_both_forms(errors_of, email):
    for schema in (EmailSchema(), NewEmailSchema()):
        assert errors_of(schema, email=email) == {"email"}


@pytest.mark.parametrize("email", ["a@localhost", "ﬁ@example.com", "a@xn--a.example"])
def test_an_address_that_cannot_get_a_mail_is_looked_for_and_not_stored(errors_of, email):
    assert errors_of(EmailSchema(), email=email) == set()
    assert errors_of(NewEmailSchema(), email=email) == {"email"}


def test_wide_letters_of_a_korean_keyboard_are_narrow():
    assert NewEmailSchema().deserialize({"email": "ａ＠example。com"})["email"] == "a@example.com"
