"""Counters of rate limits in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from qaboard.limits.storage import FILE_SUFFIX, DatabaseStorage, hits


@pytest.fixture
def engine(own_engine):
    return own_engine


@pytest.fixture
def storage(engine) -> DatabaseStorage:
    return DatabaseStorage(engine, "a secret")


def age(storage: DatabaseStorage, seconds: float) -> None:
    with storage.engine.begin() as connection:
        connection.execute(
            update(hits).values(
                counted_at=hits.c.counted_at - seconds, expires_at=hits.c.expires_at - seconds
            )
        )


def test_as_many_are_let_through_as_the_limit_says(storage):
    assert [storage.acquire_entry("key", 2, 60) for _ in range(3)] == [True, True, False]
    assert storage.acquire_entry("other", 2, 60)


def test_what_is_refused_is_not_counted(storage):
    storage.acquire_entry("key", 1, 60)
    storage.acquire_entry("key", 1, 60)
    assert storage.get_moving_window("key", 1, 60)[1] == 1


def test_the_window_moves(storage):
    storage.acquire_entry("key", 1, 60)
    age(storage, 61)
    assert storage.acquire_entry("key", 1, 60)


def test_more_than_the_limit_at_once_is_refused(storage):
    assert not storage.acquire_entry("key", 2, 60, amount=3)
    assert storage.acquire_entry("key", 2, 60, amount=2)


def test_a_cleared_key_is_counted_anew(storage):
    for key in ("key", "other"):
        storage.acquire_entry(key, 1, 60)
    storage.clear("key")
    assert storage.acquire_entry("key", 1, 60)
    assert not storage.acquire_entry("other", 1, 60)
    assert storage.reset() == 2


def test_what_counts_no_more_is_deleted_and_the_rest_stays(storage):
    storage.acquire_entry("old", 5, 60)
    age(storage, 61)
    storage.acquire_entry("new", 5, 60)
    storage.delete_expired()
    assert storage.get_moving_window("old", 5, 600)[1] == 0
    assert storage.get_moving_window("new", 5, 60)[1] == 1


def test_names_and_addresses_are_not_in_the_file_beside_the_database(storage, engine):
    storage.acquire_entry("LIMITS/login/minji@example.com", 5, 60)
    assert Path(f"{engine.url.database}{FILE_SUFFIX}").exists()
    with storage.engine.connect() as connection:
        (key,) = connection.scalars(select(hits.c.key)).all()
    assert b"minji" not in key


def test_half_a_character_in_a_key_is_counted_like_any_other(storage):
    assert storage.check()
    assert [storage.acquire_entry("\ud800", 1, 60) for _ in range(2)] == [True, False]
