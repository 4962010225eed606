"""The forms for answers."""

from __future__ import annotations

from qaboard.models import Post
from qaboard.schemas.board.answer import AnswerSchema, EditAnswerSchema


def test_an_answer_is_a_text_of_limited_length(errors_of):
    longest = "b" * Post.BODY_MAX_CHARACTERS
    assert errors_of(AnswerSchema(), body=longest) == set()
    assert errors_of(AnswerSchema(), body=longest + "b") == {"body"}
    assert errors_of(AnswerSchema(), body=" ") == {"body"}


def test_an_indented_first_line_keeps_its_spaces():
    values = EditAnswerSchema().deserialize({"body": "    code\r\n", "version": "2"})
    assert values == {"body": "    code\n", "version": 2}
