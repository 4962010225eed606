"""Asking questions and editing them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qaboard.models import Question, utc_now
from qaboard.services.post import (
    Render,
    check_author,
    check_version,
    says_the_same,
    set_body,
    write_to_index,
)


def ask(session: Session, *, author_id: int, title: str, body: str, render: Render) -> Question:
    """Write a new question.

    :param body: Markdown.
    :return: the question, with its id.
    """
    now = utc_now()
    question = Question(author_id=author_id, title=title, answer_count=0)
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
    check_version(question, version)
    if question.title == title and says_the_same(question, body):
        return
    question.title = title
    set_body(question, body, render)
    question.edited_at = question.last_activity_at = utc_now()
    write_to_index(session, question)
