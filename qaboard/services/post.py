"""What can be done with any post: writing its text, deleting it and bringing it back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update
from sqlalchemy.orm import Session

from qaboard import markup
from qaboard.i18n import _
from qaboard.models import Answer, Post, Question, utc_now
from qaboard.search import index_post
from qaboard.services.refusal import WHOLE_FORM, Refusal

Render = Callable[[str], str]
"""Markdown to safe HTML, with the settings of this board."""


class EditConflict(Refusal):
    """Somebody else saved the post after the form was made."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            {
                WHOLE_FORM: _(
                    "Somebody saved this post while you were editing. Your text is still here; "
                    "compare it with the saved text below. If you save now, yours replaces it."
                )
            }
        )


def set_body(post: Post, body: str, render: Render) -> None:
    """Give a post its text, in Markdown, and the HTML that is shown."""
    post.body = markup.normalise(body)
    post.body_html = render(post.body)
    post.renderer_version = markup.RENDERER_VERSION


def write_to_index(session: Session, post: Post, author_name: str) -> None:
    """Make the post found by what it now says."""
    index_post(session, post, text=markup.plain_text(post.body_html), author_name=author_name)


def check_version(post: Post, version: int | None) -> None:
    """Refuse to overwrite what somebody else saved in between.

    :param version: the one the form was made from; ``None``, of a script, overwrites.
    :raises EditConflict:
    """
    if version is not None and version != post.version:
        raise EditConflict


def delete_post(session: Session, post: Post) -> None:
    """Hide a post. It can be restored; what is below it comes back with it."""
    if post.deleted_at is not None:
        return
    post.deleted_at = utc_now()
    # The row is written, and its version checked, before the counter: of two deletions at once
    # the second one fails here, and counts nothing.
    session.flush()
    _count_answer(session, post, -1)


def restore_post(session: Session, post: Post) -> None:
    """Show a deleted post again."""
    if post.deleted_at is None:
        return
    post.deleted_at = None
    session.flush()
    _count_answer(session, post, +1)


def _count_answer(session: Session, post: Post, change: int) -> None:
    if isinstance(post, Answer):
        session.execute(
            update(Question)
            .where(Question.id == post.question_id)
            .values(answer_count=Question.answer_count + change)
        )
