"""Drafts as scripts send them."""

from __future__ import annotations

import pytest

from qaboard.models import SeenDraft
from qaboard.schemas.board.draft import DraftSchema, is_writer, read_seen_drafts

WRITER = "0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WRITER, True),
        (WRITER * 2, True),
        (WRITER[:15], False),
        (WRITER.upper(), False),
        ("", False),
    ],
)
def test_a_writer_is_16_to_32_small_hexadecimal_digits(text, expected):
    assert is_writer(text) is expected


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", []),
        (WRITER, [SeenDraft(WRITER, None)]),
        (f"{WRITER}-7 {WRITER}-8", [SeenDraft(WRITER, 7), SeenDraft(WRITER, 8)]),
        (" ".join([WRITER] * 6), None),
        (f"{WRITER}-", None),
        (f"{WRITER}  {WRITER}", None),
        ("x", None),
    ],
)
def test_drafts_that_were_seen_are_named_by_writer_and_number(text, seen):
    assert read_seen_drafts(text) == seen


def test_an_unfinished_text_may_be_empty():
    values = DraftSchema().deserialize({"writer": WRITER})
    assert (values["title"], values["body"], values["number"]) == ("", "", None)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"writer": "x"}, {"writer"}),
        ({"writer": WRITER, "number": "0"}, {"number"}),
        ({"writer": WRITER, "continues": "x"}, {"continues"}),
        ({"writer": WRITER, "title": "x" * 201}, {"title"}),
    ],
)
def test_what_no_page_sends_is_refused(errors_of, fields, errors):
    assert errors_of(DraftSchema(), **fields) == errors
