"""Rate limit settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limits import RateLimitItem

from qaboard.settings.reading import SettingsReader


class RateLimit(StrEnum):
    """What is counted, and for whom; the ini file has a rate for each as ``rate_limits.<name>``."""

    LOGIN_ACCOUNT = "login_account"
    """Wrong passwords for one name or mail address, and for one account."""

    LOGIN_ADDRESS = "login_address"
    """Logins from one network address."""

    SECOND_FACTOR = "second_factor"
    """Codes tried for one account."""

    SIGN_UP = "sign_up"
    """New accounts from one network address."""

    MAIL = "mail"
    """Mails to one mail address that somebody asked for by a form."""

    RESET = "reset"
    """Forms that send a mail or use its link, from one network address."""

    ASK = "ask"
    """Questions of one user."""

    ANSWER = "answer"
    """Answers of one user."""

    EDIT = "edit"
    """Edits, deletions and restorations by one user."""

    VOTE = "vote"
    """Votes of one user."""

    SEARCH = "search"
    """Searches from one network address."""

    DOWNLOAD = "download"
    """Archives of one user."""

    PREVIEW = "preview"
    """Previews of one user."""

    DRAFT = "draft"
    """Saved and discarded drafts of one user."""


@dataclass(frozen=True, slots=True)
class RateLimitSettings:
    """``storage`` is the URI of the counters; ``rates`` has ``None`` for what is not limited."""

    storage: str
    rates: dict[RateLimit, RateLimitItem | None]


def load_rate_limit_settings(reader: SettingsReader) -> RateLimitSettings:
    """Read ``rate_limits.*``; ``QABOARD_RATE_LIMIT_STORAGE`` wins over the storage, since the
    address of a Redis server may hold its password.

    :raises SettingsError: when a setting is missing or malformed.
    """
    return RateLimitSettings(
        storage=reader.environment.get("QABOARD_RATE_LIMIT_STORAGE", "")
        or reader.required("rate_limits.storage"),
        rates={limit: reader.rate(f"rate_limits.{limit}") for limit in RateLimit},
    )
