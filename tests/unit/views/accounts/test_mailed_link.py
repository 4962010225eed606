"""Tokens of mailed links in the session."""

from __future__ import annotations

import pytest

from qaboard.views.accounts.mailed_link import forget_token, keep_token, kept_token


@pytest.fixture
def opened(make_request):
    """A request for the address of a link."""

    def make(query: str):
        request = make_request(f"/verify-email{query}")
        request.view_name = "verify-email"
        request.dbsession = None
        return request

    return make


def test_a_token_that_works_goes_from_the_address_into_the_session(opened):
    request = opened("?token=abc")
    response = keep_token(request, lambda _session, token: token == "abc" or None)
    assert (response.status_int, response.location) == (303, "/verify-email")
    assert kept_token(request) == "abc"


def test_without_a_token_the_page_is_shown(opened):
    request = opened("")
    assert keep_token(request, lambda _session, _token: None) is None
    assert kept_token(request) == ""


def test_a_token_of_one_view_is_none_of_another(opened):
    request = opened("?token=abc")
    keep_token(request, lambda _session, token: token)
    request.view_name = "reset-password"
    assert kept_token(request) == ""


def test_forgetting_what_is_not_there_makes_no_session(opened):
    request = opened("?token=abc")
    keep_token(request, lambda _session, token: token)
    forget_token(request)
    forget_token(request)
    assert kept_token(request) == ""
