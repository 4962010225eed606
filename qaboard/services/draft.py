"""Keeping what a user has begun to write, until it is sent or thrown away."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qaboard.models import Draft, SeenDraft, utc_now
from qaboard.services.locks import lock_users
from qaboard.services.post import check_author, find_sent_post

ASK_PLACE = "ask"
"""Where a question is written."""


class FormSent(Exception):
    """The form of this draft was sent meanwhile, so its text is no draft any more."""


def answer_place(question_id: int) -> str:
    """Where an answer to this question is written."""
    return f"answer {question_id}"


def edit_place(post_id: int) -> str:
    """Where this post is edited."""
    return f"edit {post_id}"


def find_draft(session: Session, user_id: int, place: str) -> Draft | None:
    """What the user has begun to write there."""
    return session.scalar(select(Draft).where(Draft.user_id == user_id, Draft.place == place))


def save_draft(
    session: Session,
    *,
    user_id: int,
    place: str,
    writer: str,
    number: int | None,
    seen: Collection[SeenDraft],
    title: str,
    body: str,
    post_version: int | None,
    idempotency_key: str | None = None,
) -> bool:
    """Keep a text; without any text, keep none.

    Nothing is written or locked when the same is kept already or another page's draft stays, since
    whatever is written makes all kept pages stale, and so does a lock in PostgreSQL.

    :param writer: the page on which it is typed.
    :param number: rises with each save of that page; pages of the release before have none.
    :param seen: the drafts that the page shows or goes on with.
    :param post_version: the version of the post that an edit began from.
    :param idempotency_key: that of the form, if it has one; a page that goes on after its form was
        sent names none.
    :raises FormSent: when the form has written a post: this save was under way then.
    :raises StaleDataError: when the user was suspended or left meanwhile.
    :return: whether it is kept; a newer save of this page, or another page's draft that this one
        has not seen, stays instead.
    """
    own = select(Draft).where(Draft.user_id == user_id, Draft.place == place)
    sent = {"writer": writer, "number": number, "seen": seen, "title": title, "body": body}
    draft = session.scalar(own)
    answer = _answer_without_writing(draft, **sent)
    if answer is None:
        # So that of two saves at once the second one sees the draft of the first, and each sees
        # the post that was sent before it.
        lock_users(session, [user_id])
        if find_sent_post(session, user_id, idempotency_key) is not None:
            raise FormSent
        draft = session.scalar(own.execution_options(populate_existing=True))
        answer = _answer_without_writing(draft, **sent)
    if answer is not None:
        return answer
    if not title.strip() and not body.strip():
        session.delete(draft)
        return True
    if draft is None:
        draft = Draft(user_id=user_id, place=place, save_number=0)
        session.add(draft)
    draft.title, draft.body, draft.writer = title, body, writer
    draft.save_number = draft.save_number if number is None else number
    draft.post_version = post_version
    draft.updated_at = utc_now()
    session.flush()
    check_author(session, user_id)
    _forget_oldest(session, user_id)
    return True


def _answer_without_writing(
    draft: Draft | None,
    *,
    writer: str,
    number: int | None,
    seen: Collection[SeenDraft],
    title: str,
    body: str,
) -> bool | None:
    """Whether the text is kept, if that is known without a write, else ``None``."""
    is_empty = not title.strip() and not body.strip()
    if draft is None:
        return True if is_empty else None
    is_same = (draft.title, draft.body) == (title, body)
    if draft.writer != writer:
        return None if any(each.includes(draft) for each in seen) else False
    if number is not None and number <= draft.save_number:
        return is_same
    # A save between the one that is kept and this one may still be on its way, and must be refused.
    is_next = number is None or number == draft.save_number + 1
    return True if is_same and is_next and not is_empty else None


def _forget_oldest(session: Session, user_id: int) -> None:
    too_many = (
        select(Draft.id)
        .where(Draft.user_id == user_id)
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .offset(Draft.MAX_COUNT)
    )
    ids = session.scalars(too_many).all()
    if ids:
        session.execute(delete(Draft).where(Draft.id.in_(ids)))


def discard_draft(session: Session, user_id: int, place: str) -> None:
    """Throw away what the user has begun to write there."""
    session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.place == place))


def settle_draft(
    session: Session, user_id: int, place: str, *, seen: Collection[SeenDraft], body: str
) -> None:
    """A text was sent, so its draft goes; one that its form has not seen stays to be offered.

    :param seen: the drafts that the form knows: what its page saved, and what that began with.
    :param body: the text that was sent.
    """
    draft = find_draft(session, user_id, place)
    if draft is not None and (draft.body == body or any(each.includes(draft) for each in seen)):
        session.delete(draft)
