"""The stored counts: of the lists of questions, and of the posts of users."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from qaboard.commands.checks import wrong_counts_of_users
from qaboard.models import Answer, ListSegment, Post, Question, User, Vote, utc_now
from qaboard.services.board import list_segments
from qaboard.services.board.list_segments import (
    count_again,
    even_out,
    find_wrong_segments,
)
from qaboard.services.board.post import delete_post, restore_post
from qaboard.services.board.question_list import (
    KEYS,
    QuestionSort,
    conditions_of,
    find_position,
    read_page,
)
from qaboard.services.board.vote import cast_vote


@pytest.fixture
def short_segments(monkeypatch):
    monkeypatch.setattr(list_segments, "SEGMENT_MAX_POSTS", 4)
    monkeypatch.setattr(list_segments, "SEGMENT_MIN_POSTS", 2)


def segments(session, sort=QuestionSort.NEWEST):
    return session.scalars(
        select(ListSegment.post_count)
        .where(ListSegment.list == sort.value)
        .order_by(ListSegment.key, ListSegment.post_id)
    ).all()


def walked(session, sort, size):
    """The ids of a list, page by page."""
    ids = []
    while True:
        position = find_position(session, sort, len(ids))
        page = read_page(session, sort, position, size)
        ids += [question.id for question in page]
        if len(page) < size:
            assert position.total == len(ids)
            return ids


def check_everything(board):
    with board.transaction() as session:
        assert list(find_wrong_segments(session)) == []
        assert session.scalars(wrong_counts_of_users()).all() == []
        for sort in QuestionSort:
            expected = session.scalars(
                select(Question.id)
                .where(*conditions_of(sort))
                .order_by(KEYS[sort].desc(), Question.id.desc())
            ).all()
            assert walked(session, sort, 3) == expected


OPERATIONS = ("ask", "answer", "vote", "delete", "restore", "edit", "even out", "hide all", "purge")


@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 2**16)), max_size=40))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_counts_are_those_of_the_facts(app, board, short_segments, operations):
    """Whatever is done, by whom, in whatever order, and in one statement or in many."""
    board.clear()
    now = utc_now()
    authors = [board.user() for _ in range(3)]
    posts = []
    for operation, choice in operations:
        if operation == "even out":
            even_out(app.registry["engine"])
            continue
        author = authors[choice % 3]
        questions = [post for post in posts if isinstance(post, Question)]
        if operation == "ask" or not questions:
            # Times come twice, and out of order, as in a board that was brought from elsewhere.
            posts.append(board.question(author, created_at=now - timedelta(hours=choice % 7)))
            continue
        post = posts[choice % len(posts)]
        question = questions[choice % len(questions)]
        if operation == "answer":
            if board.read(question).deleted_at is None:
                posts.append(board.answer(question, author))
            continue
        with board.transaction() as session:
            row = session.get_one(Post, post.id)
            parent = session.get_one(Post, getattr(row, "question_id", None) or row.id)
            if operation == "vote" and row.deleted_at is None and parent.deleted_at is None:
                value = choice % 3 - 1
                cast_vote(session, post_id=row.id, user_id=author.id, value=value)
            elif operation == "delete" and (row is parent or parent.deleted_at is None):
                delete_post(session, row)
            elif operation == "restore" and (row is parent or parent.deleted_at is None):
                restore_post(session, row)
            elif operation == "edit" and row is parent:
                row.last_activity_at = now - timedelta(hours=choice % 5)
            elif operation == "hide all":
                # Questions and answers below them, in one statement.
                hidden = now if choice % 2 else None
                session.execute(
                    update(Post).where(Post.author_id == author.id).values(deleted_at=hidden)
                )
            elif operation == "purge" and row is not parent:
                session.execute(delete(Vote).where(Vote.post_id == row.id))
                session.execute(delete(Answer).where(Answer.id == row.id))
                posts.remove(post)
    check_everything(board)
    even_out(app.registry["engine"])
    check_everything(board)


def test_long_segments_are_divided_and_short_ones_joined(app, board, short_segments):
    engine = app.registry["engine"]
    author = board.user()
    questions = [board.question(author) for _ in range(20)]
    with board.transaction() as session:
        assert sum(segments(session)) == 20
    even_out(engine)
    with board.transaction() as session:
        divided = segments(session)
        assert len(divided) >= 5
        assert max(divided) <= 4
        for question in questions[2:]:
            delete_post(session, session.get_one(Question, question.id))
    even_out(engine)
    with board.transaction() as session:
        assert segments(session) == [2]
    check_everything(board)


def test_the_last_microsecond_of_a_second_belongs_to_it(app, board, short_segments):
    """A row begins a segment at exactly its own time, not at a rounded one."""
    author = board.user()
    now = utc_now().replace(microsecond=999_600)
    questions = [
        board.question(author, created_at=now + timedelta(microseconds=n)) for n in range(9)
    ]
    even_out(app.registry["engine"])
    with board.transaction() as session:
        for question in questions:
            delete_post(session, session.get_one(Question, question.id))
    check_everything(board)


def test_whoever_writes_straight_into_the_tables_is_counted_too(board):
    """Operators and imports."""
    question = board.question()
    with board.transaction() as session:
        session.execute(text("UPDATE posts SET deleted_at = created_at"))
        assert sum(segments(session)) == 0
        assert session.get_one(User, question.author_id).question_count == 0


def test_wrong_counts_are_found_and_made_right(app, board, short_segments):
    author = board.user()
    for _ in range(9):
        board.question(author)
    even_out(app.registry["engine"])
    with board.transaction() as session:
        session.execute(
            update(ListSegment)
            .where(ListSegment.list == "votes")
            .values(post_count=ListSegment.post_count + 1)
        )
        session.execute(delete(ListSegment).where(ListSegment.list == "active"))
    with board.transaction() as session:
        assert {sort for sort, _segment in find_wrong_segments(session)} == {"votes", "active"}
        assert count_again(session) == 2
    check_everything(board)


def test_dividing_wrong_counts_ends(app, board, short_segments, caplog):
    board.question()
    with board.transaction() as session:
        session.execute(update(ListSegment).values(post_count=1000))
    even_out(app.registry["engine"])
    assert "doctor --repair" in caplog.text
    with board.transaction() as session:
        count_again(session)
