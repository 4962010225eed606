"""Malformed requests: mended, or marked to be refused."""

from __future__ import annotations

import pytest
from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.request import Request

from qaboard.http.malformed_requests import (
    WrongHost,
    asked_hosts,
    check_address,
    drop_unreadable_headers,
    has_one_spelling,
    host_name,
    refusal_of,
)

HOSTS = frozenset({"board.example"})


def refusal(path: str = "/", query: str = "", host: str = "board.example", **environ):
    request = Request.blank("/")
    request.environ |= {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": host, **environ}
    check_address(request, HOSTS)
    found = refusal_of(request)
    if found:
        assert request.environ["PATH_INFO"] == "/"
        assert request.environ["QUERY_STRING"] == ""
    return found


@pytest.mark.parametrize(
    "path", ["/", "/questions/", "/questions/1/edit", "/태그/".encode().decode("latin-1")]
)
def test_a_usual_address_passes(path):
    assert refusal(path, "q=%EC%BB%A4") is None


@pytest.mark.parametrize(("path", "query"), [("/\xff", ""), ("/", "q=%ff")])
def test_an_address_that_is_no_utf_8_is_a_bad_request(path, query):
    assert refusal(path, query) is HTTPBadRequest


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/a//b", "/./a", "/a/..", "/questions/../login"]
)
def test_an_address_with_another_spelling_is_not_found(path):
    assert refusal(path) is HTTPNotFound


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", True), ("/a/", True), ("/a/b", True), ("/a/.", False), ("//", False), ("", True)],
)
def test_a_path_has_one_spelling(path, expected):
    assert has_one_spelling(path) is expected


@pytest.mark.parametrize("host", ["board.example", "BOARD.example:8080", "board.example."])
def test_the_host_of_the_site_passes_in_whatever_spelling(host):
    assert refusal(host=host) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "board.example@evil", "board.example:x", "", "[::1"]
)
def test_another_host_is_refused_and_named(host):
    found = refusal(host=host)
    assert isinstance(found, WrongHost)
    assert found.host == host


def test_monitoring_is_answered_under_any_name():
    assert refusal("/healthz", host="10.0.0.1") is None


def test_the_host_of_an_address_in_absolute_form_counts_too():
    environ = {"HTTP_HOST": "board.example", "REQUEST_URI": "http://evil.example/?x"}
    assert asked_hosts(environ) == ["board.example", "evil.example"]
    assert isinstance(refusal(REQUEST_URI="http://evil.example/"), WrongHost)
    assert asked_hosts({"REQUEST_URI": "/login?next=http://x/"}) == ["localhost"]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("A.example:80", "a.example"),
        ("[::1]:6543", "::1"),
        ("a.example.", "a.example"),
        ("a:", "a"),
    ],
)
def test_the_name_of_a_host_is_without_port_brackets_and_last_dot(host, name):
    assert host_name(host) == name


def test_headers_that_cannot_be_read_are_left_out_or_trusted_by_nobody():
    request = Request.blank(
        "/",
        environ={
            "HTTP_RANGE": "bytes=" + "9" * 5000 + "-",
            "HTTP_ORIGIN": "http://[",
            "HTTP_REFERER": "http://[",
        },
    )
    drop_unreadable_headers(request)
    assert request.environ["HTTP_ORIGIN"] == request.environ["HTTP_REFERER"] == "null"
    assert "HTTP_RANGE" not in request.environ


def test_monitoring_has_no_cookies():
    request = Request.blank("/readyz", environ={"HTTP_COOKIE": "login=x"})
    drop_unreadable_headers(request)
    assert "HTTP_COOKIE" not in request.environ
