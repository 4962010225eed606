"""Addresses that templates begin with."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("prefix", ["", "/board"])
def test_addresses_begin_where_the_board_is_mounted(make_request, prefix):
    request = make_request("/questions/", base_url=f"http://localhost{prefix}")
    assert request.questions_path == f"{prefix}/questions/"
    assert request.question_path(7) == f"{prefix}/questions/7/"
    assert request.user_path(7) == f"{prefix}/users/7/"
