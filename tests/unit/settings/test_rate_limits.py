"""Settings of rate limits."""

from __future__ import annotations

import pytest

from qaboard.settings.rate_limits import RateLimit, load_rate_limit_settings
from qaboard.settings.reading import SettingsError, SettingsReader

INI = {"rate_limits.storage": "database"} | {
    f"rate_limits.{limit}": "5 per 2 minutes" for limit in RateLimit
}


def load(environment=None, **changes: str):
    ini = INI | {f"rate_limits.{name}": value for name, value in changes.items()}
    return load_rate_limit_settings(SettingsReader(ini, environment or {}))


def test_each_kind_has_a_rate_or_none():
    rates = load(vote="none").rates
    assert rates[RateLimit.VOTE] is None
    assert (rates[RateLimit.ASK].amount, rates[RateLimit.ASK].get_expiry()) == (5, 120)


def test_the_storage_of_the_environment_wins():
    redis = "redis://:secret@localhost"
    assert load().storage == "database"
    assert load({"QABOARD_RATE_LIMIT_STORAGE": redis}).storage == redis


@pytest.mark.parametrize("rate", ["", "often", "5", "5 per minute; 10 per hour", "0.5 per hour"])
def test_what_is_no_rate_is_named(rate):
    with pytest.raises(SettingsError, match=r"rate_limits\.vote"):
        load(vote=rate)
