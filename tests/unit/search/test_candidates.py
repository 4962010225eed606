"""Candidates of a search."""

from __future__ import annotations

import pytest

from qaboard.search.candidates import newest_first, pack


def test_candidates_come_newest_first_and_none_without_a_post_or_tokens():
    rows = [(1, "a", "b", "c", 0), (3, "a", "b", "c", 2), (2, None, "b", "c", 0)]
    assert [candidate.post_id for candidate in newest_first(rows)] == [3, 1]


@pytest.mark.parametrize(("token", "count"), [("a", 3), ("aa", 1), ("b", 0)])
def test_each_packed_token_can_be_counted(token, count):
    assert pack(["a", "a", "aa", "a"]).count(pack([token])) == count
