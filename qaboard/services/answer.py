"""Answering questions, editing answers, and where an answer stands among the others."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from qaboard.models import Answer, Question, utc_now
from qaboard.services.post import (
    Render,
    check_author,
    check_version,
    says_the_same,
    set_body,
    update_live,
    write_to_index,
)


class AnswerSort(StrEnum):
    """The orders in which answers are shown; the first one is the usual one."""

    VOTES = "votes"
    OLDEST = "oldest"


def answer(
    session: Session, question: Question, *, author_id: int, body: str, render: Render
) -> Answer:
    """Write an answer below a question.

    :param body: Markdown.
    :return: the answer, with its id.
    :raises StaleDataError: when the question was deleted meanwhile; the request runs again.
    """
    now = utc_now()
    written = Answer(author_id=author_id, question_id=question.id, created_at=now)
    set_body(written, body, render)
    session.add(written)
    session.flush()
    update_live(
        session,
        Question,
        question.id,
        answer_count=Question.answer_count + 1,
        last_activity_at=now,
    )
    check_author(session, author_id)
    write_to_index(session, written)
    return written


def edit_answer(
    session: Session, answer: Answer, *, body: str, version: int | None, render: Render
) -> None:
    """Change the text.

    :param version: the version the form was made from, or ``None`` to overwrite any.
    :raises EditConflict: when the answer has another version by now.
    """
    check_version(answer, version)
    if says_the_same(answer, body):
        return
    set_body(answer, body, render)
    answer.edited_at = utc_now()
    session.flush()
    update_live(session, Question, answer.question_id, last_activity_at=answer.edited_at)
    write_to_index(session, answer)


def page_of_answer(session: Session, answer: Answer, page_size: int) -> int:
    """The number of the page that shows this answer in the usual order, from 1."""
    before = session.scalar(
        select(func.count())
        .select_from(Answer)
        .where(
            Answer.is_listed(),
            Answer.question_id == answer.question_id,
            or_(
                Answer.score > answer.score,
                and_(Answer.score == answer.score, Answer.id < answer.id),
            ),
        )
    )
    return before // page_size + 1
