"""Requests for other hosts, and requests that pages of other sites send."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("localhost.", 200),
        ("127.0.0.1:6543", 200),
        ("[::1]:6543", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("localhost@evil.example", 400),
        ("evil.example:80", 400),
        ("", 400),
        ("[::2]", 400),
        ("LocalHost.:8080", 200),
        ("localhost:", 200),
        ("localhost:80:80", 400),
        ("localhost:http", 400),
        ("localhost:999999", 400),
        ("localhost, evil.example", 400),
        ("localhost/evil.example", 400),
        ("evil.example#localhost", 400),
        ("[::1", 400),
        ("localhost..", 400),
        (".localhost", 400),
        ("ｌocalhost".encode().decode("latin-1"), 400),
    ],
)
@pytest.mark.parametrize("path", ["/questions/", "/static/css/qaboard.css"])
def test_only_the_hosts_of_the_settings_are_answered(browser, host, status, path):
    page = browser().get(path, headers={"Host": host}, expect_errors=True)
    assert page.status_int == status
    assert "evil" not in page.headers.get("Location", "")


@pytest.mark.parametrize(
    "address",
    [
        "//questions/",
        "//login",
        "//evil.example/..%2flogin",
        "//evil.example/%2e%2e/signup",
        "//evil.example/..%2fquestions/?page=99",
        "//evil.example/..%2freset-password?token=x",
        "/questions/../login",
        "/./login",
        "/questions/.",
        "/questions//",
        "/static//css/qaboard.css",
    ],
)
def test_an_address_has_one_spelling(browser, address):
    # Traversal would find the page, and its own address in links and forms be another host's.
    answer = browser().get(address, status=404)
    shown = answer.html.find_all(["a", "form"])
    addresses = [element.get("href") or element.get("action") for element in shown]
    assert not any(each.startswith(("//", "http")) for each in addresses)
    assert "evil" not in answer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:6543"}, 303),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "https://localhost"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://localhost:1234"}, 400),
        ({"Origin": "http://localhost."}, 400),
        ({"Origin": "http://localhost http://evil.example"}, 400),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Referer": "http://localhost/", "Origin": "https://evil.example"}, 400),
        ({"Origin": ""}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
    ],
)
def test_a_change_comes_from_a_page_of_this_site(browser, board, headers, status):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    fields = {"csrf_token": form["csrf_token"].value, "title": "Title", "body": "My text"}
    page = client.post("/questions/ask", fields, headers=headers, expect_errors=True)
    assert page.status_int == status
    assert len(board.facts()["posts"]) == (status == 303)
    if status == 400:
        assert "My text" in page
