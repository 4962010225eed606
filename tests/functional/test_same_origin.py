"""Requests for other hosts, and requests that pages of other sites send."""

from __future__ import annotations

import pytest
from webob import Request


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


def test_who_came_from_another_address_reads_which_one_is_right(browser, board, caplog):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    fields = {"csrf_token": form["csrf_token"].value, "title": "Title", "body": "My text"}
    headers = {"Origin": "https://board.example:8443"}
    page = client.post("/questions/ask", fields, headers=headers, status=400)
    assert page.html.find("h1").text == "This was sent from another address"
    assert "http://localhost:6543" in page.html.find("main").text
    assert "reason='origin' sent='https://board.example:8443'" in caplog.text
    assert "expected='http://localhost:6543 or http://localhost'" in caplog.text


def test_who_asks_for_another_host_reads_which_one_is_right(browser, caplog):
    page = browser().get("/questions/", headers={"Host": "board.example"}, status=400)
    assert page.html.find("h1").text == "This isn’t the address of this site"
    assert page.html.find("main").find("a")["href"] == "http://localhost:6543/"
    assert "reason='host' sent='board.example' expected='http://localhost:6543'" in caplog.text


def test_a_long_host_or_origin_is_told_by_its_beginning(browser, caplog):
    browser().get("/questions/", headers={"Host": "x" * 100_000}, status=400)
    browser().post("/login", headers={"Origin": "x" * 100_000}, status=400)
    assert max(map(len, caplog.messages)) < 1000


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("http://localhost/questions/", "localhost", 200),
        ("https://LOCALHOST:443/questions/?page=1", "localhost", 200),
        ("http://evil.example/questions/", "localhost", 400),
        ("http://evil.example/questions/", "evil.example", 400),
        ("http://localhost/questions/", "evil.example", 400),
        ("http://localhost@evil.example/questions/", "localhost", 400),
        ("http://evil.example?localhost/questions/", "localhost", 400),
        ("http:///questions/", "localhost", 400),
        ("/questions/?x=http://evil.example/", "localhost", 200),
    ],
)
def test_an_address_in_absolute_form_is_of_this_site(app, address, host, status):
    # As waitress hands it on: the path alone, and beside it the address as it was sent.
    environ = Request.blank("/questions/").environ | {"REQUEST_URI": address, "HTTP_HOST": host}
    Request.blank("/questions/").get_response(app)
    for _ in range(2):
        assert Request(dict(environ)).get_response(app).status_int == status


def test_a_redirect_names_no_host(browser):
    # Behind a proxy that loses the port or the scheme, the request's own would lead elsewhere.
    for path in ("/", "/questions/ask"):
        answer = browser().get(path, headers={"Host": "localhost:80"}, status=303)
        assert answer.headers["Location"].startswith("/")
