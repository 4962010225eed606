"""Mail addresses: proving them, changing them, and boards without mail."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

import pytest
from factories import PASSWORD
from sqlalchemy import update

from qaboard.models import SingleUseToken, User, utc_now


def sign_up(client, username="newcomer", email="newcomer@example.com"):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = username, email
    form["password"] = form["password_confirm"] = PASSWORD
    return form.submit("submit", status=303)


def link_in(mail) -> str:
    """The link of a mail as a path; its text and its HTML have the same one."""
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    links = {re.search(r"http://localhost:6543(/\S+\?token=[\w-]+)", text)[1] for text in texts}
    assert len(texts) == 2
    (link,) = links
    return link


def open_link(client, link: str):
    """The page that a link leads to; that of a dead one is at its own address."""
    page = client.get(link, expect_errors=True)
    return page.follow(expect_errors=True) if page.status_int == 303 else page


def confirm(client, link: str):
    page = open_link(client, link)
    form = next(f for f in page.forms.values() if f.action == "/verify-email")
    return form.submit(expect_errors=True)


def user_named(board, username: str) -> User:
    return next(user for user in board.users() if user.username == username)


@pytest.mark.parametrize(
    ("locale", "subject", "text"),
    [
        ("en", "Welcome to qaboard", "Thanks for signing up on qaboard."),
        ("ko", "qaboard 가입을 환영해요", "qaboard에 가입해 주셔서 고마워요."),
    ],
)
def test_a_mail_after_signing_up_proves_the_address(browser, board, mails, locale, subject, text):
    client = browser(locale=locale)
    sign_up(client)
    (mail,) = mails()
    assert mail["To"] == "newcomer@example.com"
    assert mail["Subject"] == subject
    assert mail["From"] == "qaboard <qaboard@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text in mail.get_body(("plain",)).get_content()
    assert f'<html lang="{locale}">' in mail.get_body(("html",)).get_content()
    assert confirm(client, link_in(mail)).location == "/account/"
    assert user_named(board, "newcomer").email_verified_at is not None


def test_another_browser_can_open_it_and_opening_uses_nothing_up(browser, board, mails):
    sign_up(browser())
    link = link_in(mails()[0])
    for _ in range(3):
        assert "newcomer@example.com" in open_link(browser(), link)
    assert user_named(board, "newcomer").email_verified_at is None
    assert confirm(browser(), link).location == "/"
    assert user_named(board, "newcomer").email_verified_at is not None


def test_the_token_stays_neither_in_the_address_nor_in_the_database(browser, board, mails):
    client = browser()
    sign_up(client)
    link = link_in(mails()[0])
    token = link.partition("=")[2]
    assert client.get(link).location == "/verify-email"
    assert len(token) >= 43
    assert token not in repr(board.facts())


def test_it_works_once(browser, board, mails):
    client = browser()
    sign_up(client)
    link = link_in(mails()[0])
    confirm(client, link)
    page = open_link(client, link)
    assert page.status_int == 410
    assert "no longer works" in page


@pytest.mark.parametrize("token", ["x", "한글", "a" * 43, "%00", "../../x"])
def test_garbage_is_a_dead_link(browser, token):
    for name in ("verify-email", "reset-password"):
        assert browser().get(f"/{name}", {"token": token}, status=410)
        assert browser().get(f"/{name}", status=410)


def test_it_works_for_a_day(browser, board, mails):
    client = browser()
    sign_up(client)
    link = link_in(mails()[0])
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert open_link(client, link).status_int == 410


def test_a_newer_link_ends_the_older_one(browser, board, mails):
    client = browser()
    sign_up(client)
    older = link_in(mails()[0])
    page = client.get("/account/email")
    form = next(f for f in page.forms.values() if f.action == "/account/send-verification")
    assert "We emailed a link to newcomer@example.com." in form.submit().follow()
    newer = link_in(mails()[1])
    assert open_link(client, older).status_int == 410
    assert confirm(client, newer).status_int == 303


def test_an_address_of_somebody_else_is_told_to_them_alone(browser, board, mails):
    board.user("owner", email="owner@example.com", locale="ko")
    client = browser()
    sign_up(client, email="OWNER@example.com")
    (mail,) = mails()
    assert mail["Subject"] == "이미 계정이 있어요"
    assert "owner" in mail.get_body(("plain",)).get_content()
    assert "token" not in mail.as_string()
    assert user_named(board, "newcomer").email_verified_at is None


def test_of_two_who_have_an_address_one_can_prove_it(browser, board, mails):
    clients = [browser(), browser()]
    for number, client in enumerate(clients):
        sign_up(client, username=f"user-{number}")
    links = [link_in(mail) for mail in mails()]
    assert confirm(clients[1], links[1]).status_int == 303
    assert confirm(clients[0], links[0]).status_int == 410
    assert user_named(board, "user-0").email_verified_at is None


def test_few_mails_go_to_one_address(browser, board, mails):
    for number in range(7):
        sign_up(browser(), username=f"user-{number}")
    assert len(mails()) == 5


SPELLINGS = (
    "kim@example.com",
    "KIM@Example.COM",
    "\uff4b\uff49\uff4d@example.com",
    "\u212aim@example.com",
    "kim@\U0001d41ex\U0001d41ample.com",
    "kim@e\uff58ample.com",
    "kim@exam\U0001d5c9le.com",
)


def test_an_address_is_one_in_all_its_spellings(browser, board, mails):
    # Mail servers make the same domain of all of them.
    for number, email in enumerate(SPELLINGS):
        sign_up(browser(), username=f"user-{number}", email=email)
    assert {user.email for user in board.users()} == {"kim@example.com"}
    assert len(mails()) == 5


def test_a_korean_address_is_found_however_it_was_typed(browser, board, mails):
    # Some devices send each syllable, others its letters one by one.
    sign_up(browser(), email=unicodedata.normalize("NFD", "민지@예시.한국"))
    form = browser().get("/forgot-password").forms["forgot"]
    form["email"] = unicodedata.normalize("NFC", "민지@예시.한국")
    form.submit("submit")
    assert len(mails()) == 2


@pytest.mark.parametrize("email", ["\ufdfa@example.com", "a\u2474@example.com"])
def test_what_becomes_no_address_when_it_is_normalised_is_none(browser, board, mails, email):
    assert change(browser(board.user()), email).status_int == 400
    assert mails() == []


def test_a_board_may_ask_for_a_proved_address(make_app, browser, board, mails):
    strict = make_app({"accounts.require_verified": "true"})
    question = board.question()
    client = browser(of=strict)
    sign_up(client)
    strict.registry["background"].wait()
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    for path, fields in (
        ("/questions/ask", {"title": "Title", "body": "My text"}),
        (f"/questions/{question.id}/answers/", {"body": "My text"}),
        (f"/questions/{question.id}/vote", {"value": "1"}),
    ):
        page = client.post(path, fields | {"csrf_token": token}, status=403)
        assert "Confirm your email address first" in page
    confirm(client, link_in(mails()[0]))
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    fields = {"title": "Title", "body": "My text", "csrf_token": token}
    client.post("/questions/ask", fields, status=303)


def change(client, email: str):
    form = client.get("/account/email").forms["email"]
    form["email"] = email
    return form.submit("submit", expect_errors=True)


def test_a_change_is_confirmed_at_the_new_address_and_told_to_the_old_one(browser, board, mails):
    client = browser(board.user("alex"))
    page = change(client, "New@Example.com").follow()
    assert "We emailed a link to new@example.com." in page
    (mail,) = mails()
    assert mail["To"] == "new@example.com"
    assert user_named(board, "alex").email == "alex@example.com"
    confirm(browser(), link_in(mail))
    changed = user_named(board, "alex")
    assert changed.email == "new@example.com"
    assert changed.email_verified_at is not None
    announcement = mails()[1]
    assert announcement["To"] == "alex@example.com"
    assert announcement["Subject"] == "Your email address was changed"
    assert "token" not in announcement.as_string()


def test_a_change_tells_nobody_whether_an_address_has_an_account(browser, board, mails):
    board.user("owner", email="owner@example.com")
    answers = []
    for username, email in (("alex", "owner@example.com"), ("bela", "nobody@example.com")):
        client = browser(board.user(username))
        answer = change(client, email)
        page = answer.follow()
        message = page.html.find(class_="alert").text.replace(email, "…")
        answers.append((answer.status_int, answer.location, message))
    assert answers[0] == answers[1]
    assert sorted(mail["Subject"] for mail in mails()) == [
        "Confirm your email address",
        "You already have an account",
    ]


def test_the_host_of_a_request_is_not_in_its_mails(browser, board, mails):
    client = browser()
    client.extra_environ["HTTP_HOST"] = "127.0.0.1:80"
    sign_up(client)
    assert "127.0.0.1" not in mails()[0].as_string()


def test_a_name_is_text_in_a_mail(browser, board, mails):
    board.user("<b>&amp;</b>", email="a@example.com")
    form = browser().get("/forgot-password").forms["forgot"]
    form["email"] = "a@example.com"
    form.submit("submit", status=303)
    (mail,) = mails()
    assert "Hello <b>&amp;</b>," in mail.get_body(("plain",)).get_content()
    assert "Hello &lt;b&gt;&amp;amp;&lt;/b&gt;," in mail.get_body(("html",)).get_content()


def test_a_refused_form_sends_nothing(browser, board, mails):
    form = browser().get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", "newcomer@example.com"
    form["password"], form["password_confirm"] = PASSWORD, "something else"
    form.submit("submit", status=400)
    assert mails() == []


@pytest.mark.parametrize(
    "email",
    ["a,b@c.d", "x<victim@x.org>", '"a;b"@c', "bcc:x@y", "a@b\nBcc: c@d.e", "a@b..c", "a@-b.c"],
)
def test_what_would_be_several_recipients_is_no_address(browser, board, mails, email):
    client = browser(board.user())
    assert change(client, email).status_int == 400
    assert mails() == []


def test_a_board_without_mail(make_app, browser, board, mails):
    client = browser(of=make_app({"mail.enabled": "false"}))
    page = client.get("/login").click("Forgot your password?")
    assert "doesn’t send email" in page
    assert "forgot" not in page.forms
    assert "We emailed a link" not in sign_up(client).follow().follow()
    page = client.get("/verify-email?token=old", status=410)
    assert "a link to confirm your address" in page
    page = client.get("/account/email")
    assert "a link to confirm your address" in page
    change(client, "new@example.com").follow()
    assert user_named(board, "newcomer").email == "new@example.com"
    assert mails() == []


def test_a_board_without_mail_that_asks_for_a_proved_address(make_app, browser, board):
    strict = make_app({"mail.enabled": "false", "accounts.require_verified": "true"})
    client = browser(board.user(email_verified_at=None), of=strict)
    page = client.get("/questions/ask", status=403)
    assert "a link to confirm your address" in page
    assert "We emailed you a link" not in page


def test_a_newcomer_is_told_of_the_mail_whosever_the_address_is(browser, board, mails):
    owner = board.user("owner")
    for username, email in (("newcomer", "newcomer@example.com"), ("another", owner.email)):
        page = sign_up(browser(), username, email).follow().follow()
        assert f"We emailed a link to {email}. Open it" in page


def test_which_address_is_proved_is_told_to_whoever_is_logged_in(browser, board, mails):
    sign_up(browser())
    (mail,) = mails()
    other = browser(board.user("other", email_verified_at=None))
    page = confirm(other, link_in(mail)).follow()
    assert "The address newcomer@example.com is confirmed." in page


def test_a_board_without_mail_offers_none(make_app, browser, board):
    app = make_app({"mail.enabled": "false", "accounts.require_verified": "true"})
    visitor, member = browser(of=app), browser(board.user(email_verified_at=None), of=app)
    pages = [
        visitor.get(path, expect_errors=True)
        for path in ("/login", "/signup", "/forgot-password", "/reset-password", "/verify-email")
    ]
    pages += [
        member.get(path, expect_errors=True)
        for path in ("/account/", "/account/email", "/questions/ask", "/verify-email")
    ]
    for page in pages:
        assert not page.html.select("[action*='send-verification']")
        assert not re.search(r"(?i)we (?:sent|send) you|send (?:it|you)\b", page.text)
    # Each page from which there is no other way on says who can help.
    told = ["doesn’t send email. Ask an administrator" in page for page in pages]
    assert told == [False, False, True, True, True, True, True, True, True]


def test_a_board_without_mail_takes_no_request_for_one(make_app, browser, board):
    app = make_app({"mail.enabled": "false"})
    client = browser(board.user(email_verified_at=None), of=app)
    fields = {
        "csrf_token": client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"],
        "email": "alex@example.com",
    }
    before = board.facts()
    page = client.post("/forgot-password", fields).maybe_follow()
    assert "we’ve emailed a link" not in page
    page = client.post("/account/send-verification", fields).maybe_follow()
    assert "We emailed" not in page
    assert board.facts() == before
