"""Mail addresses with domains in other scripts: one mailbox is one address, and never another's."""

from __future__ import annotations

import re

import pytest
from factories import PASSWORD

from qaboard.models import utc_now


def sign_up(client, email: str, username: str = "newcomer"):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = username, email
    form["password"] = form["password_confirm"] = PASSWORD
    return form.submit("submit", expect_errors=True)


def ask_for_link(client, email: str):
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = email
    return form.submit("submit", status=303)


def confirm(client, mail):
    link = re.search(
        r"http://localhost:6543(/\S+\?token=\S+)", mail.get_body(("plain",)).get_content()
    )[1]
    page = client.get(link).follow()
    form = next(f for f in page.forms.values() if f.action == "/verify-email")
    return form.submit(expect_errors=True)


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("kim@straße.example", "kim@xn--strae-oqa.example"),
        ("kim@βόλος.example", "kim@xn--nxasmm1c.example"),
        ("kim@예시.한국", "kim@xn--vv4b11d.xn--3e0b707e"),
        ("kim@예시。한국", "kim@xn--vv4b11d.xn--3e0b707e"),
        ("Ｋｉｍ＠Ｅｘａｍｐｌｅ．com", "kim@example.com"),
        ("Kim@BÜCHER.example", "kim@xn--bcher-kva.example"),
    ],
)
def test_a_mail_goes_to_the_domain_that_was_typed(browser, board, mails, typed, sent_to):
    assert sign_up(browser(), typed).status_int == 303
    (mail,) = mails()
    assert mail["To"] == sent_to
    assert board.users()[0].email == sent_to


def test_a_mailbox_is_the_one_that_was_typed(browser, board, mails):
    # Folded as names are it would be strasse@, the mailbox of somebody else.
    sign_up(browser(), "Straße@example.com")
    assert board.users()[0].email == "straße@example.com"
    assert len(mails()) == 1


@pytest.mark.parametrize(
    "forms",
    [
        ("minji@예시.한국", "minji@xn--vv4b11d.xn--3e0b707e"),
        ("minji@xn--vv4b11d.xn--3e0b707e", "minji@예시.한국"),
        ("minji@예시.한국", "MINJI@예시.한국"),
    ],
)
def test_the_forms_of_one_domain_are_one_confirmed_address(browser, board, mails, forms):
    for number, email in enumerate(forms):
        sign_up(browser(), email, f"person{number}")
        mail = mails()[-1]
        if number == 0:
            assert confirm(browser(), mail).status_int == 303
    assert mail["Subject"] == "You already have an account"
    assert [user.email_verified_at is not None for user in board.users()] == [True, False]


@pytest.mark.parametrize("email", ["minji@예시.한국", "minji@xn--vv4b11d.xn--3e0b707e"])
def test_a_forgotten_password_is_reset_by_either_form(browser, board, mails, email):
    board.user("minji", email="minji@xn--vv4b11d.xn--3e0b707e")
    ask_for_link(browser(), email)
    (mail,) = mails()
    assert mail["To"] == "minji@xn--vv4b11d.xn--3e0b707e"


@pytest.mark.parametrize("email", ["minji@예시.한국", "minji@xn--vv4b11d.xn--3e0b707e"])
def test_two_confirmed_accounts_with_one_domain_both_get_a_link(browser, board, mails, email):
    # As a release before may have left them.
    board.user("first", email="minji@xn--vv4b11d.xn--3e0b707e")
    board.user("second", email="minji@예시.한국")
    ask_for_link(browser(), email)
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    assert len(set(re.findall(r"token=[\w-]+", text))) == 2
    assert "first" in text
    assert "second" in text


@pytest.mark.parametrize(
    ("email", "is_shown_as"),
    [
        ("minji@xn--vv4b11d.xn--3e0b707e", "minji@예시.한국"),
        ("kim@xn--strae-oqa.example", "kim@straße.example"),
        # Cyrillic letters that look like "apple.com".
        ("kim@xn--80ak6aa92e.com", "kim@xn--80ak6aa92e.com"),
    ],
)
def test_an_address_is_shown_in_its_own_letters_where_that_is_safe(
    browser, board, email, is_shown_as
):
    user = board.user("minji", email=email, email_verified_at=utc_now())
    admin = board.user("boss", role="admin")
    assert is_shown_as in browser(user).get("/account/email")
    assert is_shown_as in browser(user).get("/account/")
    assert is_shown_as in browser(admin).get(f"/users/{user.id}/manage")


@pytest.mark.parametrize(
    "domain", ["\U0001f511.kr", "가" * 63 + ".kr", "xn--a.com", "ab\u200dc.kr"], ids=ascii
)
def test_a_domain_that_cannot_exist_is_refused(browser, board, mails, domain):
    page = sign_up(browser(), f"minji@{domain}")
    assert page.status_int == 400
    assert "Enter an email address like name@example.com." in page
    assert board.users() == []
    assert mails() == []


def test_a_domain_without_a_dot_is_refused(browser, board, mails):
    page = sign_up(browser(), "test@example")
    assert page.status_int == 400
    assert page.forms["signup"]["email"].value == "test@example"
    assert "with an ending such as .com" in page
    page = sign_up(browser(locale="ko"), "test@example")
    assert ".com 같은 끝부분" in page
    assert board.users() == []


def test_an_account_with_a_domain_without_a_dot_can_still_be_reset(browser, board, mails):
    board.user("minji", email="minji@mailhost")
    ask_for_link(browser(), "minji@mailhost")
    assert len(mails()) == 1
