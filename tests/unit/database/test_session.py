"""The session of a request that may write."""

from __future__ import annotations

import pytest
import transaction
from pyramid.threadlocal import RequestContext
from sqlalchemy import select, update

from qaboard.database.session import WritingSession
from qaboard.models import User


@pytest.fixture
def writing(people, engine, make_request):
    """The session of a request, which has only read so far."""
    people.user("minji")
    request = make_request()
    request.tm = transaction.TransactionManager(explicit=True)
    session = WritingSession(engine.execution_options(writes=False))
    with RequestContext(request), session:
        request.tm.begin()
        session.tm = request.tm
        yield session
        request.tm.abort()


def test_before_a_request_has_begun_to_write_it_cannot(writing):
    with pytest.raises(RuntimeError, match="begin_writing"):
        writing.execute(update(User).values(username="sumin"))
    writing.scalar(select(User)).username = "sumin"
    with pytest.raises(RuntimeError, match="begin_writing"):
        writing.flush()


def test_what_was_read_before_is_read_anew(people, writing):
    user = writing.scalar(select(User))
    with people.transaction() as other:
        other.execute(update(User).values(username="sumin"))
    assert user.username == "minji"
    writing.begin_writing()
    assert user.username == "sumin"


def test_what_was_written_is_kept_by_the_commit(people, writing):
    writing.begin_writing()
    writing.execute(update(User).values(username="sumin"))
    writing.tm.commit()
    writing.tm.begin()
    assert [user.username for user in people.users()] == ["sumin"]


def test_a_request_that_writes_no_more_takes_all_back_and_lets_others_write(people, writing):
    writing.begin_writing()
    writing.execute(update(User).values(username="sumin"))
    writing.end_writing()
    people.user("another")
    assert writing.scalars(select(User.username).order_by(User.id)).all() == ["minji", "another"]
