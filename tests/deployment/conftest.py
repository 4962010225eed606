"""One site for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from site_in_directory import Site, running_site


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    limits = ("search", "ask", "answer")
    changes = {f"rate_limits.{limit}": "none" for limit in limits} | {"spam.minimum_seconds": "0"}
    with running_site(changes) as running:
        yield running
