"""Everything a user wrote, and what the board knows of them, as a zip of JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, aliased

from qaboard.models import Answer, Draft, Post, Question, SecurityEvent, User, UserSession, Vote

BATCH_SIZE = 200
"""How many rows are held in memory at once."""


def write_archive(
    session: Session, user: User, file: IO[bytes], *, address_of: Callable[[Post], str]
) -> None:
    """Write the archive of a user.

    There is nothing in it of other people but the titles of the questions that were answered, and
    the addresses of the posts that were voted on; no password, token or secret.

    :param session: sees one state of the database throughout, since posts are read twice.
    :param file: is written to; it must be able to seek.
    :param address_of: the address of a post on the site.
    """
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("account.json", _json(_account(user)))
        _write_list(archive, "sessions.json", _rows(session, _sessions(user)))
        _write_list(archive, "activity.json", _rows(session, _activity(user)))
        _write_list(archive, "votes.json", _rows(session, _votes(user)))
        _write_list(archive, "drafts.json", _rows(session, _drafts(user)))
        entries = (_post(post, title, address_of(post)) for post, title in _posts(session, user))
        _write_list(archive, "posts.json", entries)
        for post, title in _posts(session, user):
            # Names of numbers: nothing that was typed can lead out of the folder.
            folder = "questions" if isinstance(post, Question) else "answers"
            archive.writestr(
                f"{folder}/{post.id}.md",
                f"# {title or '–'}\n\n<{address_of(post)}>\n\n{post.body}\n",
            )


def _write_list(archive: ZipFile, name: str, entries: Iterable[dict[str, Any]]) -> None:
    """Write a list as JSON, entry by entry: there may be more than fit into the memory."""
    with archive.open(name, "w") as file:
        file.write(b"[")
        for number, entry in enumerate(entries):
            file.write((",\n" if number else "\n").encode() + _json(entry).encode())
        file.write(b"\n]\n")


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no form in JSON")


def _account(user: User) -> dict[str, Any]:
    return {
        "name": user.username,
        "email": user.email,
        "email_verified_at": user.email_verified_at,
        "role": user.role,
        "language": user.locale,
        "signed_up_at": user.created_at,
    }


def _rows(session: Session, statement) -> Iterator[dict[str, Any]]:
    for row in session.execute(statement, execution_options={"yield_per": BATCH_SIZE}):
        yield dict(row._mapping)


def _sessions(user: User):
    return (
        select(
            UserSession.created_at,
            UserSession.last_used_at,
            UserSession.user_agent,
            UserSession.address,
        )
        .where(UserSession.user_id == user.id)
        .order_by(UserSession.id)
    )


def _activity(user: User):
    # Where somebody else was who did it is not for this user.
    is_own = SecurityEvent.is_administrative.is_(False)
    return (
        select(
            SecurityEvent.created_at,
            SecurityEvent.kind,
            SecurityEvent.details,
            case((is_own, SecurityEvent.address)).label("address"),
            case((is_own, SecurityEvent.user_agent)).label("user_agent"),
        )
        .where(SecurityEvent.user_id == user.id)
        .order_by(SecurityEvent.id)
    )


def _votes(user: User):
    return (
        select(Vote.post_id, Vote.value, Vote.created_at)
        .where(Vote.user_id == user.id)
        .order_by(Vote.post_id)
    )


def _drafts(user: User):
    return (
        select(Draft.place, Draft.title, Draft.body, Draft.updated_at)
        .where(Draft.user_id == user.id)
        .order_by(Draft.id)
    )


def _posts(session: Session, user: User) -> Iterator[tuple[Post, str]]:
    """All posts of a user with the titles of their questions, a few at a time.

    Of a question that somebody else has deleted there is no title any more.
    """
    parent = aliased(Question)
    is_readable = or_(parent.deleted_at.is_(None), parent.author_id == user.id)
    rows = session.execute(
        select(Post, case((is_readable, parent.title), else_=""))
        .outerjoin(parent, Post.question_id == parent.id)
        .where(Post.author_id == user.id)
        .order_by(Post.id),
        execution_options={"yield_per": BATCH_SIZE},
    )
    for post, title in rows:
        yield post, post.title if isinstance(post, Question) else title


def _post(post: Post, title: str, address: str) -> dict[str, Any]:
    entry = {
        "id": post.id,
        "kind": post.kind,
        "address": address,
        "title": title,
        "body": post.body,
        "score": post.score,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "deleted_at": post.deleted_at,
    }
    if isinstance(post, Answer):
        entry["question_id"] = post.question_id
    return entry
