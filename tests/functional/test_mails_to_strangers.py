"""Mails to addresses that nobody has confirmed: nothing in them was chosen by who caused them."""

from __future__ import annotations

import re

import pytest
from factories import PASSWORD

from qaboard.models import User

EVIL = "www.evil-shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def text_of(mail) -> str:
    return "".join(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))


def links_in(mail) -> list[str]:
    text = mail.get_body(("plain",)).get_content()
    return re.findall(r"http://localhost:6543(/\S+\?token=\S+)", text)


def sign_up(client, username: str = EVIL, email: str = "victim@example.com"):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = username, email
    form["password"] = form["password_confirm"] = PASSWORD
    return form.submit("submit", status=303)


def ask_for_link(client, email: str = "victim@example.com"):
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = email
    return form.submit("submit", status=303)


def send_again(client):
    page = client.get("/account/email")
    next(f for f in page.forms.values() if f.action == "/account/send-verification").submit()


def change_address(client):
    form = client.get("/account/email").forms["email"]
    form["email"] = "victim@example.com"
    form.submit("submit", status=303)


def change_password(client):
    form = client.get("/account/password").forms["password"]
    form["current_password"] = PASSWORD
    form["password"] = form["password_confirm"] = "a horse of another colour"
    form.submit("submit", status=303)


def close_account(client):
    form = client.get("/account/close").forms["close"]
    form["username"] = EVIL
    form["posts"] = "keep"
    form.submit("submit", status=303)


ACTS = [send_again, change_address, change_password, close_account]


def check_stranger_s_mail(mail) -> None:
    assert mail["To"] == "victim@example.com"
    assert EVIL not in mail.as_string()
    assert "evil" not in text_of(mail)
    assert "Firefox" not in text_of(mail)
    assert "192.0.2.7" not in text_of(mail)


@pytest.mark.parametrize("act", ACTS)
def test_an_account_writes_no_name_to_a_stranger(browser, board, mails, act):
    user = board.user(EVIL, email="victim@example.com", email_verified_at=None)
    client = browser(user)
    client.extra_environ |= {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": FIREFOX}
    act(client)
    (mail,) = mails()
    check_stranger_s_mail(mail)


def test_signing_up_and_a_forgotten_password_write_no_name_to_a_stranger(browser, board, mails):
    sign_up(browser())
    ask_for_link(browser())
    assert len(mails()) == 2
    for mail in mails():
        check_stranger_s_mail(mail)


def test_an_address_that_is_replaced_and_was_never_confirmed_gets_no_name(browser, board, mails):
    user = board.user(EVIL, email="victim@example.com", email_verified_at=None)
    client = browser(user)
    form = client.get("/account/email").forms["email"]
    form["email"] = "mine@example.com"
    form.submit("submit", status=303)
    page = client.get(links_in(mails()[0])[0]).follow()
    next(f for f in page.forms.values() if f.action == "/verify-email").submit()
    check_stranger_s_mail(next(mail for mail in mails() if mail["To"] == "victim@example.com"))


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_who_has_confirmed_an_address_is_greeted_by_name(browser, board, mails, locale):
    board.user("alex", locale=locale)
    ask_for_link(browser(), "alex@example.com")
    greeting = {"en": "Hello alex,", "ko": "alex 님, 안녕하세요."}[locale]
    assert greeting in text_of(mails()[0])


def test_the_first_mail_welcomes(browser, board, mails):
    sign_up(browser(), "newcomer")
    sign_up(browser(locale="ko"), "newcomer2", "another@example.com")
    english, korean = mails()
    assert english["Subject"] == "Welcome to qaboard"
    assert "Thanks for signing up on qaboard." in text_of(english)
    assert "omeone" not in text_of(english)
    assert korean["Subject"] == "qaboard 가입을 환영해요"
    assert "qaboard에 가입해 주셔서 고마워요." in text_of(korean)
    assert "누군가" not in text_of(korean)


def reset(client, link: str, password: str) -> str:
    """Set a password by a link; whose it is, as the page says."""
    page = client.get(link).follow()
    form = page.forms["reset"]
    form["password"] = form["password_confirm"] = password
    form.submit("submit", status=303)
    return page.html.select_one("main p bdi").text


def test_of_two_unconfirmed_accounts_with_one_address_each_gets_a_link(
    browser, board, mails, log_in
):
    for username in ("older", "younger"):
        board.user(username, email="both@example.com", email_verified_at=None)
    ask_for_link(browser(), "both@example.com")
    (mail,) = mails()
    links = links_in(mail)
    names = [
        reset(browser(), link, f"a horse of colour {number}") for number, link in enumerate(links)
    ]
    # The mail itself names none of them.
    assert names == ["older", "younger"]
    assert "older" not in text_of(mail)
    for number, username in enumerate(names):
        log_in(username, f"a horse of colour {number}")


def test_an_account_that_has_confirmed_the_address_gets_the_only_link(browser, board, mails):
    board.user("older", email="both@example.com", email_verified_at=None)
    board.user("owner", email="both@example.com")
    ask_for_link(browser(), "both@example.com")
    (link,) = links_in(mails()[0])
    assert reset(browser(), link, "a horse of another colour") == "owner"


def test_many_accounts_with_one_address_make_no_long_mail(browser, board, mails):
    with board.transaction() as session:
        session.add_all(
            User(
                username=f"copy{number}",
                username_key=f"copy{number}",
                email="victim@example.com",
                password_hash=board.password_hash,
            )
            for number in range(30)
        )
    ask_for_link(browser())
    assert len(links_in(mails()[0])) == 10
