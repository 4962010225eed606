"""``qaboard seed-demo``: an engaging small board to look at and to develop with."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime

import click
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qaboard.commands import demo
from qaboard.commands.context import (
    CommandContext,
    pass_command_context,
    progress_bar,
    refusal_sentence,
)
from qaboard.commands.demo.shape import DemoAnswer, DemoQuestion
from qaboard.models import Post, Question, User, Vote, username_key, utc_now
from qaboard.services.accounts.user import sign_up
from qaboard.services.board.answer import answer, edit_answer
from qaboard.services.board.post import Render
from qaboard.services.board.question import ask, edit_question
from qaboard.services.board.vote import cast_vote
from qaboard.services.errors import Refusal


@click.command()
@pass_command_context
def seed_demo(board: CommandContext) -> None:
    """Fill a development board with demo data.

    It creates users, questions, answers and votes in Korean and English, minutes to months old. The
    password of all users is printed at the end. A board that already has them stays as it is.

    \b
        qaboard seed-demo
        qaboard -c development.ini seed-demo
    """
    if not board.settings.development:
        raise click.ClickException(
            "Demo users have a publicly known password and are created on development boards "
            f"only, but {board.ini_path} sets qaboard.environment = production."
        )
    with board.session(writes=True) as session:
        is_seeded = _has_demo_users(session)
        if not is_seeded:
            _write_board(session, board.render, board.passwords.hash)
    click.echo("This board already has the demo data." if is_seeded else "Demo data created.")
    click.echo()
    _print_users()


def _has_demo_users(session: Session) -> bool:
    """Whether the demo is there.

    :raises click.ClickException: when other people have some of its names.
    """
    keys = {username_key(user.name): user for user in demo.USERS}
    taken = session.execute(
        select(User.username_key, User.email).where(User.username_key.in_(keys))
    ).all()
    if {(key, email) for key, email in taken} == {(key, u.email) for key, u in keys.items()}:
        return True
    if taken:
        names = ", ".join(keys[key].name for key, _email in taken)
        raise click.ClickException(
            f"This board has other users with demo usernames ({names}). Nothing was written. Use "
            "a new database."
        )
    return False


def _write_board(session: Session, render: Render, hash_password: Callable[[str], str]) -> None:
    """Write everything, in the transaction of the session: all of it or nothing."""
    now = utc_now()
    questions = demo.read_questions()
    steps = len(demo.USERS) + sum(1 + len(question.answers) for question in questions)
    with progress_bar(steps, "Writing demo data") as bar:
        user_ids = {}
        for user in demo.USERS:
            try:
                signed_up = sign_up(
                    session,
                    username=user.name,
                    email=user.email,
                    password_hash=hash_password(demo.PASSWORD),
                    locale=user.locale,
                    role=user.role,
                    is_verified=True,
                )
            except Refusal as refusal:
                raise click.ClickException(
                    f"{user.name} cannot sign up: {refusal_sentence(refusal)}"
                ) from refusal
            signed_up.created_at = now - user.age
            user_ids[user.name] = signed_up.id
            bar.update(1)
        for question in questions:
            _write_question(session, question, user_ids, render, now)
            bar.update(1 + len(question.answers))


def _write_question(
    session: Session,
    question: DemoQuestion,
    user_ids: dict[str, int],
    render: Render,
    now: datetime,
) -> None:
    asked_at = now - question.age
    title, body = question.title, question.body
    asked = ask(session, author_id=user_ids[question.author], title=title, body=body, render=render)
    activity = [asked_at]
    for demo_answer in question.answers:
        answered_at = asked_at + demo_answer.after
        answered = answer(
            session,
            asked,
            author_id=user_ids[demo_answer.author],
            body=demo_answer.body,
            render=render,
        )
        if demo_answer.addition:
            longer = f"{demo_answer.body}\n\n{demo_answer.addition}"
            edit_answer(session, answered, body=longer, version=None, render=render)
        _cast_votes(session, answered.id, demo_answer, user_ids, answered_at, now)
        activity += _set_times(session, answered.id, demo_answer, answered_at)
    if question.addition:
        longer = f"{body}\n\n{question.addition}"
        edit_question(session, asked, title=title, body=longer, version=None, render=render)
    _cast_votes(session, asked.id, question, user_ids, asked_at, now)
    activity += _set_times(session, asked.id, question, asked_at)
    session.execute(
        update(Question).where(Question.id == asked.id).values(last_activity_at=max(activity))
    )


def _set_times(
    session: Session, post_id: int, post: DemoQuestion | DemoAnswer, written_at: datetime
) -> list[datetime]:
    """Move a post back in time; the services know only the present.

    :return: when something was done to it.
    """
    edited_at = written_at + post.added_after if post.added_after else None
    session.flush()
    # A statement, because a change through the mapped object would count as one more edit.
    session.execute(
        update(Post).where(Post.id == post_id).values(created_at=written_at, edited_at=edited_at)
    )
    return [time for time in (written_at, edited_at) if time is not None]


def _cast_votes(
    session: Session,
    post_id: int,
    post: DemoQuestion | DemoAnswer,
    user_ids: dict[str, int],
    written_at: datetime,
    now: datetime,
) -> None:
    """Let other users than the author vote, each post beginning with another one of them."""
    others = [user_id for name, user_id in user_ids.items() if name != post.author]
    first = post_id % len(others)
    voters = (others[first:] + others[:first])[: post.up + post.down]
    for number, user_id in enumerate(voters, start=1):
        value = 1 if number <= post.up else -1
        cast_vote(session, post_id=post_id, user_id=user_id, value=value)
        voted_at = written_at + (now - written_at) * number / (len(voters) + 1)
        session.execute(
            update(Vote)
            .where(Vote.post_id == post_id, Vote.user_id == user_id)
            .values(created_at=voted_at)
        )


def _print_users() -> None:
    width = max(_columns(user.name) for user in demo.USERS)
    for user in demo.USERS:
        click.echo(f"  {user.name}{' ' * (width - _columns(user.name))}  {user.role.value}")
    click.echo()
    click.echo(f"Password of all users: {demo.PASSWORD}")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes; Korean syllables take two each."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
