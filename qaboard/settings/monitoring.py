"""Monitoring settings."""

from __future__ import annotations

from dataclasses import dataclass

from qaboard.settings.reading import Network, SettingsReader


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """``addresses`` may see whether the board is ready and what it counts.

    Of the disk ``minimum_free_mib`` MiB should be free. A query that takes
    ``slow_query_milliseconds`` is logged; 0 logs none.
    """

    addresses: tuple[Network, ...]
    minimum_free_mib: int
    slow_query_milliseconds: int


def load_monitoring_settings(reader: SettingsReader) -> MonitoringSettings:
    """Read them.

    :raises SettingsError: when a setting is missing or malformed.
    """
    return MonitoringSettings(
        addresses=reader.networks("qaboard.monitor_addresses"),
        minimum_free_mib=reader.count("qaboard.minimum_free_mib", minimum=0, maximum=10**9),
        slow_query_milliseconds=reader.count(
            "qaboard.slow_query_milliseconds", minimum=0, maximum=10**6
        ),
    )
