"""Drafts that a page has seen."""

from __future__ import annotations

import pytest

from qaboard.models import Draft, SeenDraft
from qaboard.schemas.board.draft import read_seen_drafts

WRITER = "0123456789abcdef"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (SeenDraft(WRITER, 3), True),
        (SeenDraft(WRITER, 4), True),
        (SeenDraft(WRITER, 2), False),
        (SeenDraft(WRITER, None), True),
        (SeenDraft("f" * 16, 3), False),
    ],
)
def test_a_draft_was_seen_up_to_a_save_of_its_page(seen, expected):
    assert seen.includes(Draft(writer=WRITER, save_number=3)) is expected


@pytest.mark.parametrize("seen", [SeenDraft(WRITER, 7), SeenDraft(WRITER, None)])
def test_a_form_names_it_as_it_is_read_again(seen):
    assert read_seen_drafts(str(seen)) == [seen]
