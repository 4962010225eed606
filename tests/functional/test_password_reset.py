"""Forgotten passwords: a link that works once, tells nobody anything, and ends all logins."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from factories import PASSWORD, PASSWORD_SETTINGS
from limits import parse
from sqlalchemy import update

from qaboard.http.client import Client
from qaboard.mail import account_mails
from qaboard.models import EventKind, SecurityEvent, SingleUseToken, utc_now
from qaboard.security.passwords import PasswordHashing
from qaboard.services.accounts.email_address import DeadLink
from qaboard.services.accounts.password_reset import reset_password
from qaboard.settings.rate_limits import RateLimit

NEW_PASSWORD = "a horse of another colour"


def ask_for_link(client, email: str):
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = email
    return form.submit("submit", expect_errors=True)


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"http://localhost:6543(/reset-password\?token=[\w-]+)", text)[1]


def link_for(browser, mails, email="alex@example.com") -> str:
    ask_for_link(browser(), email)
    return link_in(mails()[-1])


def choose(client, link: str, password=NEW_PASSWORD, again=None, **options):
    form = client.get(link).follow().forms["reset"]
    form["password"] = password
    form["password_confirm"] = password if again is None else again
    return form.submit("submit", **options)


def can_log_in(client, password) -> bool:
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", password
    return form.submit("submit", expect_errors=True).status_int == 303


@pytest.fixture
def user(board):
    return board.user("alex")


def test_the_whole_way(browser, board, user, mails):
    elsewhere = browser(user)
    client = browser()
    page = client.get("/login").click("Forgot your password?")
    form = page.forms["forgot"]
    form["email"] = "Alex@Example.com"
    page = form.submit("submit").follow()
    assert "If Alex@Example.com has an account here, we’ve emailed a link." in page
    (mail,) = mails()
    assert mail["To"] == "alex@example.com"
    page = choose(client, link_in(mail)).follow()
    assert "Password changed. Log in with your new password." in page
    assert elsewhere.get("/account/").status_int == 303
    assert client.get("/account/").status_int == 303
    assert can_log_in(browser(), NEW_PASSWORD)
    assert not can_log_in(browser(), PASSWORD)
    assert mails()[1]["Subject"] == "Your password was changed"


def test_a_known_and_an_unknown_address_get_the_same_answer(
    browser, board, user, mails, app, monkeypatch
):
    answers = []
    before = board.facts()
    for email in ("alex@example.com", "nobody@example.com"):
        # With the background standing still, so that what the request itself does is seen.
        submitted = []
        client = browser()
        with monkeypatch.context() as patch:
            patch.setattr(app.registry["background"], "submit", submitted.append)
            answer = ask_for_link(client, email)
        assert len(submitted) == 1
        assert board.facts() == before
        page = answer.follow()
        main = page.html.find("main")
        for changing in main.select("[name=csrf_token]"):
            changing.decompose()
        headers = sorted(name for name in answer.headers if name != "Set-Cookie")
        answers.append((answer.status, headers, str(main).replace(email, "…")))
    assert answers[0] == answers[1]
    ask_for_link(browser(), "nobody@example.com")
    assert mails() == []


def test_opening_the_link_uses_nothing_up(browser, board, user, mails):
    link = link_for(browser, mails)
    before = board.facts()
    for _ in range(3):
        browser().get(link).follow(status=200)
        browser().head(link)
    assert board.facts() == before
    assert choose(browser(), link).status_int == 303


def test_the_token_is_random_and_kept_as_a_hash_only(browser, board, user, mails, caplog):
    with caplog.at_level("DEBUG"):
        tokens = [link_for(browser, mails).partition("=")[2] for _ in range(3)]
        choose(browser(), f"/reset-password?token={tokens[-1]}")
    assert len(set(tokens)) == 3
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)
    for token in tokens:
        assert token not in repr(board.facts())
        assert token not in caplog.text
    assert NEW_PASSWORD not in caplog.text
    assert "alex@example.com" not in caplog.text


def assert_dead(browser, link: str) -> None:
    page = browser().get(link, status=410)
    assert "This link no longer works" in page
    assert page.html.find("a", href="/forgot-password")


def test_it_works_once(browser, board, user, mails):
    link = link_for(browser, mails)
    client = browser()
    choose(client, link)
    assert_dead(browser, link)


def test_it_works_for_ten_minutes(browser, board, user, mails):
    link = link_for(browser, mails)
    with board.transaction() as session:
        row = session.query(SingleUseToken).one()
        assert timedelta(minutes=9) < row.expires_at - utc_now() <= timedelta(minutes=10)
        session.execute(update(SingleUseToken).values(expires_at=utc_now()))
    assert_dead(browser, link)


def test_a_form_that_was_open_for_too_long_changes_nothing(browser, board, user, mails):
    link = link_for(browser, mails)
    form = browser().get(link).follow().forms["reset"]
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now()))
    form["password"] = form["password_confirm"] = NEW_PASSWORD
    form.submit("submit", status=410)
    assert can_log_in(browser(), PASSWORD)


def test_a_newer_link_ends_the_older_one(browser, board, user, mails):
    older, newer = link_for(browser, mails), link_for(browser, mails)
    assert_dead(browser, older)
    assert choose(browser(), newer).status_int == 303


def test_a_login_ends_it(browser, board, user, mails):
    link = link_for(browser, mails)
    assert can_log_in(browser(), PASSWORD)
    assert_dead(browser, link)


def test_a_change_of_password_ends_it(browser, board, user, mails):
    link = link_for(browser, mails)
    form = browser(user).get("/account/password").forms["password"]
    form["current_password"] = PASSWORD
    form["password"] = form["password_confirm"] = NEW_PASSWORD
    form.submit("submit", status=303)
    assert_dead(browser, link)


def test_a_change_of_address_ends_it(browser, board, user, mails):
    link = link_for(browser, mails)
    client = browser(user)
    form = client.get("/account/email").forms["email"]
    form["email"] = "new@example.com"
    form.submit("submit")
    text = mails()[-1].get_body(("plain",)).get_content()
    path = re.search(r"/verify-email\?token=[\w-]+", text)[0]
    page = client.get(path).follow()
    next(f for f in page.forms.values() if f.action == "/verify-email").submit(status=303)
    assert_dead(browser, link)


def test_a_link_for_something_else_resets_nothing(browser, board, mails):
    board.user("alex", email_verified_at=None)
    client = browser(board.users()[0])
    page = client.get("/account/email")
    next(f for f in page.forms.values() if f.action == "/account/send-verification").submit()
    text = mails()[0].get_body(("plain",)).get_content()
    token = re.search(r"token=([\w-]+)", text)[1]
    assert_dead(browser, f"/reset-password?token={token}")
    link = link_for(browser, mails).replace("reset-password", "verify-email")
    assert browser().get(link, status=410)


@pytest.mark.parametrize(
    ("password", "again", "field", "message"),
    [
        ("short", None, "password", "at least 10"),
        ("password123", None, "password", "This password is too common"),
        ("alex@example.com", None, "password", "your username"),
        (NEW_PASSWORD, "something else", "password_confirm", "don’t match"),
    ],
)
def test_a_refused_password_leaves_the_link_as_it_is(
    browser, board, user, mails, password, again, field, message
):
    link = link_for(browser, mails)
    client = browser()
    page = choose(client, link, password, again, status=400)
    assert message in page.html.find(id=f"reset-{field}-error").text
    form = page.forms["reset"]
    form["password"] = form["password_confirm"] = NEW_PASSWORD
    assert form.submit("submit", status=303)


def test_of_two_who_use_it_at_once_one_succeeds(browser, board, user, mails):
    token = link_for(browser, mails).partition("=")[2]
    passwords = PasswordHashing(PASSWORD_SETTINGS)
    barrier = threading.Barrier(2)
    outcomes = []

    def reset(new_password: str) -> None:
        password_hash = passwords.hash(new_password)
        barrier.wait(timeout=10)
        try:
            with board.transaction() as session:
                reset_password(session, token, password_hash, client=Client())
            outcomes.append(new_password)
        except DeadLink:
            outcomes.append(None)

    names = ("the first new one", "the second new one")
    threads = [threading.Thread(target=reset, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes, key=str)[0] is None
    (winner,) = [outcome for outcome in outcomes if outcome]
    assert can_log_in(browser(), winner)


def test_links_cannot_be_guessed_without_end(app, browser, board, user, mails, monkeypatch):
    monkeypatch.setitem(
        app.registry["rate_limiter"].rates, RateLimit.RESET, parse("3 per 15 minutes")
    )
    form = browser().get(link_for(browser, mails)).follow().forms["reset"]
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now()))
    form["password"] = form["password_confirm"] = NEW_PASSWORD
    # Asking for the link counts too.
    statuses = [form.submit("submit", expect_errors=True).status_int for _ in range(3)]
    assert statuses == [410, 410, 429]


def test_few_mails_go_to_one_address(browser, board, user, mails):
    for _ in range(8):
        assert ask_for_link(browser(), "alex@example.com").status_int == 303
    assert len(mails()) == 5


def test_the_host_of_a_request_is_not_in_the_link(browser, board, user, mails):
    client = browser()
    client.extra_environ["HTTP_HOST"] = "127.0.0.1:80"
    client.extra_environ["HTTP_X_FORWARDED_HOST"] = "evil.example"
    ask_for_link(client, "alex@example.com")
    text = mails()[0].as_string()
    assert "evil.example" not in text
    assert "127.0.0.1" not in text
    assert "http://localhost:6543/reset-password?token" in text


def test_who_has_proved_an_address_gets_the_link(browser, board, mails):
    board.user("pretender", email="alex@example.com", email_verified_at=None)
    board.user("alex")
    choose(browser(), link_for(browser, mails))
    assert can_log_in(browser(), NEW_PASSWORD)


def test_using_the_link_proves_the_address(browser, board, mails):
    board.user("alex", email_verified_at=None)
    choose(browser(), link_for(browser, mails))
    assert board.users()[0].email_verified_at is not None


def test_both_steps_are_written_down(browser, board, user, mails):
    choose(browser(), link_for(browser, mails))
    with board.transaction() as session:
        kinds = [kind for (kind,) in session.query(SecurityEvent.kind).filter_by(user_id=user.id)]
    assert kinds == [EventKind.RESET_REQUEST, EventKind.PASSWORD_RESET]


def test_a_mail_whose_transaction_fails_is_not_sent(app, board, user, mails):
    def send_and_fail() -> None:
        with account_mails.mailing_transaction(app.registry) as (_session, mailer):
            mailer.send(
                account_mails.compose_mail(
                    app.registry,
                    "reset_password",
                    recipient="alex@example.com",
                    locale="en",
                    username="alex",
                    accounts=[],
                    minutes=10,
                )
            )
            raise RuntimeError("after the mail was handed over")

    with pytest.raises(RuntimeError, match="handed over"):
        send_and_fail()
    assert mails() == []


def test_a_password_manager_is_told_whose_password_it_is(browser, user, mails):
    client = browser()
    page = client.get(link_for(browser, mails)).follow()
    for _ in range(2):
        (field,) = page.html.select("form[id=reset] input[autocomplete=username]")
        assert field["value"] == "alex"
        page = page.forms["reset"].submit("submit", status=400)
