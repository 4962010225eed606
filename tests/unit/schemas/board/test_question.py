"""The forms for questions."""

from __future__ import annotations

import pytest

from qaboard.models import Post, Question
from qaboard.schemas.board.question import AskSchema, EditQuestionSchema

LONGEST = {"title": "t" * Question.TITLE_MAX_CHARACTERS, "body": "b" * Post.BODY_MAX_CHARACTERS}


def test_the_longest_question_is_taken(errors_of):
    assert errors_of(AskSchema(), **LONGEST) == set()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": LONGEST["title"] + "t"}, {"title"}),
        ({"body": LONGEST["body"] + "b"}, {"body"}),
        ({"title": "\u3164", "body": "\u200b\n"}, {"title", "body"}),
    ],
)
def test_what_cannot_be_stored_or_says_nothing_is_refused(errors_of, changes, errors):
    assert errors_of(AskSchema(), **LONGEST | changes) == errors


def test_line_ends_of_a_title_become_spaces_and_control_characters_go():
    fields = {"title": "Tea\n\tor coffee\x00", "body": "a\x00\tb\x1b\r\n"}
    assert AskSchema().deserialize(fields) == {"title": "Tea or coffee", "body": "a\tb\n"}


def test_line_ends_are_counted_as_they_are_stored(errors_of):
    body = "\r\n" * (Post.BODY_MAX_CHARACTERS - 1) + "b"
    assert errors_of(AskSchema(), title="t", body=body) == set()


@pytest.mark.parametrize(("version", "expected"), [("3", 3), (None, None)])
def test_an_edit_names_its_version_or_none(version, expected):
    fields = {"title": "t", "body": "b"} | ({"version": version} if version else {})
    assert EditQuestionSchema().deserialize(fields)["version"] == expected


@pytest.mark.parametrize("version", ["0", "-1", "x", "9" * 20])
def test_no_other_version_can_be_named(errors_of, version):
    assert errors_of(EditQuestionSchema(), title="t", body="b", version=version) == {"version"}
