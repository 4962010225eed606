"""Cookies as production sends them: every one of them."""

from __future__ import annotations

import time

import pytest
from factories import PASSWORD
from webob.cookies import SignedSerializer

HTTPS = {"wsgi.url_scheme": "https", "HTTP_HOST": "board.example"}


@pytest.fixture
def client(make_app, browser):
    changes = {"qaboard.secure_cookies": "true", "qaboard.url": "https://board.example"}
    client = browser(of=make_app(changes))
    client.extra_environ.update(HTTPS)
    return client


def test_every_one_is_secure_and_of_this_host_alone(client, board):
    board.user("alex")
    page = client.get("/login")
    set_cookies = page.headers.getall("Set-Cookie")
    form = page.forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    set_cookies += form.submit("submit", status=303).headers.getall("Set-Cookie")
    form = next(f for f in client.get("/language").forms.values() if "locale" in f.fields)
    set_cookies += form.submit("locale", value="en", status=303).headers.getall("Set-Cookie")
    form = next(f for f in client.get("/theme").forms.values() if "theme" in f.fields)
    set_cookies += form.submit("theme", value="dark", status=303).headers.getall("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in set_cookies} == {
        "__Host-session",
        "__Host-login",
        "__Host-locale",
        "__Host-theme",
    }
    for cookie in set_cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes, cookie
        assert not any(part.startswith("domain") for part in attributes), cookie


def test_every_response_over_https_says_to_stay_there(client, board):
    for path in ("/questions/", "/", "/nowhere", "/static/css/qaboard.css", "/account/"):
        headers = client.get(path, expect_errors=True).headers
        assert headers["Strict-Transport-Security"] == "max-age=63072000"
        assert "Access-Control-Allow-Origin" not in headers


def test_other_names_of_the_domain_are_left_alone_unless_it_is_asked_for(make_app, browser):
    changes = {"qaboard.secure_cookies": "true", "qaboard.url": "https://board.example"}
    client = browser(of=make_app({**changes, "qaboard.hsts_subdomains": "true"}))
    client.extra_environ.update(HTTPS)
    headers = client.get("/questions/").headers
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


@pytest.fixture
def signed(app):
    """Makes a session cookie that this board signed."""

    def make(*, renewed_at: float, salt: str = "pyramid.session.", message: str = "Signed here"):
        serializer = SignedSerializer(app.registry["settings"].secret, salt)
        value = (renewed_at, renewed_at, {"_f_": [message]})
        return serializer.dumps(value).decode("ascii")

    return make


def test_a_signed_one_is_good_for_thirty_days(browser, board, signed):
    for days, is_good in ((29, True), (31, False)):
        client = browser()
        client.set_cookie("session", signed(renewed_at=time.time() - days * 86400))
        assert ("Signed here" in client.get("/questions/")) is is_good, days


def test_one_that_was_signed_for_something_else_is_none(browser, board, signed):
    client = browser()
    client.set_cookie("session", signed(renewed_at=time.time(), salt="qaboard.spam"))
    assert "Signed here" not in client.get("/questions/")


def test_one_that_was_changed_is_none(browser, board, signed):
    good = signed(renewed_at=time.time())
    # One of 64 begins with an "A" already.
    another = "B" if good[0] == "A" else "A"
    for cookie in (good[:-3] + "AAA", another + good[1:], good[:40]):
        client = browser()
        client.set_cookie("session", cookie)
        assert "Signed here" not in client.get("/questions/")
