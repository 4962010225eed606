"""Valid rows, made through the services and committed, so that the application sees them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from qaboard import markup
from qaboard.database.transaction import make_session
from qaboard.models import (
    Answer,
    Base,
    Draft,
    Post,
    Question,
    Role,
    SingleUseToken,
    User,
    UserSession,
    Vote,
    username_key,
    utc_now,
)
from qaboard.security.passwords import PasswordHashing
from qaboard.services.accounts.user_session import open_session
from qaboard.services.board import answer as answer_service
from qaboard.services.board import question as question_service
from qaboard.services.board.post import delete_post
from qaboard.services.board.vote import cast_vote
from qaboard.settings import PasswordSettings

PASSWORD = "correct horse battery"
# Hashes that take no time; the tests' application has the same, so that no login makes them anew.
PASSWORD_SETTINGS = PasswordSettings(memory_kib=128, passes=1, lanes=1, concurrent_hashes=2)


class Board:
    """A board to fill. What it returns is detached: plain rows with their ids."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.numbers = itertools.count(1)
        self.password_hash = PasswordHashing(PASSWORD_SETTINGS).hash(PASSWORD)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, and whose rows can still be read then."""
        with make_session(self.engine, writes=True) as session:
            session.expire_on_commit = False
            with session.begin():
                yield session

    def user(self, username: str | None = None, role: Role = Role.MEMBER, **columns: Any) -> User:
        """An account with a verified address.

        :param columns: other values of its row, such as ``suspended_until``.
        """
        username = username or f"user{next(self.numbers)}"
        with self.transaction() as session:
            # Not by sign_up(): hashing a password for each user is what it is slow for.
            user = User(
                username=username,
                username_key=username_key(username),
                **{
                    "email": f"{username.casefold()}@example.com",
                    "email_verified_at": utc_now(),
                    "password_hash": self.password_hash,
                    "role": role,
                }
                | columns,
            )
            session.add(user)
        return user

    def question(
        self,
        author: User | None = None,
        title: str = "How do I brew coffee?",
        body: str = "I have a kettle.",
        created_at: datetime | None = None,
    ) -> Question:
        author = author or self.user()
        with self.transaction() as session:
            question = question_service.ask(
                session, author_id=author.id, title=title, body=body, render=markup.render
            )
            if created_at:
                question.created_at = question.last_activity_at = created_at
        return question

    def answer(
        self, question: Question, author: User | None = None, body: str = "With hot water."
    ) -> Answer:
        author = author or self.user()
        with self.transaction() as session:
            return answer_service.answer(
                session,
                session.get_one(Question, question.id),
                author_id=author.id,
                body=body,
                render=markup.render,
            )

    def vote(self, post: Post, value: int = 1, user: User | None = None) -> None:
        user = user or self.user()
        with self.transaction() as session:
            cast_vote(session, post_id=post.id, user_id=user.id, value=value)

    def delete(self, post: Post, days_ago: float = 0) -> None:
        with self.transaction() as session:
            row = session.get_one(Post, post.id)
            delete_post(session, row)
            row.deleted_at = utc_now() - timedelta(days=days_ago)

    def read(self, post: Post) -> Post:
        """The post as the database has it now."""
        with self.transaction() as session:
            return session.get_one(type(post), post.id)

    def users(self) -> list[User]:
        with self.transaction() as session:
            return list(session.scalars(select(User).order_by(User.id)))

    def token(self, user: User) -> str:
        """A login of this user, for a cookie."""
        with self.transaction() as session:
            return open_session(session, user.id, lifetime=timedelta(days=1))

    def facts(self) -> dict[str, list]:
        """All that the board holds, to see that a request changed nothing."""
        with self.transaction() as session:
            return {
                table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
                for table in Base.metadata.sorted_tables
            }

    def clear(self) -> None:
        with self.transaction() as session:
            session.execute(text("DELETE FROM post_search"))
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("DELETE FROM post_search_titles"))
            for model in (Vote, Draft, Answer, Question, UserSession, SingleUseToken, User):
                session.execute(delete(model))
