"""One site for the tests of a file.

All of these tests have servers of PostgreSQL; they belong to the run on it, and need not be in the
other one too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from site_in_directory import Site, running_site


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return True if config.getoption("--database") == "sqlite" else None


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    limits = ("search", "ask", "answer")
    changes = {f"rate_limits.{limit}": "none" for limit in limits} | {"spam.minimum_seconds": "0"}
    with running_site(changes) as running:
        yield running
