"""constraints.txt names the version of every library that the board needs, and was tested with."""

from __future__ import annotations

import re
from importlib.metadata import distribution, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project import PROJECT

PINNED = dict(
    re.findall(r"^([a-z0-9-]+)==(\S+)$", (PROJECT / "constraints.txt").read_text(), re.MULTILINE)
)


def needed(name: str, extras: frozenset[str], seen: set) -> None:
    """Add what a distribution needs here, directly or not."""
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        environments = [{"extra": extra} for extra in extras or {""}]
        marker = requirement.marker
        if marker is None or any(marker.evaluate(environment) for environment in environments):
            required = canonicalize_name(requirement.name)
            if required in PINNED:
                assert requirement.specifier.contains(PINNED[required]), text
            needed(required, frozenset(requirement.extras), seen)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The libraries that the board needs here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    needed("qaboard", frozenset({"postgresql", "redis"}), seen)
    return {name for name, _extras in seen} - {"qaboard"}


def test_every_library_has_a_version_that_fits_all_who_need_it(names):
    assert len(names) > 30
    # Others are needed on other versions of Python only.
    assert names <= set(PINNED)


def test_these_tests_run_with_those_versions(names):
    installed = {name: version(name) for name in names}
    assert installed == {name: PINNED[name] for name in names}
