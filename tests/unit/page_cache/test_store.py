"""Size and eviction of the page cache."""

from __future__ import annotations

import pytest

from qaboard.page_cache.execution_policy import is_known
from qaboard.page_cache.store import (
    PAGE_MAX_BYTES,
    CachedPage,
    PageCache,
)


def page(length: int = 1000) -> CachedPage:
    return CachedPage(b"x" * length, (), (), '"tag"', 1, 0.0, 10.0)


def key(number: int) -> tuple[str, ...]:
    return (f"/questions/{number}/",)


def test_what_nobody_asked_for_lately_goes_first():
    store = PageCache(3 * page().size_bytes(key(1)))
    for number in (1, 2, 3):
        store.put(key(number), page())
    assert store.get(key(1)) is not None
    store.put(key(4), page())
    assert [store.get(key(number)) is not None for number in (1, 2, 3, 4)] == [
        True,
        False,
        True,
        True,
    ]
    assert store.size_bytes == store.limit_bytes


def test_the_limit_holds_whatever_comes():
    store = PageCache(200_000)
    for number in range(1000):
        store.put(key(number % 70), page(number * 37 % 9000))
        kept = sum(kept.size_bytes(key) for key, kept in store.pages.items())
        assert kept == store.size_bytes <= store.limit_bytes
    assert len(store.pages) > 10


def test_a_page_that_has_become_too_large_is_not_kept_any_more():
    store = PageCache(10 * PAGE_MAX_BYTES)
    store.put(key(1), page())
    store.put(key(1), page(PAGE_MAX_BYTES))
    assert store.get(key(1)) is None
    assert store.size_bytes == 0


def test_a_long_address_counts_too():
    long = ("/questions/", "x" * 50_000)
    store = PageCache(100_000)
    store.put(long, page())
    assert store.get(long) is None


@pytest.mark.parametrize(
    ("state", "now", "is_fresh"),
    [(1, 0.0, True), (1, 9.9, True), (2, 5.0, False), (1, 10.0, False), (1, -0.1, False)],
)
def test_a_page_is_fresh_in_its_state_and_time(state, now, is_fresh):
    assert page().is_fresh(state, now) is is_fresh


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"tag"', True),
        ('W/"tag"', True),
        ('"other", W/"tag" , "third"', True),
        ("*", True),
        (" * ", True),
        ("", False),
        ("tag", False),
        ('"other"', False),
        ('"tag2"', False),
        ('"a*"', False),
    ],
)
def test_if_none_match(header, expected):
    assert is_known(header, '"tag"') is expected
