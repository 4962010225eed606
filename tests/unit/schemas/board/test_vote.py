"""The values of the vote buttons."""

from __future__ import annotations

import pytest

from qaboard.schemas.board.vote import VoteSchema


@pytest.mark.parametrize("value", ["1", "0", "-1"])
def test_a_vote_is_up_down_or_none(errors_of, value):
    assert errors_of(VoteSchema(), value=value) == set()


@pytest.mark.parametrize("value", ["2", "-2", "+1", "01", "1.0", "", "x"])
def test_nothing_else_is_a_vote(errors_of, value):
    assert errors_of(VoteSchema(), value=value) == {"value"}
