"""Two-factor login by an app and by recovery codes."""

from __future__ import annotations

import html
import re
import threading
from datetime import timedelta

import pyotp
import pytest
from factories import PASSWORD
from second_factors import add_app, add_recovery_codes, forget_used_codes
from sqlalchemy import select, update

from qaboard.models import EventKind, SecurityEvent, TOTPFactor, UserSession, utc_now
from qaboard.services.user_session import SESSIONS_MAX_COUNT


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def totp(app, board, user):
    return add_app(board, app, user)


def log_in(client, username="alex", next_address=None):
    query = {"next": next_address} if next_address else {}
    form = client.get("/login", query).forms["login"]
    form["username"], form["password"] = username, PASSWORD
    return form.submit("submit", status=303)


def enter_code(client, code: str, status: int = 303):
    form = client.get("/second-factor").forms["second-factor"]
    form["code"] = code
    return form.submit("submit", status=status)


def is_logged_in(client) -> bool:
    return client.get("/account/", expect_errors=True).status_int == 200


def press(page, action: str, status: int = 303):
    form = next(f for f in page.forms.values() if f.action == action)
    return form.submit(status=status)


def kinds(board, user) -> list[str]:
    with board.transaction() as session:
        statement = select(SecurityEvent.kind, SecurityEvent.details)
        statement = statement.where(SecurityEvent.user_id == user.id).order_by(SecurityEvent.id)
        return [
            f"{kind} {details.get('factor', '')}".strip()
            for kind, details in session.execute(statement)
        ]


def age_logins(board) -> None:
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )


def test_setting_up_an_app(browser, board, user, mails):
    client, elsewhere = browser(user), browser(user)
    page = client.get("/account/").click("Two-factor login")
    assert "off" in page.html.find(class_="badge").text
    assert not page.html.find(string=re.compile("Recovery codes"))
    page = press(page, "/account/set-up-app").follow()
    picture = page.html.find("img", class_="qr-code")
    assert picture["src"].startswith("data:image/svg+xml")
    secret = page.html.find(class_="secret-key").text.replace(" ", "").strip()
    address = page.html.find("a", string="Open in an app on this device")["href"]
    assert address == pyotp.TOTP(secret).provisioning_uri(name="alex", issuer_name="qaboard")
    # Loading it once more shows the same one.
    assert secret in client.get("/account/authenticator-app").text.replace(" ", "")

    form = page.forms["app"]
    form["code"] = "12345"
    page = form.submit("submit", status=400)
    assert "This is not the code" in page.html.find(id="app-code-error").text
    assert secret in page.text.replace(" ", "")
    # It does not count yet.
    other = browser()
    log_in(other)
    assert is_logged_in(other)

    token = client.cookies["login"]
    form = page.forms["app"]
    code = pyotp.TOTP(secret).now()
    form["code"] = f"{code[:3]} {code[3:]}"
    page = form.submit("submit", status=200)
    assert page.headers["Cache-Control"] == "private, no-store"
    codes = page.html.find(id="recovery-codes").text.split()
    assert len(codes) == 10
    assert page.html.find("a", class_="site-link", string="Settings")
    link = page.html.find("a", download=True)["href"]
    assert link == "data:text/plain;charset=utf-8," + "%0A".join(codes) + "%0A"
    # Other logins have ended, and this one has another token.
    assert client.cookies["login"] != token
    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert not is_logged_in(other)
    page = client.get("/account/two-factor")
    assert "on" in page.html.find(class_="badge").text
    assert "10 codes are left." in page
    assert codes[0] not in page
    (mail,) = mails()
    assert mail["To"] == "alex@example.com"
    text = mail.get_body(("plain",)).get_content()
    assert "two-factor login by an authenticator app" in text
    assert secret not in str(mail)
    assert kinds(board, user)[-1] == "factor_added app"

    # The code that confirmed it is used up.
    log_in(other)
    page = enter_code(other, code, status=400)
    assert "was used already" in page.html.find(id="second-factor-code-error").text
    forget_used_codes(board)
    enter_code(other, pyotp.TOTP(secret).now())
    assert is_logged_in(other)


def test_a_page_in_korean(browser, board, app, user):
    add_app(board, app, user)
    client = browser(user, locale="ko")
    for path in ("/account/two-factor", "/account/passkeys"):
        assert client.get(path).html.find("h1").text


def test_a_name_and_a_site_name_in_the_address_for_the_app(browser, board):
    client = browser(board.user("민지"))
    page = press(client.get("/account/two-factor"), "/account/set-up-app").follow()
    address = page.html.find("a", string="Open in an app on this device")["href"]
    assert address.startswith("otpauth://totp/qaboard:%EB%AF%BC%EC%A7%80?secret=")


def test_a_setup_of_long_ago_begins_anew(browser, board, user):
    client = browser(user)
    page = press(client.get("/account/two-factor"), "/account/set-up-app").follow()
    secret = page.html.find(class_="secret-key").text.replace(" ", "").strip()
    with board.transaction() as session:
        session.execute(update(TOTPFactor).values(created_at=utc_now() - timedelta(minutes=16)))
    form = page.forms["app"]
    form["code"] = pyotp.TOTP(secret).now()
    assert form.submit("submit").location == "http://localhost/account/two-factor"
    assert client.get("/account/authenticator-app").status_int == 303
    form["code"] = ""
    assert "begin again" in form.submit("submit", status=400)
    assert "off" in client.get("/account/two-factor").html.find(class_="badge").text


def test_a_login_asks_for_the_code(browser, board, user, totp, mails):
    client = browser()
    answer = log_in(client, next_address="/questions/?sort=votes")
    assert answer.location == ("http://localhost/second-factor?next=%2Fquestions%2F%3Fsort%3Dvotes")
    pending = client.cookies["login"]
    assert not is_logged_in(client)
    form = answer.follow().forms["second-factor"]
    csrf_token = form["csrf_token"].value
    form["code"] = totp.now()
    answer = form.submit("submit")
    assert answer.location == "http://localhost/questions/?sort=votes"
    assert client.cookies["login"] != pending
    page = answer.follow()
    assert "Welcome back, alex!" in page
    assert page.html.find(attrs={"name": "csrf_token"})["value"] != csrf_token
    assert kinds(board, user) == ["login app"]
    # The token of the step before opens nothing, now and then.
    stolen = browser()
    stolen.set_cookie("login", pending)
    assert not is_logged_in(stolen)
    assert stolen.get("/second-factor").location.startswith("http://localhost/login")
    with board.transaction() as session:
        login = session.scalars(select(UserSession)).one()
        assert login.expires_at - login.created_at == timedelta(days=30)
        assert utc_now() - login.authenticated_at < timedelta(minutes=1)
    assert mails() == []


@pytest.mark.parametrize("path", ["/account/", "/account/two-factor", "/questions/ask"])
def test_before_it_nothing_is_open(browser, user, totp, path):
    client = browser()
    log_in(client)
    assert client.get(path).location.startswith("http://localhost/login?")
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
        assert answer.location.startswith("http://localhost/login"), path
    assert board.facts() == before


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(browser, user, totp, address):
    client = browser()
    form = log_in(client, next_address=address).follow().forms["second-factor"]
    form["code"] = totp.now()
    assert form.submit("submit").location == "http://localhost/"


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


# A step behind is right too, unless a step ends meanwhile: tests/unit/services/test_totp.py.
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
    assert "9 codes are left." in client.get("/account/two-factor")
    assert kinds(board, user) == ["recovery_code_used", "login recovery_code"]
    (mail,) = mails()
    assert "A recovery code of your account was used." in mail.get_body(("plain",)).get_content()
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
    assert "this login has ended" in page.html.find(class_="error-summary").text
    assert "second-factor" not in page.forms
    assert client.get("/second-factor").location.startswith("http://localhost/login")
    assert board.facts()["user_sessions"] == []
    assert kinds(board, user) == ["factor_failure"] * 10
    (mail,) = mails()
    assert "ten wrong codes" in mail.get_body(("plain",)).get_content()
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
    assert "ten wrong codes" in mail.get_body(("plain",)).get_content()
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
    assert client.get("/second-factor?next=/account/").location == (
        "http://localhost/login?next=%2Faccount%2F"
    )
    fields = {"csrf_token": form_token, "code": totp.now(), "next": ""}
    assert client.post("/second-factor", fields).location.startswith("http://localhost/login")
    assert not is_logged_in(client)


@pytest.mark.parametrize("token", ["", "x", "0" * 5000])
def test_without_a_login_there_is_no_step(browser, token):
    client = browser()
    client.set_cookie("login", token or "none")
    assert client.get("/second-factor").location.startswith("http://localhost/login")


def test_whoever_is_logged_in_has_taken_it(browser, user, totp):
    client = browser(user)
    assert client.get("/second-factor?next=/account/").location == "http://localhost/account/"


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
    page = log_in(client).follow().click("Log in as somebody else")
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
    assert form.submit("submit").location.startswith("http://localhost/second-factor")
    assert not is_logged_in(client)


def test_removing_the_app(browser, board, user, totp, mails):
    add_recovery_codes(board, user)
    client, elsewhere = browser(user), browser(user)
    page = press(client.get("/account/two-factor"), "/account/remove-app").follow()
    assert "The authenticator app is removed." in page
    assert board.facts()["totp_factors"] == board.facts()["recovery_codes"] == []
    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)
    assert kinds(board, user) == ["factor_removed app"]
    (mail,) = mails()
    assert "was removed" in mail.get_body(("plain",)).get_content()
    other = browser()
    log_in(other)
    assert is_logged_in(other)
    # Once more changes nothing.
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    before = board.facts()
    client.post("/account/remove-app", {"csrf_token": token}, status=303)
    client.post("/account/make-recovery-codes", {"csrf_token": token}, status=303)
    assert board.facts() == before


def test_an_app_in_use_is_not_replaced(browser, board, user, totp):
    client = browser(user)
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    before = board.facts()
    answer = client.post("/account/set-up-app", {"csrf_token": token})
    assert answer.location == "http://localhost/account/two-factor"
    assert board.facts() == before


def test_new_recovery_codes(browser, board, user, totp, mails):
    old, *_ = add_recovery_codes(board, user)
    client = browser(user)
    page = press(client.get("/account/two-factor"), "/account/make-recovery-codes", status=200)
    codes = page.html.find(id="recovery-codes").text.split()
    assert len(codes) == 10
    assert old not in codes
    assert kinds(board, user) == ["recovery_codes_made"]
    assert len(mails()) == 1
    # They are in no page that comes later.
    for path in ("/account/two-factor", "/account/"):
        assert codes[0] not in client.get(path)
    # Sending the form of the page before once more changes nothing.
    before = board.facts()
    assert page.request.method == "POST"
    client.post("/account/make-recovery-codes", page.request.POST, status=400)
    assert board.facts() == before
    other = browser()
    log_in(other)
    enter_code(other, old, status=400)
    enter_code(other, codes[3])
    assert is_logged_in(other)


BUTTONS = ("set-up-app", "remove-app", "make-recovery-codes", "passkey-options", "remove-passkey")


@pytest.mark.parametrize("name", BUTTONS)
def test_after_a_while_a_button_asks_again_and_leads_back_to_its_page(
    browser, board, user, totp, name
):
    add_recovery_codes(board, user)
    client = browser(user)
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    age_logins(board)
    before = board.facts()
    answer = client.post(f"/account/{name}", {"csrf_token": token})
    assert board.facts() == before
    form = answer.follow().forms["confirm"]
    form["password"], form["code"] = PASSWORD, totp.now()
    page = form.submit("submit").follow(status=200)
    assert page.request.path in ("/account/two-factor", "/account/passkeys")


@pytest.mark.parametrize("page", ["two-factor", "authenticator-app", "passkeys"])
def test_after_a_while_a_page_asks_again(browser, board, user, page):
    client = browser(user)
    age_logins(board)
    answer = client.get(f"/account/{page}")
    assert answer.location == f"http://localhost/account/confirm?next=%2Faccount%2F{page}"


def test_confirming_takes_the_password_and_a_code(browser, board, user, totp, mails):
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm?next=/account/two-factor").forms["confirm"]
    form["password"] = PASSWORD
    page = form.submit("submit", status=400)
    assert "Please enter a code." in page.html.find(id="confirm-code-error").text
    form["code"] = "wrong"
    page = form.submit("submit", status=400)
    assert "not right" in page.html.find(id="confirm-code-error").text
    form["password"], form["code"] = "wrong password", totp.now()
    page = form.submit("submit", status=400)
    assert page.html.find(id="confirm-password-error")
    assert client.get("/account/two-factor").status_int == 303
    # A right code beside a wrong password was not used up.
    form["password"], form["code"] = PASSWORD, totp.now()
    assert form.submit("submit").location == "http://localhost/account/two-factor"
    assert client.get("/account/two-factor").status_int == 200
    assert [kind for kind in kinds(board, user) if kind != EventKind.LOGIN_FAILURE] == [
        "factor_failure",
        "reauthentication app",
    ]


def test_confirming_with_wrong_codes_has_a_limit(browser, board, user, totp):
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm").forms["confirm"]
    form["password"], form["code"] = PASSWORD, "wrong"
    for _ in range(10):
        form.submit("submit", status=400)
    form["code"] = totp.now()
    form.submit("submit", status=429)
    assert client.get("/account/two-factor").status_int == 303


def test_confirming_with_a_recovery_code(browser, board, user, totp, mails):
    code, *_ = add_recovery_codes(board, user)
    client = browser(user)
    age_logins(board)
    form = client.get("/account/confirm").forms["confirm"]
    form["password"], form["code"] = PASSWORD, html.unescape(code)
    form.submit("submit", status=303)
    assert len(board.facts()["recovery_codes"]) == 9
    assert len(mails()) == 1


def test_without_a_second_factor_no_code_is_asked_for(browser, board, user):
    client = browser(user)
    form = client.get("/account/confirm").forms["confirm"]
    assert "code" not in form.fields


def test_an_address_that_is_not_proved_gets_no_mail(browser, board, app, mails):
    user = board.user(email_verified_at=None)
    add_app(board, app, user)
    press(browser(user).get("/account/two-factor"), "/account/remove-app")
    assert mails() == []


def at_once(count: int, act) -> list:
    """What an act returns that is done many times at the same moment."""
    outcomes = []
    barrier = threading.Barrier(count)

    def do() -> None:
        barrier.wait()
        outcomes.append(act())

    threads = [threading.Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def codes_at_once(browser, app, count: int, code: str) -> list[int]:
    """The status of each answer to the same code, sent many times at once in one login."""
    client = browser()
    log_in(client)
    token = client.get("/second-factor").forms["second-factor"]["csrf_token"].value
    cookies = dict(client.cookies)

    def send() -> str:
        other = browser()
        for name, value in cookies.items():
            other.set_cookie(name, value.strip('"'))
        fields = {"csrf_token": token, "code": code, "next": ""}
        answer = other.post("/second-factor", fields, expect_errors=True)
        return str(answer.status_int if answer.status_int != 303 else answer.location)

    return at_once(count, send)


def test_many_wrong_codes_at_once_are_all_counted(app, browser, board, user, totp, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, "second_factor", None)
    outcomes = codes_at_once(browser, app, 16, "wrong")
    assert outcomes.count("400") == 10
    assert kinds(board, user) == ["factor_failure"] * 10
    assert board.facts()["user_sessions"] == []


@pytest.mark.parametrize("is_recovery_code", [False, True])
def test_one_code_sent_many_times_counts_once(app, browser, board, user, totp, is_recovery_code):
    code = add_recovery_codes(board, user)[0] if is_recovery_code else totp.now()
    outcomes = codes_at_once(browser, app, 6, code)
    assert outcomes.count("http://localhost/") == 1
    assert len([kind for kind in kinds(board, user) if kind.startswith("login ")]) == 1


def test_no_log_has_what_was_entered(app, browser, board, user, totp, mails, caplog):
    code, recovery_code = totp.now(), add_recovery_codes(board, user)[0]
    wrong_password, wrong_code = "wrong horse battery", "987654321"
    with caplog.at_level("DEBUG"):
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "alex", wrong_password
        form.submit("submit", status=400)
        for last in (code, recovery_code):
            client = browser()
            log_in(client)
            pending = client.cookies["login"]
            enter_code(client, wrong_code, status=400)
            enter_code(client, last)
            assert is_logged_in(client)
            tokens = [pending, client.cookies["login"], client.cookies["session"]]
        mails()
    assert "factor_failure" in caplog.text
    for secret in (PASSWORD, wrong_password, code, recovery_code, wrong_code, *tokens, user.email):
        assert secret not in caplog.text
