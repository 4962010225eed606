"""Logging in with a second factor: a code of the app or a recovery code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from factories import PASSWORD
from second_factors import (
    add_app,
    add_recovery_codes,
    enter_code,
    forget_used_codes,
    is_logged_in,
    kinds,
    log_in,
)
from sqlalchemy import select

from qaboard.models import UserSession, utc_now
from qaboard.services.accounts.user_session import SESSIONS_MAX_COUNT


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


def test_a_login_asks_for_the_code(browser, board, user, totp, mails):
    client = browser()
    answer = log_in(client, next_address="/questions/?sort=votes")
    assert answer.location == ("/second-factor?next=%2Fquestions%2F%3Fsort%3Dvotes")
    pending = client.cookies["login"]
    assert not is_logged_in(client)
    form = answer.follow().forms["second-factor"]
    csrf_token = form["csrf_token"].value
    form["code"] = totp.now()
    answer = form.submit("submit")
    assert answer.location == "/questions/?sort=votes"
    assert client.cookies["login"] != pending
    page = answer.follow()
    assert "Welcome back, alex!" in page
    assert page.html.find(attrs={"name": "csrf_token"})["value"] != csrf_token
    assert kinds(board, user) == ["login app"]
    # The token of the step before opens nothing, now and then.
    stolen = browser()
    stolen.set_cookie("login", pending)
    assert not is_logged_in(stolen)
    assert stolen.get("/second-factor").location.startswith("/login")
    with board.transaction() as session:
        login = session.scalars(select(UserSession)).one()
        assert login.expires_at - login.created_at == timedelta(days=30)
        assert utc_now() - login.authenticated_at < timedelta(minutes=1)
    assert mails() == []


@pytest.mark.parametrize("path", ["/account/", "/account/two-factor", "/questions/ask"])
def test_before_it_nothing_is_open(browser, user, totp, path):
    client = browser()
    log_in(client)
    assert client.get(path).location.startswith("/login?")
    page = client.get("/questions/")
    assert page.html.find(string="Log in")
    assert not page.html.find(string="alex")


def test_before_it_nothing_can_be_sent(browser, board, user, totp):
    question = board.question()
    client = browser()
    log_in(client)
    token = client.get("/second-factor").forms["second-factor"]["csrf_token"].value
    before = board.facts()
    for path, fields in (
        (f"/questions/{question.id}/vote", {"value": "1"}),
        (f"/questions/{question.id}/answers/", {"body": "text"}),
        ("/account/remove-app", {}),
        ("/account/confirm", {"password": PASSWORD}),
        ("/logout", {}),
    ):
        answer = client.post(path, fields | {"csrf_token": token})
        assert answer.location.startswith("/login"), path
    assert board.facts() == before


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(browser, user, totp, address):
    client = browser()
    form = log_in(client, next_address=address).follow().forms["second-factor"]
    form["code"] = totp.now()
    assert form.submit("submit").location == "/"


def test_a_code_with_spaces_or_wide_digits(browser, board, user, totp):
    for spell in (
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: "".join(chr(ord(digit) + 0xFEE0) for digit in code),
    ):
        client = browser()
        log_in(client)
        forget_used_codes(board)
        enter_code(client, spell(totp.now()))
        assert is_logged_in(client)


def test_a_code_is_used_once(browser, user, totp):
    code = totp.now()
    first, second = browser(), browser()
    log_in(first)
    log_in(second)
    enter_code(first, code)
    enter_code(second, code, status=400)
    assert is_logged_in(first)
    assert not is_logged_in(second)


def test_the_code_of_another_user_does_not_do(browser, board, app, user, totp):
    other = board.user("other")
    others_app = add_app(board, app, other)
    (others_code, *_) = add_recovery_codes(board, other)
    client = browser()
    log_in(client)
    enter_code(client, others_app.now(), status=400)
    enter_code(client, others_code, status=400)
    assert not is_logged_in(client)
    assert len(board.facts()["recovery_codes"]) == 10
    # Nor was it used up for its owner.
    client = browser()
    log_in(client, "other")
    enter_code(client, others_app.now())
    assert is_logged_in(client)


# A step behind is right too, unless a step ends meanwhile: test_totp.py among the unit tests.
@pytest.mark.parametrize(("steps", "status"), [(-3, 400), (1, 303), (3, 400)])
def test_a_clock_that_is_wrong(browser, user, totp, steps, status):
    client = browser()
    log_in(client)
    enter_code(client, totp.generate_otp(totp.timecode(utc_now()) + steps), status=status)
    assert is_logged_in(client) is (status == 303)


def test_a_recovery_code_goes_into_the_same_field_once(browser, board, user, totp, mails):
    codes = add_recovery_codes(board, user)
    client = browser()
    log_in(client)
    enter_code(client, codes[0].lower())
    assert is_logged_in(client)
    assert "9 codes left." in client.get("/account/two-factor")
    assert kinds(board, user) == ["recovery_code_used", "login recovery_code"]
    (mail,) = mails()
    assert "A recovery code was used on your account." in mail.get_body(("plain",)).get_content()
    client = browser()
    log_in(client)
    enter_code(client, codes[0], status=400)
    enter_code(client, codes[1])
    assert is_logged_in(client)


@pytest.mark.parametrize("code", ["", " ", "1", "x" * 101, "000000\n1", "\x00", "' OR 1=1 --"])
def test_what_is_no_code_is_answered_in_the_form(browser, user, totp, code):
    client = browser()
    log_in(client)
    page = enter_code(client, code, status=400)
    assert page.html.find(class_="error-summary")
    assert not is_logged_in(client)


def test_ten_wrong_codes_end_the_login(browser, board, user, totp, mails):
    client = browser()
    log_in(client)
    for _ in range(9):
        enter_code(client, "wrong", status=400)
    page = enter_code(client, "wrong", status=400)
    assert "Too many wrong codes" in page.html.find(class_="error-summary").text
    assert "second-factor" not in page.forms
    assert client.get("/second-factor").location.startswith("/login")
    assert board.facts()["user_sessions"] == []
    assert kinds(board, user) == ["factor_failure"] * 10
    (mail,) = mails()
    assert "10 wrong codes" in mail.get_body(("plain",)).get_content()
    # With the password a login begins anew, and even the right code has to wait.
    log_in(client)
    page = enter_code(client, totp.now(), status=429)
    assert int(page.headers["Retry-After"]) > 0
    assert not is_logged_in(client)
    # A code that was not looked at is not used up.
    client.app.registry["rate_limiter"].reset()
    enter_code(client, totp.now())
    assert is_logged_in(client)


def test_ten_wrong_codes_without_a_rate_limit(app, browser, board, user, totp, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, "second_factor", None)
    client = browser()
    log_in(client)
    for _ in range(10):
        enter_code(client, "wrong", status=400)
    assert client.get("/second-factor").status_int == 303
    # They are counted for each login.
    log_in(client)
    enter_code(client, "wrong", status=400)
    enter_code(client, totp.now())
    assert is_logged_in(client)


def test_ten_wrong_codes_are_told_however_many_logins_they_were_for(
    app, browser, board, user, totp, mails, monkeypatch
):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, "second_factor", None)
    for _ in range(3):
        client = browser()
        log_in(client)
        for _ in range(4):
            enter_code(client, "wrong", status=400)
    (mail,) = mails()
    assert "10 wrong codes" in mail.get_body(("plain",)).get_content()
    # Whoever enters a right one has just mistyped some, and begins anew.
    enter_code(client, totp.now())
    forget_used_codes(board)
    client = browser()
    log_in(client)
    for _ in range(9):
        enter_code(client, "wrong", status=400)
    assert len(mails()) == 1


def test_codes_are_counted_for_the_user_wherever_they_come_from(browser, user, totp):
    for number in range(10):
        client = browser()
        client.extra_environ["REMOTE_ADDR"] = f"192.0.2.{number}"
        log_in(client)
        enter_code(client, "wrong", status=400)
    enter_code(client, totp.now(), status=429)


def test_the_step_has_to_be_taken_within_ten_minutes(browser, board, user, totp):
    client = browser()
    log_in(client)
    with board.transaction() as session:
        login = session.scalars(select(UserSession)).one()
        assert login.expires_at - login.created_at == timedelta(minutes=10)
        login.expires_at = utc_now() - timedelta(seconds=1)
    form_token = client.get("/login").forms["login"]["csrf_token"].value
    assert client.get("/second-factor?next=/account/").location == ("/login?next=%2Faccount%2F")
    fields = {"csrf_token": form_token, "code": totp.now(), "next": ""}
    assert client.post("/second-factor", fields).location.startswith("/login")
    assert not is_logged_in(client)


@pytest.mark.parametrize("token", ["", "x", "0" * 5000])
def test_without_a_login_there_is_no_step(browser, token):
    client = browser()
    client.set_cookie("login", token or "none")
    assert client.get("/second-factor").location.startswith("/login")


def test_whoever_is_logged_in_has_taken_it(browser, user, totp):
    client = browser(user)
    assert client.get("/second-factor?next=/account/").location == "/account/"


def test_a_pending_login_ends_no_other_one(browser, board, user, totp):
    """Whoever knows the password alone cannot log its owner out by logging in often."""
    owner, thief = browser(user), browser()
    for _ in range(25):
        log_in(thief)
    assert is_logged_in(owner)
    assert len(board.facts()["user_sessions"]) == 1 + SESSIONS_MAX_COUNT


def test_a_pending_login_is_not_in_the_list(browser, user, totp):
    owner = browser(user)
    log_in(browser())
    assert len(owner.get("/account/sessions").html.select("main li.plain-row")) == 1


def test_logging_in_as_somebody_else_meanwhile(browser, board, user, totp):
    board.user("other")
    client = browser()
    page = log_in(client).follow().click("Log in as someone else")
    form = page.forms["login"]
    form["username"], form["password"] = "other", PASSWORD
    form.submit("submit")
    assert is_logged_in(client)
    assert client.get("/account/").html.find("dd").text.strip() == "other"


def test_a_forgotten_password_does_not_go_around_it(browser, user, totp, mails):
    client = browser()
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = user.email
    form.submit("submit")
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    link = re.search(r"http://localhost:6543(/\S+\?token=[\w-]+)", text)[1]
    form = client.get(link).follow().forms["reset"]
    form["password"] = form["password_confirm"] = "a horse of another colour"
    form.submit("submit", status=303)
    assert not is_logged_in(client)
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", "a horse of another colour"
    assert form.submit("submit").location.startswith("/second-factor")
    assert not is_logged_in(client)
