"""The record of the request that is being answered."""

from __future__ import annotations

from qaboard.http.request_context import (
    RequestRecord,
    current_record,
    note_user,
    note_view,
    request_id,
)


def test_a_request_is_noted_with_its_view_and_user():
    token = current_record.set(record := RequestRecord("abc"))
    try:
        note_view("list_questions")
        note_user(7)
        assert request_id() == "abc"
    finally:
        current_record.reset(token)
    assert (record.view, record.user_id) == ("list_questions", 7)


def test_outside_of_a_request_nothing_is_noted_and_the_log_says_so():
    note_view("list_questions")
    note_user(7)
    assert request_id() == "-"
