"""Nobody learns from this board whether a mail address has an account."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from factories import PASSWORD

KNOWN = "known@example.com"


@pytest.fixture
def standstill(app):
    """Keeps the background from working, so that what a request itself does is seen."""

    @contextmanager
    def stand_still():
        may_go_on, stands = threading.Event(), threading.Event()
        app.registry["background"].submit(lambda: stands.set() or may_go_on.wait(timeout=30))
        assert stands.wait(timeout=30)
        try:
            yield
        finally:
            may_go_on.set()
            app.registry["background"].wait()

    return stand_still


def forget_password(client, _board):
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = KNOWN
    return form.submit("submit")


def sign_up(client, _board):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", KNOWN
    form["password"] = form["password_confirm"] = PASSWORD
    return form.submit("submit")


def change_address(client, board):
    client.set_cookie("login", board.token(board.user("newcomer")))
    form = client.get("/account/email").forms["email"]
    form["email"] = KNOWN
    return form.submit("submit")


def send_the_link_once_more(client, board):
    user = board.user("newcomer", email=KNOWN, email_verified_at=None)
    client.set_cookie("login", board.token(user))
    page = client.get("/account/email")
    form = next(f for f in page.forms.values() if f.action == "/account/send-verification")
    return form.submit()


def without_tokens(page) -> str:
    """The page without what differs each time, whoever asks."""
    for field in page.html.select("[name=csrf_token], [name=stamp]"):
        field["value"] = ""
    for link in page.html.select("a[href^='/users/']"):
        link["href"] = "/users/1/"
    return str(page.html)


def headers_of(response) -> list[tuple[str, str]]:
    """The headers without what is random or the time, in cookies too."""
    headers = []
    for name, value in response.headers.items():
        if name == "Set-Cookie":
            cookie, *attributes = value.split("; ")
            kept = [each for each in attributes if not each.startswith("expires=")]
            value = "; ".join([cookie.partition("=")[0], *kept])
        if name != "X-Request-ID":
            headers.append((name, value))
    return sorted(headers)


@pytest.mark.parametrize("act", [forget_password, sign_up, change_address, send_the_link_once_more])
def test_a_known_address_makes_no_difference(browser, board, mails, standstill, count_queries, act):
    answers = []
    for is_known in (True, False):
        if is_known:
            board.user("owner", email=KNOWN)
        client = browser()
        with standstill():
            with count_queries() as statements:
                response = act(client, board)
                asked = list(statements)
            page = response.maybe_follow()
        answers.append(
            (response.status, headers_of(response), without_tokens(page), page.status, asked)
        )
        mails()
        board.clear()
    for of_known, of_unknown in zip(*answers, strict=True):
        assert of_known == of_unknown


def test_a_forgotten_password_asks_the_database_nothing(
    browser, board, mails, standstill, count_queries
):
    board.user("owner", email=KNOWN)
    with standstill(), count_queries() as statements:
        forget_password(browser(), board)
        assert statements == []


def test_no_page_for_others_has_an_address(browser, board):
    user = board.user("owner", email=KNOWN)
    question = board.question(user)
    for client in (browser(), browser(board.user())):
        for path in (f"/users/{user.id}/", f"/questions/{question.id}/", "/questions/?q=known"):
            assert KNOWN not in client.get(path)
