"""The form to confirm a login again."""

from __future__ import annotations

from qaboard.schemas.accounts.reauthentication import ReauthenticationSchema


def test_spaces_of_a_password_stay_and_those_of_a_code_go():
    fields = {"password": " secret ", "code": "123 456"}
    values = ReauthenticationSchema().deserialize(fields)
    assert values == {"password": " secret ", "code": "123456", "next": ""}


def test_who_has_no_second_factor_is_asked_for_no_code(errors_of):
    schema = ReauthenticationSchema()
    assert errors_of(schema, password="secret") == {"code"}
    del schema["code"]
    assert errors_of(schema, password="secret") == set()
