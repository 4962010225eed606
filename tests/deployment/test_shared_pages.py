"""What nginx keeps for a second: every visitor's page in their language, and nobody else's."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import threading
from collections.abc import Callable
from contextlib import closing

import pytest
from reader import Reader
from site_in_directory import Site
from waiting import wait_until

# What browsers send, and what nobody does.
ACCEPT_LANGUAGE = [
    "",
    "ko",
    "en",
    "KO-kr",
    "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7",
    "en-US,en;q=0.5",
    "en-GB, en;q=0.9, ko;q=0.8",
    "de,en;q=0.5",
    "de-DE,de;q=0.9,ko;q=0.8,en;q=0.7",
    "fr",
    "*",
    "ko;q=0.5, en",
    "ko;q=0.5,en;q=0.9",
    "en;q=0.1,ko;q=0.2",
    "ko;q=0,en",
    "ko;q=0",
    "en, ko;q=0",
    "en,en;q=0",
    "ko, ko;q=0.0",
    "ko;q=0.000, *",
    "en;q=1.0,ko",
    "en;q=1,ko;q=1",
    "ko,en",
    "en,ko",
    "en,*;q=0.5",
    "*;q=0.5,en",
    "kok,en;q=0.9",
    "ko_KR,en",
    "english",
    "en-",
    "en,,ko",
    "en;",
    "en;q=",
    "en;q=2",
    "en;q=0.1234",
    "en;Q=0.9,ko;Q=0.8",
    "en ,ko",
    "en,  ko",
    "en\tko",
    "ko-Hang-KR-x-private,en",
    "ko-abcdefghi,en",
    "en-US;level=1,ko",
    "i-default,ko",
    "x",
    "en" + ",de" * 100,
    "한국어",
]
LANGUAGES = {b'<html lang="ko"': "ko", b'<html lang="en"': "en"}


def language_of(body: bytes) -> str:
    return next(name for mark, name in LANGUAGES.items() if mark in body)


def headers_with(accept_language: str) -> dict[str, str]:
    text = accept_language.encode().decode("latin-1")
    return {"Accept-Language": text} if text else {}


@pytest.fixture(scope="module")
def app_language(site) -> Callable[[str, dict[str, str] | str], str]:
    """The language that the board chooses when it is asked without nginx, past everything kept."""

    def choose(accept_language: str, cookies: dict[str, str] | str) -> str:
        if not isinstance(cookies, str):
            cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = headers_with(accept_language) | ({"Cookie": cookies} if cookies else {})
        with closing(http.client.HTTPConnection("board.example", timeout=60)) as connection:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(site.socket(1)))
            # No view makes a page of visitors here, so each answer is made anew.
            connection.request("GET", "/nowhere", headers={"X-Forwarded-Proto": "https"} | headers)
            return language_of(connection.getresponse().read())

    return choose


@pytest.fixture
def questions(site):
    author = site.board.user()
    return [site.board.question(author, title=f"Question {n}") for n in range(3)]


def statuses(site: Site, path: str) -> list[str]:
    """What nginx wrote of its cache for each request for an address so far."""
    lines = site.access_log.read_text().splitlines()
    return [line.split('"')[2].split()[3] for line in lines if f" {path} HTTP" in line]


def test_a_page_is_in_the_language_the_board_itself_chooses(site, app_language):
    visitor = Reader(site, language="")
    for _ in range(2):
        for header in ACCEPT_LANGUAGE:
            for cookies in ({}, {"__Host-locale": "ko"}, {"__Host-locale": "en"}):
                visitor.cookies = dict(cookies)
                chosen = language_of(visitor.get("/questions/", **headers_with(header)).body)
                assert chosen == app_language(header, cookies), (header, cookies)
    assert "HIT" in statuses(site, "/questions/")


@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-locale=de",
        '__Host-locale="en"',
        "__Host-locale=en; __Host-locale=ko",
        "__Host-locale=ko; other=1",
        "other=__Host-locale=en",
        "locale=en",
        "__host-locale=en",
        "__Host-locale=en;",
        ";",
    ],
)
def test_other_cookies_are_for_the_board_to_read(site, app_language, cookie):
    pages = [Reader(site).get("/questions/", Cookie=cookie) for _ in range(2)]
    for page in pages:
        assert language_of(page.body) == app_language("en", cookie)


def theme_of(body: bytes) -> bytes | None:
    found = re.search(rb'<meta name="color-scheme" content="([a-z]+)( dark)?">', body)
    return None if found[2] else found[1]


@pytest.mark.parametrize("order", [1, -1])
def test_a_page_is_in_the_theme_that_was_chosen(site, order):
    before = len(statuses(site, "/questions/"))
    for _ in range(2):
        for language in ("ko", "en", None):
            for theme in ("dark", "light", None):
                chosen = {"__Host-locale": language, "__Host-theme": theme}
                pairs = [f"{name}={value}" for name, value in chosen.items() if value][::order]
                headers = {"Cookie": "; ".join(pairs)} if pairs else {}
                page = Reader(site, language="en").get("/questions/?sort=votes", **headers)
                assert theme_of(page.body) == (theme.encode() if theme else None)
                assert f'<html lang="{language or "en"}"'.encode() in page.body
    assert "HIT" in statuses(site, "/questions/")[before:]


@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-theme=blue",
        "__Host-theme=dark; __Host-theme=light",
        "__Host-theme=light; other=1",
        "__Host-theme=dark; __Host-locale=de",
        "theme=dark",
        "__host-theme=dark",
    ],
)
def test_other_cookies_of_a_theme_are_for_the_board_to_read(site, cookie):
    pages = [
        Reader(site).get(path, Cookie=cookie).body
        for path in ("/questions/", "/questions/", "/nowhere")
    ]
    assert len({theme_of(page) for page in pages}) == 1


def test_two_headers_are_not_two_opinions(site):
    # nginx looks at the first one; the board would join them, and then hear something else.
    for first, second in (("en", "en;q=0"), ("en;q=0.5", "ko"), ("ko", "ko;q=0")):
        for _ in range(2):
            seen = set()
            for headers in ([first, second], [first]):
                lines = "".join(f"Accept-Language: {value}\r\n" for value in headers)
                seen.add(language_of(Reader(site).exchange("/questions/?page=1", lines)))
            assert len(seen) == 1, (first, second)


def test_a_page_is_the_same_for_all_who_ask_at_once(site, questions):
    site.forget_pages()
    path = f"/questions/{questions[0].id}/"
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(Reader(site).get(path))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    # Nobody waits for anybody, since most of what is asked for is never stored; from then on it is.
    assert Reader(site).get(path).status == 200
    assert statuses(site, path)[-1] != "MISS"


def test_a_page_is_compressed_once_and_unpacked_for_who_cannot_read_it(site, questions):
    site.forget_pages()
    path = f"/questions/{questions[0].id}/"
    packed = Reader(site).get(path, **{"Accept-Encoding": "gzip, br"})
    plain = [
        Reader(site).get(path, **({"Accept-Encoding": accepted} if accepted else {}))
        for accepted in ("", "identity", "br", "gzip;q=0")
    ]
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in plain:
        assert answer.headers["Content-Encoding"] is None
        assert answer.body == gzip.decompress(packed.body)
        assert "Accept-Encoding" in ", ".join(answer.headers.get_all("Vary"))
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert Reader(site).get(path, **known).status == 304
    assert Reader(site).get(path, **{"If-None-Match": plain[0].headers["ETag"]}).status == 304
    # The board was asked once, by whoever came first.
    assert statuses(site, path).count("MISS") == 1


def test_a_changed_page_is_shown_soon(site, questions):
    path = f"/questions/{questions[1].id}/"
    visitor = Reader(site)
    assert "With hot water." not in visitor.get(path).text
    site.board.answer(questions[1])
    wait_until(lambda: "With hot water." in visitor.get(path).text, "the page stays as it was")
    # Meanwhile the last one was shown, while a process made the new one.
    assert "STALE" in statuses(site, path)


def test_a_browser_is_told_that_it_has_the_page(site, questions):
    path = f"/questions/{questions[2].id}/"
    first = Reader(site).get(path)
    assert first.headers["Cache-Control"] == "no-cache"
    again = Reader(site).get(path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    # Without a body, and still from the page that is kept.
    assert Reader(site).send("HEAD", path).headers["ETag"] == first.headers["ETag"]


def test_nobody_gets_the_page_of_somebody_else(site, questions):
    path = f"/questions/{questions[0].id}/"
    users = [site.board.user(f"reader-no-{number}") for number in range(2)]
    members = [Reader(site).log_in(user) for user in users]
    for _ in range(2):
        for member, user in zip(members, users, strict=True):
            for address in (path, "/questions/", "/account/"):
                answer = member.get(address)
                assert user.username in answer.text
                assert answer.headers["Cache-Control"] == "private, no-store"
                others = [other.username for other in users if other is not user]
                assert not any(name in answer.text for name in others)
        for address in (path, "/questions/"):
            answer = Reader(site).get(address)
            assert "reader-no-" not in answer.text
            assert "csrf_token" not in answer.text
            assert "Set-Cookie" not in answer.headers
    # A login that is not valid any more is a login, too.
    stranger = Reader(site, cookies={"__Host-login": "nonsense"})
    assert stranger.get(path).headers["Cache-Control"] == "private, no-store"
    lines = [line for line in site.access_log.read_text().splitlines() if "/account/" in line]
    assert not any(" HIT " in line for line in lines)


def test_a_form_with_a_token_is_nobody_elses(site):
    tokens = set()
    cookies = set()
    for _ in range(3):
        visitor = Reader(site)
        tokens.add(visitor.token("/login"))
        cookies.add(visitor.cookies["__Host-session"])
    assert len(tokens) == len(cookies) == 3


def test_what_is_no_page_is_asked_for_each_time(site):
    for path in ("/nowhere-at-all", "/"):
        for _ in range(3):
            Reader(site).get(path)
        assert not {"HIT", "STALE"} & set(statuses(site, path))


def test_the_author_sees_the_new_question_at_once(site):
    author = Reader(site).log_in(site.board.user())
    for number in range(3):
        # A visitor has just made nginx keep the list.
        Reader(site).get("/questions/")
        title = f"Fresh question {number}"
        fields = {"title": title, "body": "Just now."}
        assert author.submit("/questions/ask", "/questions/ask", **fields).status == 303
        assert title in author.get("/questions/").text
