"""Requests that pages of other sites send."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from qaboard.security.csrf import (
    CSRFStoragePolicy,
    WrongOrigin,
    check_same_origin,
    same_origin_view,
)


@pytest.fixture
def post(make_request, settings, registry, monkeypatch):
    """A POST to a board that the settings call https://board.example, sent to localhost."""
    own = replace(settings, site_address="https://board.example")
    monkeypatch.setitem(registry, "settings", own)
    return lambda **headers: make_request(
        method="POST", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://board.example"},
        {"Origin": "https://board.example", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_what_comes_from_this_site_or_from_no_browser_passes(post, headers):
    check_same_origin(post(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://board.example"},
        {"Origin": "https://board.example.evil.example"},
        {"Origin": "https://board.example:8443"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://board.example", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_what_comes_from_another_site_is_refused(post, headers):
    with pytest.raises(WrongOrigin):
        check_same_origin(post(**headers))


def test_a_refusal_says_the_origin_that_was_sent(post):
    with pytest.raises(WrongOrigin) as refusal:
        check_same_origin(post(Origin="https://evil.example"))
    assert refusal.value.origin == "https://evil.example"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_view_that_may_change_something_is_checked(post, method):
    view = same_origin_view(
        lambda _context, _request: "done", SimpleNamespace(exception_only=False)
    )
    request = post(Origin="https://evil.example")
    request.method = method
    with pytest.raises(WrongOrigin):
        view(None, request)
    request.method = "GET"
    assert view(None, request) == "done"


@pytest.mark.parametrize("token", ["한국어", "\ud800", "", "wrong"])
def test_a_token_that_is_not_the_right_one_is_refused_and_raises_nothing(make_request, token):
    request = make_request()
    right = CSRFStoragePolicy().get_csrf_token(request)
    assert not CSRFStoragePolicy().check_csrf_token(request, token)
    assert CSRFStoragePolicy().check_csrf_token(request, right)
