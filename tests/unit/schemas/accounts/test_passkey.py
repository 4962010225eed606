"""The forms for passkeys."""

from __future__ import annotations

import pytest

from qaboard.schemas.accounts.passkey import (
    CREDENTIAL_MAX_CHARACTERS,
    AddPasskeySchema,
    UsePasskeySchema,
)


@pytest.mark.parametrize(
    ("name", "errors"), [("phone", set()), ("", {"name"}), (" ", {"name"}), ("x" * 51, {"name"})]
)
def test_a_passkey_needs_a_short_name(errors_of, name, errors):
    assert errors_of(AddPasskeySchema(), name=name, credential="{}") == errors


def test_the_answer_of_a_device_has_a_limit(errors_of):
    longest = "x" * CREDENTIAL_MAX_CHARACTERS
    assert errors_of(UsePasskeySchema(), credential=longest) == set()
    assert errors_of(UsePasskeySchema(), credential=longest + "x") == {"credential"}


def test_a_browser_without_scripts_sends_no_answer():
    assert UsePasskeySchema().deserialize({}) == {"credential": "", "next": ""}
