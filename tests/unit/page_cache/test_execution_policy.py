"""Keys of the page cache, and responses that it keeps."""

from __future__ import annotations

import gzip

import pytest
from pyramid.request import Request
from pyramid.response import Response

from qaboard.page_cache.execution_policy import (
    accepts_gzip,
    answer,
    compress,
    is_cacheable_request,
    is_cacheable_response,
    make_page,
    page_key,
)


@pytest.fixture
def key(settings):
    """The key of a request with these headers."""

    def make(address="/questions/?page=2", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request.blank(address, headers=names)
        return page_key(request.environ, settings)

    return make


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept_Language": "en"},
        {"Cookie": "theme=dark"},
        {"Cookie": "locale=en"},
        {"Host": "other.example"},
        {"Accept_Encoding": "gzip"},
    ],
)
def test_what_makes_another_page_makes_another_key(key, headers):
    assert key(**headers) != key()


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "other=1"}, {"User_Agent": "x"}, {"Accept_Language": "ko-KR"},
     {"Accept_Encoding": "br"}, {"Cookie": "theme=pink"}],
)  # fmt: skip
def test_what_makes_no_other_page_does_not(key, headers):
    assert key(**headers) == key()


@pytest.mark.parametrize("cookie", ["login=x", "session=x", "theme=dark; login=", "login=x; a=b"])
def test_whoever_has_a_personal_cookie_gets_pages_of_their_own(key, cookie):
    assert key(Cookie=cookie) is None


def test_an_address_in_absolute_form_is_not_looked_up(settings):
    environ = Request.blank("/").environ | {"REQUEST_URI": "http://evil.example/"}
    assert page_key(environ, settings) is None


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", "/questions/", True), ("HEAD", "/", True), ("POST", "/questions/", False),
     ("GET", "/static/x.js", False)],
)  # fmt: skip
def test_only_pages_that_are_read_are_cached(method, path, expected):
    assert is_cacheable_request(Request.blank(path, method=method).environ) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [("gzip", True), ("GZIP;q=0.5, br", True), ("gzip;q=0", False), ("br", False), ("*", False),
     ("", False), ("gzip;;", False), ("gzip" + " " * 300, False)],
)  # fmt: skip
def test_a_page_is_compressed_for_who_names_gzip(header, expected):
    assert accepts_gzip(header) is expected


def test_a_page_that_anybody_may_see_is_kept():
    assert is_cacheable_response(Response("page", content_type="text/html"))


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"status": 404}, {}),
        ({"content_type": "application/json"}, {}),
        ({}, {"Set-Cookie": "session=x"}),
        ({}, {"Cache-Control": "no-store"}),
    ],
)
def test_neither_errors_nor_what_sets_a_cookie_is_kept(options, headers):
    made = Response(b"page", **{"content_type": "text/html"} | options)
    made.headers.update(headers)
    assert not is_cacheable_response(made)


@pytest.fixture
def page():
    made = Response("page", content_type="text/html")
    compress(made)
    return make_page(made, state=1, now=100.0, expires_at=10**9)


def test_a_kept_page_is_compressed_and_asked_for_again(page):
    served = answer({}, page)
    assert gzip.decompress(served.body) == b"page"
    assert served.headers["Cache-Control"] == "no-cache"
    assert "Accept-Encoding" in served.headers["Vary"]
    assert page.expires_at < 10**9


def test_who_has_the_page_already_gets_no_body(page):
    served = answer({"HTTP_IF_NONE_MATCH": page.etag}, page)
    assert (served.status_int, served.body) == (304, b"")
    assert "Content-Type" not in served.headers
    assert served.headers["ETag"] == page.etag


def test_the_same_page_has_the_same_etag_and_another_one_has_not(page):
    etags = set()
    for text in ("page", "page", "other"):
        made = Response(text, content_type="text/html")
        compress(made)
        etags.add(make_page(made, state=2, now=5.0, expires_at=9.0).etag)
    assert len(etags) == 2
    assert page.etag in etags
