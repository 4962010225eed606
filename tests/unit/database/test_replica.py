"""A replica that is not to be read."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from pyramid_retry import IRetryableError
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from qaboard.database.engine import make_engine
from qaboard.database.replica import Replica, read_primary
from qaboard.database.session import READING_ENGINE


@pytest.fixture
def replica(engine) -> Replica:
    """A replica that cannot be reached, of a server that knows no positions."""
    nowhere = make_engine(make_url("sqlite:////nowhere/at/all.sqlite"))
    return Replica(engine, nowhere, timedelta(seconds=10))


def test_a_replica_that_never_caught_up_is_not_read(replica):
    assert not replica.is_usable()


def test_a_replica_that_breaks_is_left_alone_and_the_page_made_again(replica, caplog):
    replica.may_be_read, replica.look_at = True, float("inf")
    assert replica.is_usable()
    with pytest.raises(OperationalError) as error:
        replica.engine.connect().execute(text("SELECT 1"))
    assert not replica.is_usable()
    assert "visitors read from the primary" in caplog.text
    assert IRetryableError.providedBy(error.value)


def test_the_next_attempt_reads_from_the_primary(make_request):
    request = make_request()
    request.environ[READING_ENGINE] = "replica"
    event = SimpleNamespace(environ=request.environ)
    read_primary(event)
    assert READING_ENGINE not in request.environ
    read_primary(event)
