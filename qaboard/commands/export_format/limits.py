"""Limits of the values of every column, for import and doctor; of texts, those of the forms."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import colander
from argon2 import Type, extract_parameters
from argon2.exceptions import InvalidHashError
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    cast,
    func,
    or_,
    type_coerce,
)

from qaboard.i18n import LOCALES
from qaboard.models import (
    CLOCK_TOLERANCE,
    EventKind,
    Passkey,
    Post,
    PurgeStep,
    RecoveryCode,
    Role,
    SecurityEvent,
    SingleUseToken,
    TokenPurpose,
    TOTPFactor,
    User,
    UserSession,
    Vote,
    email_key,
    email_keys,
    utc_now,
)
from qaboard.models.base import UTCDateTime
from qaboard.models.user import RELEASED_NAME
from qaboard.schemas.accounts.passkey import AddPasskeySchema
from qaboard.schemas.fields import (
    body_field,
    email_field,
    multiple_lines,
    single_line,
    title_field,
    username_field,
)
from qaboard.schemas.moderation.user_management import SuspensionSchema
from qaboard.security.encryption import NONCE_BYTES
from qaboard.settings import PASSWORD_MAXIMA

ID_MAX = 2**53 - 1
"""Every reader of JSON has such a number exactly, and sequences of 63 bits go on after it."""

VERSION_MAX = 10**9
"""A column of 32 bits; each edit adds one, so half of them stay for later."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""No board is older than the time of Unix, from which segments of lists count."""

TOTP_STEP_SECONDS = 30

_DETAILS_MAX_COUNT = 10
_DETAIL_MAX_CHARACTERS = User.SUSPENSION_REASON_MAX_CHARACTERS
_DETAIL_NAME = re.compile(r"[a-z_]{1,40}")
_DETAIL_TIMES = ("until", "suspended_until")
_DETAIL_REASONS = ("reason", "suspension_reason")
_PASSWORD_HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[\w+/]{11,86}\$[\w+/]{16,128}")


class WrongValue(ValueError):
    """A value that a field cannot have; the message is a sentence about it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a value of a column may be.

    ``accept`` takes a value as Python has it and returns it as it is to be stored, or raises
    `WrongValue`. ``exceeded`` gives the SQL condition of a column's wrong values, of which
    ``sentence`` tells; it is ``None`` where only Python can tell.
    """

    accept: Callable[[Any], Any]
    exceeded: Callable[[Column], ColumnElement[bool]] | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class RowLimit:
    """What must be true of several values of a row; ``sentence`` says it."""

    sentence: str
    holds: Callable[[Mapping[str, Any]], bool]
    exceeded: ColumnElement[bool]


def _range(minimum: Any, maximum: Callable[[], Any], sentence: str) -> Limit:
    def accept(value):
        if not minimum <= value <= maximum():
            raise WrongValue(sentence)
        return value

    return Limit(accept, lambda column: or_(column < minimum, column > maximum()), sentence)


def _number(minimum: int, maximum: int) -> Limit:
    return _range(minimum, lambda: maximum, f"must be a number from {minimum:,} to {maximum:,}")


def _one_of(*values: str | int) -> Limit:
    listed = tuple(str(value) if isinstance(value, str) else value for value in values)

    sentence = f"must be one of: {', '.join(map(str, listed))}"

    def accept(value):
        if value not in listed:
            raise WrongValue(sentence)
        return value

    return Limit(accept, lambda column: column.not_in(listed), sentence)


def _byte_count(minimum: int, maximum: int) -> Limit:
    sentence = f"must have {minimum:,} to {maximum:,} bytes"

    def accept(value: bytes) -> bytes:
        if not minimum <= len(value) <= maximum:
            raise WrongValue(sentence)
        return value

    return Limit(accept, lambda column: ~func.length(column).between(minimum, maximum), sentence)


def _field(field: colander.SchemaNode, check_controls=single_line) -> Callable[[str], str]:
    """The check of a field of a form, which also mends what the form mends.

    :param check_controls: refuses the control characters that a form takes out: nobody has typed
        those of a file, and nobody sees what becomes of it.
    """

    def accept(value: str) -> str:
        try:
            check_controls(field, value)
            return field.deserialize(value)
        except colander.Invalid as error:
            message = next(error.paths())[-1].messages()[0]
            sentence = message.interpolate() if hasattr(message, "interpolate") else message
            raise WrongValue(f"would be refused by the form ({sentence.rstrip('.')})") from None

    return accept


_accept_username = _field(username_field())
_accept_email = _field(email_field())
_accept_body = _field(body_field(), multiple_lines)
_accept_reason = _field(SuspensionSchema()["reason"], multiple_lines)


def _username(value: str) -> str:
    return value if value == RELEASED_NAME else _accept_username(value)


def _email(value: str) -> str:
    accepted = _accept_email(value)
    # Of two accounts with one address the later one keeps its form; the import looks for them.
    return accepted if accepted in email_keys(accepted) else email_key(accepted)


def _body(value: str) -> str:
    # Of a post that is erased there is none.
    return value and _accept_body(value)


def _password_hash(value: str) -> str:
    # Of a closed account there is none.
    if not value:
        return value
    try:
        found = extract_parameters(value) if _PASSWORD_HASH.fullmatch(value) else None
    except InvalidHashError:
        found = None
    if found is None or found.type is not Type.ID:
        raise WrongValue("must be a hash by argon2id")
    costs = {"memory_kib": found.memory_cost, "passes": found.time_cost, "lanes": found.parallelism}
    for name, maximum in PASSWORD_MAXIMA.items():
        # Whoever tries to log in has it computed.
        if not 1 <= costs[name] <= maximum:
            raise WrongValue(f"must not cost more than passwords.{name} = {maximum:,}")
    return value


def _encrypted_secret(value: str) -> str:
    try:
        content = base64.b64decode(value, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        content = b""
    # A nonce, a tag of 16 bytes, and something between them.
    if len(content) <= NONCE_BYTES + 16:
        raise WrongValue("must be a secret encrypted by the board")
    return value


def _public_key(value: bytes) -> bytes:
    # Not before it is needed: the library takes 14 MB.
    from webauthn.helpers import decode_credential_public_key

    try:
        decode_credential_public_key(value)
    # The library lets errors of many kinds out.
    except Exception:
        raise WrongValue("must be a public key of WebAuthn (COSE)") from None
    return value


def _details(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > _DETAILS_MAX_COUNT:
        raise WrongValue(f"must have at most {_DETAILS_MAX_COUNT} values")
    for name, detail in value.items():
        if not _DETAIL_NAME.fullmatch(name):
            raise WrongValue("must have names in lowercase letters")
        if detail is None:
            continue
        if name in _DETAIL_TIMES:
            LATER_TIME.accept(_time_of(name, detail))
        elif name in _DETAIL_REASONS:
            _accept_detail_text(name, detail)
            _accept_reason(detail)
        elif type(detail) is int:
            _DETAIL_NUMBER.accept(detail)
        elif type(detail) is not bool:
            _accept_detail_text(name, detail)
    if "posts" in value and type(value["posts"]) is not int:
        raise WrongValue("must have a number as posts")
    return value


def _accept_detail_text(name: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > _DETAIL_MAX_CHARACTERS:
        raise WrongValue(
            f"must have a text of at most {_DETAIL_MAX_CHARACTERS} characters as {name}"
        )
    if any(not (character.isprintable() or character in "\n\t") for character in value):
        raise WrongValue(f"must not have control characters in {name}")


def _time_of(name: str, value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise WrongValue(f"must have a time with its zone as {name}")
    return time


def _printable(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise WrongValue("must have printable ASCII characters only")
    return value


PAST_TIME = _range(
    EARLIEST,
    lambda: utc_now() + CLOCK_TOLERANCE,
    f"must be a time from {EARLIEST:%Y} until now, and is not",
)
LATER_TIME = _range(
    EARLIEST,
    lambda: User.SUSPENDED_FOR_GOOD,
    f"must be a time from {EARLIEST:%Y} to {User.SUSPENDED_FOR_GOOD:%Y-%m-%d}, and is not",
)
_DETAIL_NUMBER = _number(-ID_MAX, ID_MAX)
_ID = _number(1, ID_MAX)

_LIMITS: dict[Column, Limit] = {
    User.__table__.c.username: Limit(_username),
    User.__table__.c.email: Limit(_email),
    User.__table__.c.password_hash: Limit(_password_hash),
    User.__table__.c.role: _one_of(*Role),
    User.__table__.c.locale: _one_of(*LOCALES),
    User.__table__.c.suspended_until: LATER_TIME,
    User.__table__.c.purge_step: _one_of(*PurgeStep),
    User.__table__.c.suspension_reason: Limit(_accept_reason),
    User.__table__.c.closing_at: LATER_TIME,
    TOTPFactor.__table__.c.encrypted_secret: Limit(_encrypted_secret),
    # A later one than now would refuse the codes of a lifetime.
    TOTPFactor.__table__.c.last_step: _range(
        0,
        lambda: int((utc_now() + CLOCK_TOLERANCE).timestamp()) // TOTP_STEP_SECONDS,
        "must be the number of a time step until now",
    ),
    RecoveryCode.__table__.c.code_hash: _byte_count(32, 32),
    Passkey.__table__.c.credential_id: _byte_count(1, Passkey.CREDENTIAL_ID_MAX_BYTES),
    Passkey.__table__.c.public_key: Limit(_public_key),
    # WebAuthn 2, section 6.1: 32 bits without a sign.
    Passkey.__table__.c.sign_count: _number(0, 2**32 - 1),
    Passkey.__table__.c.name: Limit(_field(AddPasskeySchema()["name"])),
    Post.__table__.c.kind: _one_of("question", "answer"),
    Post.__table__.c.title: Limit(_field(title_field())),
    # Rendering keeps what a body has in it from readers, and the table its length; of a database,
    # reading all of them would take too long.
    Post.__table__.c.body: Limit(
        _body,
        lambda column: func.length(column) > Post.BODY_MAX_CHARACTERS,
        f"must have at most {Post.BODY_MAX_CHARACTERS:,} characters",
    ),
    Post.__table__.c.version: _number(1, VERSION_MAX),
    Vote.__table__.c.value: _one_of(-1, 1),
    SecurityEvent.__table__.c.kind: _one_of(*EventKind),
    SecurityEvent.__table__.c.user_id: _ID,
    SecurityEvent.__table__.c.actor_id: _ID,
    SecurityEvent.__table__.c.details: Limit(_details),
    SecurityEvent.__table__.c.address: Limit(_printable),
    SecurityEvent.__table__.c.user_agent: Limit(_printable),
    SingleUseToken.__table__.c.purpose: _one_of(*TokenPurpose),
    SingleUseToken.__table__.c.expires_at: LATER_TIME,
    UserSession.__table__.c.expires_at: LATER_TIME,
    UserSession.__table__.c.address: Limit(_printable),
    UserSession.__table__.c.user_agent: Limit(_printable),
}

ROW_LIMITS: dict[Table, tuple[RowLimit, ...]] = {
    User.__table__: (
        RowLimit(
            f"the username of a closed account, and of no other, is {RELEASED_NAME!r}",
            lambda row: (row["username"] == RELEASED_NAME) == (row["closed_at"] is not None),
            (User.username == RELEASED_NAME) != User.closed_at.is_not(None),
        ),
        RowLimit(
            "a closed account, and no other, has no email and no password_hash",
            lambda row: (
                (row["email"] is None)
                == (row["password_hash"] == "")
                == (row["closed_at"] is not None)
            ),
            or_(
                User.email.is_(None) != User.closed_at.is_not(None),
                (User.password_hash == "") != User.closed_at.is_not(None),
            ),
        ),
    ),
    Post.__table__: (
        RowLimit(
            "only a deleted post has no body",
            lambda row: row["body"] != "" or row["deleted_at"] is not None,
            and_(Post.body == "", Post.deleted_at.is_(None)),
        ),
    ),
}


def limit_of(column: Column) -> Limit | None:
    """What a value of a column may be; ``None`` where its type and the tables say everything."""
    if column in _LIMITS:
        return _LIMITS[column]
    if isinstance(column.type, UTCDateTime):
        return PAST_TIME
    if isinstance(column.type, Integer) and (column.primary_key or column.foreign_keys):
        # The key of a segment of a list is a time or a score.
        return None if column.table.name == "list_segments" else _ID
    return None


def wrong_type_on_sqlite(column: Column) -> ColumnElement[bool]:
    """The condition for a value of another type than the column's, which SQLite takes as well."""
    names = {UTCDateTime: "text", LargeBinary: "blob", Boolean: "integer", JSON: "text"}
    names |= {Integer: "integer", String: "text"}
    expected = next(name for kind, name in names.items() if isinstance(column.type, kind))
    wrong = func.typeof(column) != expected
    if isinstance(column.type, Boolean):
        return or_(wrong, type_coerce(column, Integer).not_in((0, 1)))
    if isinstance(column.type, UTCDateTime):
        text = type_coerce(column, String)
        # As SQLAlchemy writes it; a day that is not in the calendar comes back as another one.
        normal = func.strftime("%Y-%m-%d %H:%M:%S", text)
        return or_(
            wrong,
            func.coalesce(normal, "") != func.substr(text, 1, 19),
            func.substr(text, 20).op("NOT GLOB")(".[0-9][0-9][0-9][0-9][0-9][0-9]"),
        )
    return wrong


def stored_form(column: Column) -> ColumnElement:
    """A column as it is read where its value may be anything: JSON as its text."""
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)
    return type_coerce(column, LargeBinary if isinstance(column.type, LargeBinary) else Text).label(
        column.name
    )


def accept_stored(column: Column, value: Any) -> None:
    """Check a value that was read in its stored form.

    :raises WrongValue: when the column cannot have it.
    """
    if isinstance(column.type, JSON):
        try:
            value = json.loads(value)
        except (TypeError, ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise WrongValue("must be a JSON object")
    elif not isinstance(value, bytes if isinstance(column.type, LargeBinary) else str):
        raise WrongValue("must be of its column's type")
    limit_of(column).accept(value)
