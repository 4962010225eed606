"""Everything a user wrote, and what the board knows of them, as a zip of JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from qaboard.models import Answer, Post, Question, SecurityEvent, User, UserSession, Vote

BATCH_SIZE = 200
"""How many posts are held in memory at once."""


def write_archive(
    session: Session, user: User, file: IO[bytes], *, address_of: Callable[[Post], str]
) -> None:
    """Write the archive of a user.

    There is nothing in it of other people but the titles of the questions that were answered, and
    the addresses of the posts that were voted on; no password, token or secret.

    :param file: is written to; it must be able to seek.
    :param address_of: the address of a post on the site.
    """
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:

        def write_json(name: str, value: Any) -> None:
            archive.writestr(name, json.dumps(value, ensure_ascii=False, indent=2, default=_plain))

        write_json("account.json", _account(user))
        write_json("sessions.json", _rows(session, _sessions(user)))
        write_json("activity.json", _rows(session, _activity(user)))
        write_json("votes.json", _rows(session, _votes(user)))
        with archive.open("posts.json", "w") as posts:
            posts.write(b"[")
            for number, (post, title) in enumerate(_posts(session, user)):
                entry = _post(post, title, address_of(post))
                text = json.dumps(entry, ensure_ascii=False, indent=2, default=_plain)
                posts.write((b",\n" if number else b"\n") + text.encode())
            posts.write(b"\n]\n")
        for post, title in _posts(session, user):
            # Names of numbers: nothing that was typed can lead out of the folder.
            folder = "questions" if isinstance(post, Question) else "answers"
            archive.writestr(
                f"{folder}/{post.id}.md", f"# {title}\n\n<{address_of(post)}>\n\n{post.body}\n"
            )


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


def _rows(session: Session, statement) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in session.execute(statement)]


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
    return (
        select(
            SecurityEvent.created_at,
            SecurityEvent.kind,
            SecurityEvent.details,
            SecurityEvent.address,
            SecurityEvent.user_agent,
        )
        .where(SecurityEvent.user_id == user.id, SecurityEvent.is_administrative.is_(False))
        .order_by(SecurityEvent.id)
    )


def _votes(user: User):
    return (
        select(Vote.post_id, Vote.value, Vote.created_at)
        .where(Vote.user_id == user.id)
        .order_by(Vote.post_id)
    )


def _posts(session: Session, user: User) -> Iterator[tuple[Post, str]]:
    """All posts of a user with the titles of their questions, a few at a time."""
    parent = aliased(Question)
    last_id = 0
    while True:
        rows = session.execute(
            select(Post, parent.title)
            .outerjoin(parent, Post.question_id == parent.id)
            .where(Post.author_id == user.id, Post.id > last_id)
            .order_by(Post.id)
            .limit(BATCH_SIZE)
        ).all()
        for post, title in rows:
            yield post, post.title if isinstance(post, Question) else title
        if not rows:
            return
        last_id = rows[-1][0].id
        session.expunge_all()


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
