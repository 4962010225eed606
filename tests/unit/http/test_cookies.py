"""Cookies of logins and sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyramid.response import Response

from qaboard.http.cookies import (
    end_session_of_visitor,
    has_login_cookie,
    has_session_cookie,
    leave_session_alone,
)


def with_cookie(make_request, cookie: str, **options):
    return make_request(headers={"Cookie": cookie}, **options)


@pytest.mark.parametrize(
    ("cookie", "is_secure", "expected"),
    [
        ("login=x", False, (True, False)),
        ("session=x", False, (False, True)),
        ("other=x", False, (False, False)),
        ("login=x; session=y", True, (False, False)),
        ("__Host-login=x", True, (True, False)),
    ],
)
def test_a_cookie_counts_under_the_name_of_its_settings(
    make_request, settings, registry, monkeypatch, cookie, is_secure, expected
):
    monkeypatch.setitem(registry, "settings", replace(settings, secure_cookies=is_secure))
    request = with_cookie(make_request, cookie)
    assert (has_login_cookie(request), has_session_cookie(request)) == expected


def end(request) -> str:
    response = Response()
    end_session_of_visitor(request, response)
    return response.headers.get("Set-Cookie", "")


def test_a_visitor_leaves_a_form_without_a_session(make_request):
    request = make_request()
    request.session.get_csrf_token()
    cookie = end(request)
    assert cookie.startswith("session=; Max-Age=0;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_session_with_a_message_stays(make_request):
    request = make_request()
    request.session.flash("Saved.")
    assert end(request) == ""


def test_a_member_keeps_the_session(people, read_identity, make_request):
    assert end(make_request(identity=read_identity(people.user()))) == ""


def test_a_request_that_failed_leaves_the_session_of_the_browser_as_it_was(make_request):
    request = make_request()
    request.session.flash("Saved.")
    leave_session_alone(request)
    request.exception = ValueError()
    response = Response()
    request._process_response_callbacks(response)
    assert "Set-Cookie" not in response.headers


def test_a_session_is_signed(make_request):
    request = make_request()
    request.session["key"] = "value"
    response = Response()
    request._process_response_callbacks(response)
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    assert with_cookie(make_request, cookie).session["key"] == "value"
    name, _, value = cookie.partition("=")
    forged = f"{name}={'B' if value[0] == 'A' else 'A'}{value[1:]}"
    assert "key" not in with_cookie(make_request, forged).session
