"""The settings of the board, read once from the ini file and the environment, and typed.

A setting that is missing or weak stops the start with one sentence that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pyramid.settings import asbool
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from qaboard.i18n import LOCALES
from qaboard.settings.mail import MailSettings, load_mail_settings
from qaboard.settings.monitoring import MonitoringSettings, load_monitoring_settings
from qaboard.settings.rate_limits import RateLimitSettings, load_rate_limit_settings
from qaboard.settings.reading import SettingsError, SettingsReader

__all__ = [
    "PASSWORD_MAXIMA",
    "Settings",
    "SettingsError",
    "load_database_url",
    "load_settings",
]

# 1 GiB is no login any more.
PASSWORD_MAXIMA = {"memory_kib": 1024 * 1024, "passes": 100, "lanes": 16}
"""The greatest costs of a hash."""

MINIMUM_SECRET_LENGTH = 32
MINIMUM_DISTINCT_SECRET_CHARACTERS = 10


class ClientAddresses(StrEnum):
    """How much of a client's network address is kept, in the database and in the log."""

    FULL = "full"
    NETWORK = "network"
    """The first three bytes of an IPv4 address, the first 48 bits of an IPv6 address."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """The parameters of argon2id, and how many hashes may be computed at the same time."""

    memory_kib: int
    passes: int
    lanes: int
    concurrent_hashes: int


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The section ``accounts.*``; durations are in the units of their names."""

    require_verified: bool
    staff_second_factor: bool
    session_lifetime_days: int
    session_idle_days: int
    recent_authentication_minutes: int
    closing_days: int
    activity_days: int


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where backups go that are given no name, if anywhere, and how many stay there."""

    directory: Path | None
    kept: int


@dataclass(frozen=True, slots=True)
class SpamSettings:
    """The section ``spam.*``; 0 switches a rule off."""

    minimum_seconds: int
    new_account_links: int
    new_account_days: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the ini file and the environment say.

    ``page_size`` and ``answer_page_size`` count rows; ``kept_pages_mib`` is how much of its pages
    a process keeps, 0 for nothing; ``site_address`` has scheme, host and port
    only; ``hosts`` are the names a request may be for, ``image_hosts`` those whose images are
    shown, both without a scheme.
    """

    development: bool
    secret: str = field(repr=False)
    database_url: URL
    replica_url: URL | None
    replica_maximum_lag_seconds: int
    site_address: str
    hosts: tuple[str, ...]
    static_directory: str
    site_name: str
    default_locale: str
    time_zone: ZoneInfo
    page_size: int
    answer_page_size: int
    kept_pages_mib: int
    database_connections: int
    secure_cookies: bool
    hsts_subdomains: bool
    image_hosts: tuple[str, ...]
    client_addresses: ClientAddresses
    monitoring: MonitoringSettings
    backups: BackupSettings
    mail: MailSettings
    accounts: AccountSettings
    passwords: PasswordSettings
    rate_limits: RateLimitSettings
    spam: SpamSettings

    def cookie_name(self, name: str) -> str:
        """The name that a cookie has in the browser.

        Browsers take one with the prefix over HTTPS only, and from this very host (RFC 6265bis,
        section 4.1.3).
        """
        return f"__Host-{name}" if self.secure_cookies else name


def load_settings(ini: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Read the settings of one ini section, where the environment wins.

    :param ini: the ``[app:main]`` section, as strings.
    :param environment: usually ``os.environ``; ``QABOARD_SECRET``, ``QABOARD_DATABASE_URL``,
        ``QABOARD_REPLICA_URL``, ``QABOARD_URL``, ``QABOARD_MAIL_PASSWORD`` and
        ``QABOARD_RATE_LIMIT_STORAGE`` are looked up in it. In production the first two must come
        from it; an ini file is read by many.
    :raises SettingsError: when a setting is missing, malformed or weak.
    """
    reader = SettingsReader(ini, environment)
    choices = ("development", "production")
    development = reader.choice("qaboard.environment", choices) != "production"
    if not development:
        _refuse_debugging(ini)
    secret = _secret(reader, development)
    database_url = load_database_url(ini, environment)
    secure_cookies = reader.boolean("qaboard.secure_cookies")
    site_address = reader.site_address("qaboard.url", "QABOARD_URL")
    if secure_cookies and not site_address.startswith("https:"):
        raise SettingsError(
            f"The setting qaboard.url (or QABOARD_URL) is {site_address!r}. It must begin with "
            "https: where qaboard.secure_cookies is true."
        )
    hosts = (*reader.hosts("qaboard.hosts"), urlsplit(site_address).hostname)
    return Settings(
        development=development,
        secret=secret,
        database_url=database_url,
        replica_url=_load_replica_url(ini, environment, database_url),
        replica_maximum_lag_seconds=reader.count("sqlalchemy.replica_maximum_lag_seconds"),
        site_address=site_address,
        hosts=hosts,
        static_directory=reader.directory("qaboard.static_directory"),
        site_name=reader.required("qaboard.site_name"),
        default_locale=reader.choice("qaboard.default_locale", LOCALES),
        time_zone=reader.time_zone("qaboard.time_zone"),
        page_size=reader.count("qaboard.page_size"),
        answer_page_size=reader.count("qaboard.answer_page_size"),
        kept_pages_mib=reader.count("qaboard.kept_pages_mib", minimum=0, maximum=1024),
        database_connections=reader.count("qaboard.database_connections", maximum=100),
        secure_cookies=secure_cookies,
        hsts_subdomains=reader.boolean("qaboard.hsts_subdomains"),
        # The site's own pictures are shown by their paths, and its pages are none.
        image_hosts=tuple(
            host
            for host in reader.hosts("qaboard.image_hosts", ports=True)
            if host.partition(":")[0].lower() not in hosts
        ),
        client_addresses=ClientAddresses(
            reader.choice("qaboard.client_addresses", tuple(ClientAddresses))
        ),
        monitoring=load_monitoring_settings(reader),
        backups=BackupSettings(
            directory=reader.absolute_path("qaboard.backup_directory"),
            kept=reader.count("qaboard.backups_kept"),
        ),
        mail=load_mail_settings(reader),
        accounts=AccountSettings(
            require_verified=reader.boolean("accounts.require_verified"),
            staff_second_factor=reader.boolean("accounts.staff_second_factor"),
            session_lifetime_days=reader.count("accounts.session_lifetime_days"),
            session_idle_days=reader.count("accounts.session_idle_days"),
            recent_authentication_minutes=reader.count("accounts.recent_authentication_minutes"),
            closing_days=reader.count("accounts.closing_days"),
            activity_days=reader.count("accounts.activity_days"),
        ),
        passwords=PasswordSettings(
            # The least that argon2 takes for each lane is 8 KiB.
            memory_kib=reader.count(
                "passwords.memory_kib", minimum=8 * 16, maximum=PASSWORD_MAXIMA["memory_kib"]
            ),
            passes=reader.count("passwords.passes", maximum=PASSWORD_MAXIMA["passes"]),
            lanes=reader.count("passwords.lanes", maximum=PASSWORD_MAXIMA["lanes"]),
            concurrent_hashes=reader.count("passwords.concurrent_hashes"),
        ),
        rate_limits=load_rate_limit_settings(reader),
        spam=SpamSettings(
            minimum_seconds=reader.count("spam.minimum_seconds", minimum=0, maximum=60),
            new_account_links=reader.count("spam.new_account_links", minimum=0),
            new_account_days=reader.count("spam.new_account_days", minimum=0),
        ),
    )


def _refuse_debugging(ini: Mapping[str, str]) -> None:
    """Production shows nobody its insides."""
    if "debugtoolbar" in ini.get("pyramid.includes", ""):
        raise SettingsError(
            "The setting pyramid.includes has the debug toolbar, which production must not show."
        )
    for name, value in ini.items():
        if name.startswith(("pyramid.debug_", "debug_")) and asbool(value):
            raise SettingsError(f"The setting {name} must be false in production.")


def load_database_url(ini: Mapping[str, str], environment: Mapping[str, str]) -> URL:
    """The database to use; Alembic asks for it too, without the rest of the settings.

    :raises SettingsError: when there is none, or it is no SQLite or PostgreSQL URL.
    """
    text = environment.get("QABOARD_DATABASE_URL")
    if not text and ini.get("qaboard.environment") == "development":
        text = ini.get("sqlalchemy.url")
    if not text:
        raise SettingsError(
            "No database configured. Set QABOARD_DATABASE_URL, for example to "
            "postgresql://user:password@localhost/qaboard."
        )
    return _database_url(text, "QABOARD_DATABASE_URL (or sqlalchemy.url)")


def _load_replica_url(
    ini: Mapping[str, str], environment: Mapping[str, str], database_url: URL
) -> URL | None:
    """Where a replica of the database is, if there is one; it may need a password too."""
    text = environment.get("QABOARD_REPLICA_URL") or ini.get("sqlalchemy.replica_url", "")
    if not text:
        return None
    names = "QABOARD_REPLICA_URL (or sqlalchemy.replica_url)"
    url = _database_url(text, names)
    if {url.get_backend_name(), database_url.get_backend_name()} != {"postgresql"}:
        raise SettingsError(f"{names} is set, but only PostgreSQL has replicas.")
    return url


def _database_url(text: str, names: str) -> URL:
    """The URL of a database that the board runs on.

    :param names: where the text comes from.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(
            f"{names} is not a database URL. It should look like "
            "postgresql://user:password@localhost/qaboard."
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url
    raise SettingsError(
        f"{names} uses the database {backend!r}, but qaboard runs on sqlite and postgresql."
    )


def _secret(reader: SettingsReader, development: bool) -> str:
    secret = reader.environment.get("QABOARD_SECRET", "")
    if development:
        return secret or reader.required("qaboard.secret")
    how = 'Generate one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    if not secret:
        raise SettingsError(f"No secret key configured. Set QABOARD_SECRET. {how}")
    if len(secret) < MINIMUM_SECRET_LENGTH or len(set(secret)) < MINIMUM_DISTINCT_SECRET_CHARACTERS:
        raise SettingsError(
            f"QABOARD_SECRET is too weak. It needs at least {MINIMUM_SECRET_LENGTH} random "
            f"characters. {how}"
        )
    return secret
