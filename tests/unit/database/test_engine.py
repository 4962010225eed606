"""What the engine itself promises, on SQLite, where it has most to say."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError

from qaboard.database.engine import SQLITE_CACHE_KIB, make_engine


@pytest.fixture
def engine(tmp_path):
    engine = make_engine(make_url(f"sqlite:///{tmp_path}/board.sqlite"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes (body TEXT UNIQUE)"))
    yield engine
    engine.dispose()


def test_an_error_shows_no_values(engine):
    insert = text("INSERT INTO notes VALUES (:body)")
    with engine.connect() as connection:
        connection.execute(insert, {"body": "my secret"})
        with pytest.raises(IntegrityError) as error:
            connection.execute(insert, {"body": "my secret"})
    assert "INSERT INTO notes" in str(error.value)
    assert "my secret" not in str(error.value)


def test_a_connection_that_can_only_read_is_not_used_again(engine):
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("INSERT INTO notes VALUES ('lost')"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO notes VALUES ('kept')"))
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT body FROM notes")).all() == ["kept"]


def test_each_connection_keeps_no_more_of_the_file_than_it_is_told(engine):
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -SQLITE_CACHE_KIB
