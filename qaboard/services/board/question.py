"""Asking questions and editing them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qaboard.models import Question, utc_now
from qaboard.models.locks import lock_posts
from qaboard.services.board.post import (
    Render,
    check_author,
    check_edit,
    check_not_sent,
    set_body,
    write_to_index,
)


def ask(
    session: Session,
    *,
    author_id: int,
    title: str,
    body: str,
    render: Render,
    idempotency_key: str | None = None,
) -> Question:
    """Write a new question.

    :param body: Markdown.
    :param idempotency_key: that of the form, if it has one.
    :return: the question, with its id.
    :raises StaleDataError: when the form was sent twice at the same time; the request runs again.
    """
    now = utc_now()
    lock_posts(session, users=[author_id])
    check_not_sent(session, author_id, idempotency_key)
    question = Question(author_id=author_id, title=title, answer_count=0)
    question.idempotency_key = idempotency_key or None
    set_body(question, body, render)
    question.created_at = question.last_activity_at = now
    session.add(question)
    session.flush()
    check_author(session, author_id)
    write_to_index(session, question)
    return question


def edit_question(
    session: Session,
    question: Question,
    *,
    title: str,
    body: str,
    version: int | None,
    render: Render,
) -> None:
    """Change title and text.

    :param version: the version the form was made from, or ``None`` to overwrite any.
    :raises EditConflict: when the question has another version by now.
    """
    if not check_edit(question, title=title, body=body, version=version):
        return
    question.title = title
    set_body(question, body, render)
    question.edited_at = question.last_activity_at = utc_now()
    write_to_index(session, question)
