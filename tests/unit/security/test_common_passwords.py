"""The list of common passwords is asked for whole lines."""

from __future__ import annotations

from importlib.resources import files

import pytest

from qaboard.security.common_passwords import is_common_password

LINES = (
    (files("qaboard.security") / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
)


@pytest.mark.parametrize("password", [LINES[0], LINES[5000], LINES[-1], LINES[1].upper()])
def test_each_line_is_a_common_password(password):
    assert is_common_password(password)


@pytest.mark.parametrize(
    "password", ["", LINES[0][:-1], LINES[0][1:], "\n".join(LINES[:2]), f"{LINES[0]}\n"]
)
def test_what_is_only_near_a_line_is_none(password):
    assert not is_common_password(password)
