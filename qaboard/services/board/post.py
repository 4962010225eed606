"""Operations on any post: set body, delete, restore."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qaboard import markup
from qaboard.i18n import _
from qaboard.models import Answer, Post, Question, User, utc_now
from qaboard.models.locks import lock_posts, lock_users
from qaboard.search import index_post
from qaboard.services.errors import WHOLE_FORM, Conflict

Render = Callable[[str], str]
"""Markdown to safe HTML, with the settings of this board."""


class SentBefore(Conflict):
    """The form has written a post already, and comes with another text now."""

    def __init__(self) -> None:
        super().__init__(
            {
                WHOLE_FORM: _(
                    "This form was already posted. The link below leads to that post, which "
                    "you can edit. To post this text as a new one, post it again."
                )
            }
        )


class EditConflict(Conflict):
    """Somebody else saved the post after the form was made."""

    def __init__(self) -> None:
        super().__init__(
            {
                WHOLE_FORM: _(
                    "Someone saved this post while you were editing. Your text is still here. "
                    "Compare it with the saved version below. Saving now replaces that version."
                )
            }
        )


def render_ahead(body: str, render: Render) -> Render:
    """Render a text before the transaction that writes it begins, since that may take a while.

    :return: what gives the HTML of this text, and of no other.
    """
    text = markup.normalise(body)
    return {text: render(text)}.__getitem__


def set_body(post: Post, body: str, render: Render) -> None:
    """Give a post its text, in Markdown, and the HTML that is shown."""
    post.body = markup.normalise(body)
    post.body_html = render(post.body)
    post.renderer_version = markup.RENDERER_VERSION


def write_to_index(session: Session, post: Post) -> None:
    """Make the post found by what it now says, and by the name of its author; of one who left, by
    none.

    The caller has written the post or locked it, so that whoever takes the author's name off it
    does so before, and is seen here, or waits.
    """
    session.flush()
    author = session.get_one(User, post.author_id, populate_existing=True)
    index_post(
        session,
        post,
        text=markup.plain_text(post.body_html),
        author_name=author.username if author.closed_at is None else "",
    )


def find_sent_post(session: Session, author_id: int, idempotency_key: str | None) -> Post | None:
    """The post that the form with this key has written, if it was sent before."""
    if not idempotency_key:
        return None
    return session.scalar(
        select(Post).where(Post.author_id == author_id, Post.idempotency_key == idempotency_key)
    )


def check_not_sent(session: Session, author_id: int, idempotency_key: str | None) -> None:
    """Look for it once more, when nobody else can write it any more.

    :raises StaleDataError: when the form was sent twice at the same time. The request then runs
        again, and finds the post.
    """
    if find_sent_post(session, author_id, idempotency_key) is not None:
        raise StaleDataError("the form was sent twice at the same time")


def check_author(session: Session, author_id: int) -> None:
    """Look once more at the author of a post that has just been written to the database.

    PostgreSQL lets the post wait for whoever suspends its author or closes the account at this
    moment (the row of the author is locked), and write it afterwards; so this is the time to look.

    :raises StaleDataError: when the author may not write any more. The request then runs again,
        and finds that out where it says so to people.
    """
    author = session.get_one(User, author_id, populate_existing=True)
    if author.is_suspended(utc_now()) or author.closed_at is not None:
        raise StaleDataError(f"user {author_id} was suspended or left meanwhile")


def check_edit(post: Post, *, body: str, version: int | None, title: str | None = None) -> bool:
    """Refuse to overwrite what somebody else saved in between.

    What is sent a second time says what the post says already, so it is no conflict.

    :param version: the one the form was made from; ``None``, of a script, overwrites.
    :param title: of a question.
    :return: whether there is anything to write.
    :raises EditConflict:
    """
    if post.title == title and post.body == markup.normalise(body):
        return False
    if version is not None and version != post.version:
        raise EditConflict
    return True


def delete_post(session: Session, post: Post) -> None:
    """Hide a post. It can be restored; what is below it comes back with it."""
    if post.deleted_at is not None:
        return
    _lock_for_hiding(session, post)
    post.deleted_at = utc_now()
    # The row is written, and its version checked, before the counter: of two deletions at once
    # the second one fails here, and counts nothing.
    session.flush()
    _count_answer(session, post, -1)


def restore_post(session: Session, post: Post) -> None:
    """Show a deleted post again."""
    if post.deleted_at is None:
        return
    _lock_for_hiding(session, post)
    post.deleted_at = None
    session.flush()
    _count_answer(session, post, +1)


def _lock_for_hiding(session: Session, post: Post) -> None:
    """Lock what changes when a post is hidden or shown."""
    if isinstance(post, Answer):
        lock_posts(session, questions=[post.question_id], answers=[post.id], users=[post.author_id])
        return
    lock_posts(session, questions=[post.id])
    lock_users(session, {post.author_id, *authors_below(session, [post.id])})


def authors_below(session: Session, question_ids: Collection[int]) -> Sequence[int]:
    """Who has written the answers below questions."""
    return session.scalars(
        select(Answer.author_id).where(Answer.question_id.in_(question_ids)).distinct()
    ).all()


def _count_answer(session: Session, post: Post, change: int) -> None:
    if isinstance(post, Answer):
        update_live(
            session, Question, post.question_id, answer_count=Question.answer_count + change
        )


def update_live(session: Session, model: type[Post], post_id: int, **values) -> None:
    """Change columns of a post in the database, as it is there and not as it was read.

    :raises StaleDataError: when the post was deleted since it was read. The request then runs
        again, and finds that out where it says so to people.
    """
    result = session.execute(
        update(model).where(model.id == post_id, model.deleted_at.is_(None)).values(**values)
    )
    if result.rowcount == 0:
        raise StaleDataError(f"post {post_id} was deleted meanwhile")
