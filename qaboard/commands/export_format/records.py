"""Record types and field encodings of the export format.

A change of it is a change of the format: it gets another version, and the old one is still read.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    select,
)

from qaboard.commands.export_format.limits import WrongValue, limit_of
from qaboard.models import (
    Passkey,
    Post,
    RecoveryCode,
    SecurityEvent,
    TOTPFactor,
    User,
    Vote,
)
from qaboard.models.base import UTCDateTime

HEADER = {"format": "qaboard", "version": 1}

END = "end"
"""The name of the last record, which says how many came before it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record: what it is called, and the rows of a table that it is made of.

    ``constants`` are the columns that have the same value in all of these rows; ``always`` are
    those that have one in each of them, while other rows of the table have none.
    """

    name: str
    table: Table
    field_names: tuple[str, ...]
    constants: tuple[tuple[str, str], ...] = ()
    always: tuple[str, ...] = ()

    @property
    def columns(self) -> list[Column]:
        """The columns of the fields."""
        return [self.table.c[name] for name in self.field_names]

    def may_be_null(self, column: Column) -> bool:
        """Whether a field may have no value."""
        return column.nullable and column.name not in self.always

    def select(self) -> Select:
        """The rows, in the order in which they stand in the file."""
        conditions = [self.table.c[name] == value for name, value in self.constants]
        return select(*self.columns).where(*conditions).order_by(*self.table.primary_key.columns)


_POST = ("id", "author_id")
_POST_END = ("body", "version", "created_at", "edited_at", "deleted_at")

RECORDS = (
    Record(
        "user",
        User.__table__,
        (
            "id",
            "username",
            "email",
            "email_verified_at",
            "password_hash",
            "role",
            "locale",
            "created_at",
            "suspended_until",
            "suspension_reason",
            "purged_at",
            "closing_at",
            "closing_removes_posts",
            "closed_at",
        ),
    ),
    Record(
        "totp_factor",
        TOTPFactor.__table__,
        ("user_id", "encrypted_secret", "last_step", "created_at", "confirmed_at"),
    ),
    Record("recovery_code", RecoveryCode.__table__, ("id", "user_id", "code_hash")),
    Record(
        "passkey",
        Passkey.__table__,
        (
            "id",
            "user_id",
            "credential_id",
            "public_key",
            "sign_count",
            "name",
            "created_at",
            "last_used_at",
        ),
    ),
    Record(
        "question",
        Post.__table__,
        (*_POST, "title", *_POST_END, "last_activity_at"),
        constants=(("kind", "question"),),
        always=("title", "last_activity_at"),
    ),
    Record(
        "answer",
        Post.__table__,
        (*_POST, "question_id", *_POST_END),
        constants=(("kind", "answer"),),
        always=("question_id",),
    ),
    Record("vote", Vote.__table__, ("post_id", "user_id", "value", "created_at")),
    Record(
        "security_event",
        SecurityEvent.__table__,
        (
            "id",
            "created_at",
            "kind",
            "user_id",
            "actor_id",
            "is_administrative",
            "details",
            "address",
            "user_agent",
        ),
    ),
)
"""The order is that of the references: nothing points at what comes later."""

NOT_EXPORTED = {
    "users.username_key": "follows from the name",
    "users.question_count": "counted from the posts",
    "users.answer_count": "counted from the posts",
    "users.written_question_count": "counted from the posts",
    "users.written_answer_count": "counted from the posts",
    "users.idempotency_key": "of a form that is not sent again",
    "users.closing_post_id": "posts of an account that is closed are treated from the beginning",
    "users.purge_step": "a purge that is under way goes on on its own board",
    "posts.idempotency_key": "of a form that is not sent again",
    "posts.kind": "the name of the record says it",
    "posts.body_html": "rendered from the body",
    "posts.renderer_version": "that of the renderer of the importing board",
    "posts.score": "the sum of the votes",
    "posts.answer_count": "counted from the answers",
    "list_segments": "counted from the questions",
    "user_sessions": "a login belongs to the board that it was made on",
    "drafts": "texts that nobody has sent, kept for weeks at most",
    "single_use_tokens": "links in mails that are good for minutes to a day",
}
"""The columns and tables that are not in the file, and why."""


def kind_of(column: Column) -> str:
    """The word for what a column's field holds, as the documentation has it."""
    for column_type, word in (
        (UTCDateTime, "time"),
        (LargeBinary, "bytes"),
        (Boolean, "boolean"),
        (JSON, "object"),
        (Integer, "number"),
        (String, "text"),
    ):
        if isinstance(column.type, column_type):
            return word
    raise TypeError(f"{column} has a type that the format does not know")


def encode(value: Any) -> Any:
    """A value of the database as JSON has it."""
    if isinstance(value, datetime):
        # With microseconds, also where there are none.
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def decode(column: Column, value: Any) -> Any:
    """A value of JSON, other than null, as the database has it.

    :raises WrongValue: when the column cannot have it, or no form would take it.
    """
    value = _DECODERS[kind_of(column)](column, value)
    limit = limit_of(column)
    return value if limit is None else limit.accept(value)


def _time(_column: Column, value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongValue("must be a time such as 2026-01-31T12:34:56.789012Z") from None
    if time.tzinfo is None:
        raise WrongValue("must be a time with its zone, such as Z")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise WrongValue("must be a time of the years 1 to 9999") from None


def _bytes(column: Column, value: Any) -> bytes:
    try:
        content = base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise WrongValue("must be bytes in Base64") from None
    _check_length(column, content, "bytes")
    return content


def _boolean(_column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue("must be true or false")
    return value


def _object(_column: Column, value: Any) -> dict:
    if not isinstance(value, dict):
        raise WrongValue("must be an object")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise WrongValue("must not have numbers that are none") from None
    _check_characters(text)
    return value


def _number(_column: Column, value: Any) -> int:
    if type(value) is not int:
        raise WrongValue("must be a whole number")
    return value


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValue("must be text")
    _check_characters(value)
    _check_length(column, value, "characters")
    return value


def _check_length(column: Column, value: str | bytes, unit: str) -> None:
    limit = column.type.length
    if limit is not None and len(value) > limit:
        raise WrongValue(f"must have at most {limit:,} {unit}")


def _check_characters(text: str) -> None:
    """Refuse what PostgreSQL does not store, so that a board can go there."""
    if "\0" in text:
        raise WrongValue("must not have the character U+0000")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WrongValue("must not have half a character (a lone surrogate)") from None


_DECODERS = {
    "time": _time,
    "bytes": _bytes,
    "boolean": _boolean,
    "object": _object,
    "number": _number,
    "text": _text,
}
