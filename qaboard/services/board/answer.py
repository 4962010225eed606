"""Answering questions, editing answers, and where an answer stands among the others."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from qaboard.models import Answer, Question, utc_now
from qaboard.models.locks import lock_posts
from qaboard.services.board.post import (
    Render,
    check_author,
    check_edit,
    check_not_sent,
    set_body,
    update_live,
    write_to_index,
)


class AnswerSort(StrEnum):
    """The orders in which answers are shown; the first one is the usual one."""

    VOTES = "votes"
    OLDEST = "oldest"


def answer(
    session: Session,
    question: Question,
    *,
    author_id: int,
    body: str,
    render: Render,
    idempotency_key: str | None = None,
) -> Answer:
    """Write an answer below a question.

    :param body: Markdown.
    :param idempotency_key: that of the form, if it has one.
    :return: the answer, with its id.
    :raises StaleDataError: when the question was deleted meanwhile, or the form was sent twice at
        the same time; the request runs again.
    """
    now = utc_now()
    lock_posts(session, questions=[question.id], users=[author_id])
    check_not_sent(session, author_id, idempotency_key)
    written = Answer(author_id=author_id, question_id=question.id, created_at=now)
    written.idempotency_key = idempotency_key or None
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
    if not check_edit(answer, body=body, version=version):
        return
    lock_posts(session, questions=[answer.question_id], answers=[answer.id])
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
