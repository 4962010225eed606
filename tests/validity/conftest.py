"""Pages are as valid on either database, so the run on SQLite is enough."""

from __future__ import annotations

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return True if config.getoption("--database") == "postgresql" else None
