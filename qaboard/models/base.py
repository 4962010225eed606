"""Declarative base, UTC clock, portable column types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, MetaData, and_
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

# Named from the first migration on, so that a later one can drop what an earlier one made.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    """The current time, aware and in UTC."""
    return datetime.now(UTC)


CLOCK_TOLERANCE = timedelta(minutes=5)
"""How much the clocks of several machines may differ. What is further in the future was noted
before a clock was set back; it is not recent."""


def is_recent(moment: datetime, period: timedelta) -> bool:
    """Whether something happened in the period that ends now."""
    return -CLOCK_TOLERANCE <= utc_now() - moment <= period


def was_recent(column, now: datetime, period: timedelta) -> ColumnElement[bool]:
    """SQL condition for a column that holds a recent time."""
    return and_(column > now - period, column <= now + CLOCK_TOLERANCE)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time to be stored must be aware of its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


IDEMPOTENCY_KEY_MAX_CHARACTERS = 64
"""What a form names itself by, so that it makes one row when it is sent twice."""

# SQLite numbers rows by itself only in a column that is declared INTEGER.
Identifier = BigInteger().with_variant(Integer, "sqlite")

PrimaryKey = Annotated[int, mapped_column(Identifier, primary_key=True)]
Timestamp = Annotated[datetime, mapped_column(UTCDateTime)]
OptionalTimestamp = Annotated[datetime | None, mapped_column(UTCDateTime)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
