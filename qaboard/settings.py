"""The settings of the board, read once from the ini file and the environment, and typed.

A setting that is missing or weak stops the start with one sentence that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyramid.settings import asbool, aslist
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

LOCALES = ("ko", "en")
"""The languages the board speaks; the first is the one its makers write in."""

MINIMUM_SECRET_LENGTH = 32
MINIMUM_DISTINCT_SECRET_CHARACTERS = 10


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the ini file and the environment say.

    ``page_size`` and ``answer_page_size`` count rows; ``session_lifetime_days`` counts days;
    ``image_hosts`` are host names without a scheme.
    """

    development: bool
    secret: str
    database_url: URL
    static_directory: str
    site_name: str
    default_locale: str
    time_zone: ZoneInfo
    page_size: int
    answer_page_size: int
    session_lifetime_days: int
    secure_cookies: bool
    image_hosts: tuple[str, ...]


def load_settings(ini: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Read the settings of one ini section, where the environment wins.

    :param ini: the ``[app:main]`` section, as strings.
    :param environment: usually ``os.environ``; ``QABOARD_SECRET`` and ``QABOARD_DATABASE_URL``
        are looked up in it. In production they must come from it; an ini file is read by many.
    :raises SettingsError: when a setting is missing, malformed or weak.
    """
    development = _choice(ini, "qaboard.environment", ("development", "production")) != "production"
    return Settings(
        development=development,
        secret=_secret(ini, environment, development),
        database_url=load_database_url(ini, environment),
        static_directory=_directory(ini, "qaboard.static_directory"),
        site_name=_required(ini, "qaboard.site_name"),
        default_locale=_choice(ini, "qaboard.default_locale", LOCALES),
        time_zone=_time_zone(ini),
        page_size=_count(ini, "qaboard.page_size"),
        answer_page_size=_count(ini, "qaboard.answer_page_size"),
        session_lifetime_days=_count(ini, "qaboard.session_lifetime_days"),
        secure_cookies=_boolean(ini, "qaboard.secure_cookies"),
        image_hosts=tuple(host.lower() for host in aslist(ini.get("qaboard.image_hosts", ""))),
    )


def load_database_url(ini: Mapping[str, str], environment: Mapping[str, str]) -> URL:
    """The database to use; Alembic asks for it too, without the rest of the settings.

    :raises SettingsError: when there is none, or it is no SQLite or PostgreSQL URL.
    """
    text = environment.get("QABOARD_DATABASE_URL")
    if not text and ini.get("qaboard.environment") == "development":
        text = ini.get("sqlalchemy.url")
    if not text:
        raise SettingsError(
            "The database is not set: put its URL into the environment as QABOARD_DATABASE_URL, "
            "for example postgresql://user:password@localhost/qaboard."
        )
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "QABOARD_DATABASE_URL (or sqlalchemy.url) is not a database URL; "
            "it should look like postgresql://user:password@localhost/qaboard."
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url
    raise SettingsError(
        f"QABOARD_DATABASE_URL (or sqlalchemy.url) names the database {backend!r}; "
        "qaboard runs on sqlite and postgresql."
    )


def _secret(ini: Mapping[str, str], environment: Mapping[str, str], development: bool) -> str:
    secret = environment.get("QABOARD_SECRET", "")
    if development:
        return secret or _required(ini, "qaboard.secret")
    how = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    if not secret:
        raise SettingsError(
            f"The secret key is not set: put it into the environment as QABOARD_SECRET; {how}"
        )
    if len(secret) < MINIMUM_SECRET_LENGTH or len(set(secret)) < MINIMUM_DISTINCT_SECRET_CHARACTERS:
        raise SettingsError(
            f"QABOARD_SECRET is too weak (it needs at least {MINIMUM_SECRET_LENGTH} random "
            f"characters); {how}"
        )
    return secret


def _required(ini: Mapping[str, str], name: str) -> str:
    value = ini.get(name, "").strip()
    if not value:
        raise SettingsError(f"The setting {name} is missing from the ini file.")
    return value


def _directory(ini: Mapping[str, str], name: str) -> str:
    value = _required(ini, name)
    if not Path(value).is_dir():
        raise SettingsError(f"The setting {name} is {value!r}, where there is no such directory.")
    return value


def _choice(ini: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = _required(ini, name)
    if value not in choices:
        raise SettingsError(f"The setting {name} is {value!r}; it can be {' or '.join(choices)}.")
    return value


def _count(ini: Mapping[str, str], name: str) -> int:
    value = _required(ini, name)
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= 1000):
        raise SettingsError(f"The setting {name} is {value!r}; it must be from 1 to 1000.")
    return int(value)


def _boolean(ini: Mapping[str, str], name: str) -> bool:
    value = _required(ini, name).lower()
    if value not in ("true", "false"):
        raise SettingsError(f"The setting {name} is {value!r}; it can be true or false.")
    return asbool(value)


def _time_zone(ini: Mapping[str, str]) -> ZoneInfo:
    name = _required(ini, "qaboard.time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"The setting qaboard.time_zone is {name!r}; it must be a name such as Asia/Seoul."
        ) from None
