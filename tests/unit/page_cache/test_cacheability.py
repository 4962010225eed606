"""Cacheability of a response."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from qaboard.page_cache.cacheability import (
    cacheable_view,
    start_tracking,
    track_relative_time,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_page_without_relative_times_never_changes_by_itself(make_request):
    assert start_tracking(make_request().environ, NOW.timestamp()).expires_at == math.inf


def test_a_page_expires_when_the_first_of_its_times_changes(make_request):
    request = make_request()
    cacheability = start_tracking(request.environ, NOW.timestamp())
    track_relative_time(request, NOW - timedelta(days=100))
    later = cacheability.expires_at
    track_relative_time(request, NOW - timedelta(minutes=3))
    assert NOW.timestamp() < cacheability.expires_at < later
    track_relative_time(request, NOW - timedelta(days=100))
    assert cacheability.expires_at < later


def test_where_nothing_is_tracked_nothing_is_noted(make_request):
    track_relative_time(make_request(), NOW)


@pytest.mark.parametrize(("options", "expected"), [({"cacheable": True}, True), ({}, False)])
def test_a_view_says_whether_its_page_is_the_same_for_every_visitor(
    make_request, options, expected
):
    request = make_request()
    cacheability = start_tracking(request.environ, 0.0)
    view = cacheable_view(lambda _context, _request: "page", SimpleNamespace(options=options))
    assert view(None, request) == "page"
    assert cacheability.is_cacheable is expected
