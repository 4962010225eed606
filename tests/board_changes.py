"""What can happen to the ``small_board`` of the tests, also while a page of it is read."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta

from sqlalchemy import event, update

from qaboard import markup
from qaboard.models import Answer, Question, Role, User, utc_now
from qaboard.services.board.answer import edit_answer
from qaboard.services.board.post import restore_post
from qaboard.services.board.question import edit_question
from qaboard.services.moderation.purge import purge, undo_purge
from qaboard.services.moderation.user_management import (
    OPERATOR,
    change_role,
    end_suspension,
    suspend,
)
from qaboard.services.site.due_deletions import close_due_accounts


@contextlib.contextmanager
def during_reads(app, action, number: int = 1):
    """Do something once, just before the application sends its statement of this number."""
    statements = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)
            if len(statements) == number:
                action()

    engine = app.registry["engine"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) >= number


def without_times(page) -> str:
    """A page without how long ago things were, which goes on between two requests."""
    return re.sub("<time.*?</time>", "", page.text)


def ask(board):
    board.question(board.author, title="About milk")


def answer(board):
    board.answer(board.other, body="Of leaves.")


def edit_a_question(board):
    with board.transaction() as session:
        row = session.get_one(Question, board.asked.id)
        edit_question(
            session, row, title="About espresso", body="x", version=None, render=markup.render
        )


def edit_an_answer(board):
    with board.transaction() as session:
        row = session.get_one(Answer, board.answered.id)
        edit_answer(session, row, body="Of the best beans.", version=None, render=markup.render)


def vote(board):
    board.vote(board.asked)


def delete_an_answer(board):
    board.delete(board.answered)


def delete_a_question(board):
    board.delete(board.asked)


def restore_a_question(board):
    with board.transaction() as session:
        restore_post(session, session.get_one(Question, board.asked.id))


def rename(board):
    with board.transaction() as session:
        session.get_one(User, board.author.id).username = f"writer{next(board.numbers)}"


def leave(board):
    with board.transaction() as session:
        user = session.get_one(User, board.author.id)
        user.closing_at, user.closing_removes_posts = utc_now(), False
    close_due_accounts(board.engine)


def promote(board):
    with board.transaction() as session:
        change_role(session, board.author.id, Role.MODERATOR, actor=OPERATOR)


def suspend_author(board):
    until = utc_now() + timedelta(days=1)
    with board.transaction() as session:
        suspend(session, board.author.id, until=until, reason="Rest.", actor=OPERATOR)


def end_the_suspension(board):
    with board.transaction() as session:
        end_suspension(session, board.author.id, actor=OPERATOR)


def purge_author(board):
    purge(board.engine, board.author.id, actor=OPERATOR)


def undo_the_purge(board):
    undo_purge(board.engine, board.author.id, actor=OPERATOR)


def write_a_row(board):
    """As an operator does in the shell of the database."""
    with board.transaction() as session:
        session.execute(update(Question).where(Question.id == board.asked.id).values(score=77))
