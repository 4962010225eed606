"""Values in a file of a board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from qaboard.commands.export_format.limits import WrongValue
from qaboard.commands.export_format.records import NOT_EXPORTED, RECORDS, decode, encode
from qaboard.models import Base, Passkey, Post, SecurityEvent, User

USERS = User.__table__.c
MOMENT = datetime(2026, 1, 31, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (USERS.created_at, MOMENT, "2026-01-31T12:34:56.000000Z"),
        (Passkey.__table__.c.credential_id, b"\xff\x00", "/wA="),
        (USERS.username, "민지", "민지"),
        (SecurityEvent.__table__.c.is_administrative, True, True),
        (SecurityEvent.__table__.c.details, {"posts": 1}, {"posts": 1}),
        (Post.__table__.c.version, 3, 3),
    ],
)
def test_a_value_comes_back_as_it_was(column, value, text):
    assert encode(value) == text
    assert decode(column, text) == value


def test_a_time_of_another_zone_is_the_same_moment():
    zone = timezone(timedelta(hours=9))
    assert encode(MOMENT.astimezone(zone)) == encode(MOMENT)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (USERS.created_at, "2026-01-31T12:34:56"),
        (USERS.created_at, "0001-01-01T00:00:00+09:00"),
        (USERS.created_at, 5),
        (Passkey.__table__.c.credential_id, "not base64!"),
        (SecurityEvent.__table__.c.is_administrative, 1),
        (SecurityEvent.__table__.c.details, []),
        (SecurityEvent.__table__.c.details, {"x": float("nan")}),
        (Post.__table__.c.version, True),
        (Post.__table__.c.version, "3"),
        (USERS.username, 3),
        (Post.__table__.c.body, "a\x00"),
        (Post.__table__.c.body, "\ud800"),
        (USERS.password_hash, "x" * 256),
    ],
)
def test_a_value_of_another_type_or_that_postgresql_does_not_store_is_refused(column, text):
    with pytest.raises(WrongValue, match="must"):
        decode(column, text)


def test_each_column_of_each_table_is_in_the_file_or_has_a_reason_not_to_be():
    exported = {
        f"{record.table.name}.{name}"
        for record in RECORDS
        for name in (*record.field_names, *(constant for constant, _value in record.constants))
    }
    for table in Base.metadata.tables.values():
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            assert name in exported or name in NOT_EXPORTED or table.name in NOT_EXPORTED, name
