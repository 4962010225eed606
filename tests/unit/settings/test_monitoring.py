"""Settings of monitoring."""

from __future__ import annotations

import ipaddress

import pytest

from qaboard.settings.monitoring import load_monitoring_settings
from qaboard.settings.reading import SettingsError, SettingsReader

INI = {
    "qaboard.monitor_addresses": "127.0.0.1 10.0.0.0/8",
    "qaboard.minimum_free_mib": "100",
    "qaboard.slow_query_milliseconds": "0",
}


def load(**changes: str):
    ini = INI | {f"qaboard.{name}": value for name, value in changes.items()}
    return load_monitoring_settings(SettingsReader(ini, {}))


def test_addresses_and_networks_may_ask():
    networks = load().addresses
    assert ipaddress.ip_address("10.9.9.9") in networks[1]
    assert load(monitor_addresses="").addresses == ()


@pytest.mark.parametrize(
    "changes",
    [{"monitor_addresses": "10.0.0.1/8"}, {"monitor_addresses": "localhost"},
     {"minimum_free_mib": "-1"}, {"slow_query_milliseconds": "1.5"}],
)  # fmt: skip
def test_what_cannot_be_meant_is_named(changes):
    with pytest.raises(SettingsError, match=f"qaboard.{next(iter(changes))}"):
        load(**changes)
