"""Bodies that no form of the site sends: refused by their type and size, and never parsed."""

from __future__ import annotations

import time

import pytest

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
END = "--x--\r\n"
MEBIBYTE = 1024 * 1024


def parts(fields: dict[str, str]) -> bytes:
    return ("".join(PART.format(*field) for field in fields.items()) + END).encode()


def repeated(pattern: str, beginning: str = "") -> bytes:
    """A body as long as it may be."""
    count = (MEBIBYTE - len(beginning)) // len(pattern)
    return (beginning + pattern * count).encode()


HOSTILE = {
    "parts without a disposition": repeated("--x\r\n\r\n1\r\n"),
    "many parameters": repeated(
        "; a=b", '--x\r\nContent-Disposition: form-data; name="a"'
    ),
    "folded header lines": repeated("\r\n b", "--x\r\nA: b"),
    "semicolons in quotes": repeated(";", '--x\r\nContent-Disposition: form-data; name="'),
    "parts in parts": repeated(
        "--y\r\n\r\n1\r\n", "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n"
    ),
    "line ends": repeated("\n", '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
    "many parts": repeated(PART.format("a", "1")),
}  # fmt: skip


@pytest.fixture
def member(browser, board):
    return browser(board.user())


@pytest.fixture
def token(member):
    return member.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]


def send(client, path: str, body: bytes, content_type: str, status: int):
    return client.post(path, body, headers={"Content-Type": content_type}, status=status)


@pytest.mark.parametrize(
    "content_type",
    [
        MULTIPART,
        "multipart/form-data",
        "Multipart/Form-Data; boundary=x",
        "multipart/mixed; boundary=x",
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "text/plain; application/x-www-form-urlencoded",
        "",
        "nonsense",
        f"{URLENCODED}; charset=euc-kr",
        f"{URLENCODED}; boundary=x",
        f"{URLENCODED}, {MULTIPART}",
        f'{URLENCODED}; a="{";" * 8000}',
    ],
)
def test_a_body_that_is_no_urlencoded_form_is_refused(member, board, content_type):
    page = send(member, "/questions/ask", b"title=x", content_type, 415)
    assert page.html.find("h1").text == "This format isn’t supported"
    assert board.facts()["posts"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/second-factor",
        "/account/confirm",
        "/preview",
        "/nowhere",
        "/draft/x",
        "/static/x",
    ],
)
def test_it_is_refused_everywhere_from_everybody(member, browser, path):
    for client in (member, browser()):
        send(client, path, parts({"body": "text"}), MULTIPART, 415)


@pytest.mark.parametrize(
    "content_type",
    [
        URLENCODED,
        "application/X-WWW-form-urlencoded",
        f"{URLENCODED};charset=UTF-8",
        f'{URLENCODED} ; charset="utf8"',
    ],
)
def test_spellings_of_the_type_of_a_form(member, token, content_type):
    body = f"title=x&body=%EA%B0%80&csrf_token={token}".encode()
    send(member, "/questions/ask", body, content_type, 303)


@pytest.mark.parametrize("path", ["/nowhere", "/questions/draft"])
def test_a_hostile_megabyte_costs_little(member, path):
    began = time.process_time()
    for body in HOSTILE.values():
        send(member, path, body, MULTIPART, 415)
    # To parse them takes half a minute.
    assert time.process_time() - began < 5


@pytest.mark.parametrize("path", ["/nowhere", "/login"])
@pytest.mark.parametrize("text", ["%", "%zz", "a%4", "%%41"])
def test_a_percent_sign_that_encodes_nothing_is_refused(browser, path, text):
    client = browser()
    send(client, path, f"username={text}".encode(), URLENCODED, 400)
    began = time.process_time()
    for _ in range(4):
        send(client, path, repeated(text), URLENCODED, 400)
    # To decode a megabyte of percent signs takes half a second.
    assert time.process_time() - began < 1


def test_a_refused_body_is_not_shown_on_its_page(member):
    # What is not parsed cannot be shown; the page of a form that was read shows what was typed.
    refused = send(member, "/nowhere", parts({"body": "a long text"}), MULTIPART, 415)
    assert "a long text" not in refused
    read = send(member, "/nowhere", b"body=a+long+text", URLENCODED, 404)
    assert "a long text" in read


def test_a_refused_body_is_told_in_the_log(member, caplog):
    send(member, "/questions/ask", b"{}", "application/json", 415)
    assert "reason='media type'" in caplog.text


def test_a_post_without_a_body_is_an_empty_form(browser):
    for headers in ({}, {"Content-Type": MULTIPART}, {"Content-Type": "application/json"}):
        page = browser().post("/login", b"", headers=headers, status=400)
        assert page.forms["login"]


@pytest.mark.parametrize("content_type", [MULTIPART, URLENCODED, "nonsense"])
@pytest.mark.parametrize("body", [b"", b"\xff"])
def test_a_body_of_a_page_that_is_only_asked_for_means_nothing(browser, board, content_type, body):
    question = board.question()
    path = f"/questions/{question.id}/"
    plain = browser().get(path)
    headers = {"Content-Type": content_type}
    other = browser().request(path, method="GET", body=body, headers=headers)
    assert (other.status_int, other.body, other.headers["ETag"]) == (
        200,
        plain.body,
        plain.headers["ETag"],
    )


@pytest.mark.parametrize("path", ["/signup", "/login"])
def test_a_long_address_to_go_on_to_is_not_sent_back(browser, path):
    client = browser()
    form = client.get(path).forms[path[1:]]
    fields = {
        "csrf_token": form["csrf_token"].value,
        "next": "/" + '"' * 300_000,
        "stamp": "x" * 99,
    }
    page = client.post(path, fields, status=400)
    plain = client.post(path, {"csrf_token": form["csrf_token"].value}, status=400)
    assert len(page.body) < len(plain.body) + 50_000
    for address in (f"{path}?next=/{'%22' * 50_000}", f"/questions/?x={'%22' * 50_000}"):
        assert len(client.get(address).body) < 100_000
