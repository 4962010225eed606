"""Pinned libraries: requirements.txt and requirements-development.txt, made by ``make pins``."""

from __future__ import annotations

import re
from importlib.metadata import distribution, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project import PROJECT

BOARD = "requirements.txt"
DEVELOPMENT = "requirements-development.txt"


def pins(file: str) -> list[tuple[Requirement, list[str]]]:
    """The requirements of a file, each with the hashes of its files."""
    text = (PROJECT / file).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [
        (Requirement(line.partition("--hash")[0]), re.findall(r"--hash=sha256:([0-9a-f]+)", line))
        for line in lines
    ]


def versions(file: str) -> dict[str, str]:
    """The version of each library that a file has for this version of Python."""
    return {
        canonicalize_name(requirement.name): next(iter(requirement.specifier)).version
        for requirement, _hashes in pins(file)
        if requirement.marker is None or requirement.marker.evaluate()
    }


PINNED = {file: versions(file) for file in (BOARD, DEVELOPMENT)}


def needed(name: str, extras: frozenset[str], pinned: dict[str, str], seen: set) -> None:
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
            if required in pinned:
                assert requirement.specifier.contains(pinned[required]), text
            needed(required, frozenset(requirement.extras), pinned, seen)


def names(extras: set[str], pinned: dict[str, str]) -> set[str]:
    """The libraries that the board needs here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    needed("qaboard", frozenset(extras), pinned, seen)
    return {name for name, _extras in seen} - {"qaboard"}


def test_a_board_is_installed_with_all_that_it_needs_and_nothing_else():
    # No debug toolbar, whose pages show settings, and no tool of the tests.
    assert set(PINNED[BOARD]) == names({"postgresql", "redis"}, PINNED[BOARD])


def test_beside_it_stands_what_is_needed_to_work_on_it():
    everything = PINNED[BOARD] | PINNED[DEVELOPMENT]
    assert set(everything) == names({"postgresql", "redis", "test"}, everything)
    assert not set(PINNED[BOARD]) & set(PINNED[DEVELOPMENT])


@pytest.mark.parametrize("file", [BOARD, DEVELOPMENT])
def test_every_library_has_one_version_and_hashes(file):
    for requirement, hashes in pins(file):
        assert [each.operator for each in requirement.specifier] == ["=="], requirement
        assert hashes, requirement


@pytest.mark.parametrize("file", [BOARD, DEVELOPMENT])
def test_these_tests_run_with_those_versions(file):
    assert {name: version(name) for name in PINNED[file]} == PINNED[file]
