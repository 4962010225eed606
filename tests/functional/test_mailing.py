"""When a mail leaves: after the commit, once, and to whom it should."""

from __future__ import annotations

import email.policy
import re
from datetime import timedelta
from email import message_from_bytes
from itertools import pairwise

import pytest
from factories import PASSWORD
from pyramid.httpexceptions import HTTPBadRequest
from pyramid_retry import RetryableException
from sqlalchemy import update

from qaboard.models import User, utc_now
from qaboard.services.errors import Refusal
from qaboard.views.accounts import password as password_views
from qaboard.views.accounts import password_reset as reset_views
from qaboard.views.accounts import user as user_views

NEW_PASSWORD = "a horse of another colour"


def sign_up(client, **values: str):
    form = client.get("/signup").forms["signup"]
    fields = {"username": "alex", "email": "alex@example.com", "password": PASSWORD}
    for name, value in (fields | {"password_confirm": PASSWORD} | values).items():
        form[name] = value
    return form.submit("submit", expect_errors=True)


def change_password(client, current: str = PASSWORD, new: str = NEW_PASSWORD):
    form = client.get("/account/password").forms["password"]
    form["current_password"] = current
    form["password"] = form["password_confirm"] = new
    return form.submit("submit", expect_errors=True)


def ask_for_link(client, address: str = "alex@example.com"):
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = address
    return form.submit("submit", expect_errors=True)


def change_address(client, address: str):
    form = client.get("/account/email").forms["email"]
    form["email"] = address
    return form.submit("submit", expect_errors=True)


def send_verification(client):
    page = client.get("/account/email")
    form = next(f for f in page.forms.values() if f.action == "/account/send-verification")
    return form.submit(expect_errors=True)


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"http://localhost:6543(/\S+\?token=\S+)", text)[1]


def confirm(client, link: str):
    page = client.get(link).follow()
    form = next(f for f in page.forms.values() if f.action == "/verify-email")
    return form.submit(expect_errors=True)


# What sends a mail: the view's module, what is called last in it, and how to get there.
JOURNEYS = {
    "sign up": (
        user_views,
        "log_in_and_go",
        lambda browser, _user: sign_up(browser(), username="bela", email="bela@example.com"),
    ),
    "change the password": (
        password_views,
        "renew_session",
        lambda browser, user: change_password(browser(user)),
    ),
    "forget the password": (
        reset_views,
        "HTTPSeeOther",
        lambda browser, _user: ask_for_link(browser()),
    ),
}


@pytest.fixture(params=JOURNEYS, ids=lambda name: name.replace(" ", "_"))
def journey(request, browser, board, mails, monkeypatch):
    """Something that sends a mail, in which something else happens after the mail was sent."""
    module, name, go = JOURNEYS[request.param]
    user = board.user("alex")
    original = getattr(module, name)

    def run(before_the_end):
        def replaced(*arguments, **options):
            before_the_end()
            return original(*arguments, **options)

        monkeypatch.setattr(module, name, replaced)
        return go(browser, user)

    return run


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("broken"), 500), (HTTPBadRequest(), 400), (Refusal({}), 400)],
    ids=["bug", "http-error", "refusal"],
)
def test_what_is_not_committed_sends_nothing(journey, mails, error, status):
    def fail():
        raise error

    assert journey(fail).status_int == status
    assert mails() == []


def test_what_runs_again_sends_one_mail(journey, mails):
    attempts = []

    def fail_twice():
        attempts.append(1)
        if len(attempts) < 3:
            raise RetryableException

    assert journey(fail_twice).status_int == 303
    assert len(attempts) == 3
    assert len(mails()) == 1


def test_a_mail_leaves_when_what_it_tells_of_can_be_read(app, board, browser, monkeypatch):
    mailer = app.registry["background"]
    found = []

    def submit(job):
        found.extend(user.username for user in board.users())
        job()

    monkeypatch.setattr(mailer, "submit", submit)
    sign_up(browser())
    assert found[0] == "alex"


@pytest.mark.parametrize("locale", ["ko", "en"])
def test_a_mail_is_in_the_language_the_user_chose(browser, board, mails, locale):
    board.user("alex", locale=locale)
    other = {"ko": "en", "en": "ko"}[locale]
    ask_for_link(browser(locale=other))
    (mail,) = mails()
    html = mail.get_body(("html",)).get_content()
    assert f'<html lang="{locale}">' in html
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_a_mail_has_what_mails_have(browser, board, mails):
    board.user("alex")
    ask_for_link(browser())
    (mail,) = mails()
    assert abs(mail["Date"].datetime - utc_now().replace(tzinfo=None)) < timedelta(minutes=1)
    assert mail["Message-Id"]
    assert mail["From"] == "qaboard <qaboard@localhost>"
    assert not mail.get_body(("plain",)).get_content().startswith("\n")


def test_an_announcement_says_from_where(browser, board, mails):
    client = browser(board.user("alex"))
    client.extra_environ |= {
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    }
    change_password(client)
    (mail,) = mails()
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "Firefox on Linux" in text
        assert "192.0.2.7" in text
        assert "http://localhost:6543/forgot-password" in text


def test_an_announcement_keeps_to_what_may_be_kept(make_app, browser, board, mails):
    private = make_app({"qaboard.client_addresses": "none"})
    client = browser(board.user("alex"), of=private)
    client.extra_environ |= {"REMOTE_ADDR": "192.0.2.7"}
    change_password(client)
    private.registry["background"].wait()
    (mail,) = mails()
    assert "192.0.2.7" not in mail.as_string()
    assert "IP address" not in mail.as_string()


@pytest.mark.parametrize("domain", ["예시.한국", "a" * 63 + ".kr", "\U0001f511.kr", "가" * 63])
@pytest.mark.parametrize("name", ["minji", "민지"])
def test_an_address_in_another_script_breaks_nothing(browser, board, mails, name, domain):
    user = board.user("alex", email=f"{name}@{domain}")
    assert change_password(browser(user)).status_int == 303
    ask_for_link(browser(), f"{name}@{domain}")
    assert board.users()[0].password_hash != user.password_hash
    assert 1 <= len(mails()) <= 2


def test_somebody_else_gets_few_announcements_to_an_address_nobody_proved(browser, board, mails):
    user = board.user("alex", email="victim@example.com", email_verified_at=None)
    client = browser(user)
    passwords = [PASSWORD, *(f"a horse of colour {number}" for number in range(7))]
    for current, new in pairwise(passwords):
        assert change_password(client, current, new).status_int == 303
    assert len(mails()) == 5


def test_an_address_that_nobody_proved_gets_few_mails_when_it_is_replaced(browser, board, mails):
    for number in range(7):
        user = board.user(email="victim@example.com", email_verified_at=None)
        client = browser(user)
        change_address(client, f"mine-{number}@example.com")
        confirm(client, link_in(mails()[-1]))
    assert len([mail for mail in mails() if mail["To"] == "victim@example.com"]) == 5


def test_the_owner_of_an_account_gets_every_announcement(browser, board, mails):
    # Whoever got in must not keep it from them by asking for mails first.
    client = browser(board.user("alex"))
    for _ in range(6):
        ask_for_link(browser())
    assert len(mails()) == 5
    change_password(client)
    assert mails()[-1]["Subject"] == "Your password was changed"
    assert len(mails()) == 6


def test_one_client_cannot_have_mails_sent_to_many_addresses(make_app, browser, board, mails):
    strict = make_app({"rate_limits.reset": "3 per hour"})
    client = browser(board.user("alex"), of=strict)
    for number in range(3):
        assert change_address(client, f"somebody-{number}@example.com").status_int == 303
    page = change_address(client, "somebody-else@example.com")
    assert page.status_int == 429
    assert int(page.headers["Retry-After"]) > 0
    assert page.forms["email"]["email"].value == "somebody-else@example.com"
    page = ask_for_link(browser(of=strict), "somebody-else@example.com")
    assert page.status_int == 429
    strict.registry["background"].wait()
    assert len(mails()) == 3


def test_a_button_that_is_pressed_too_often_says_so(make_app, browser, board, mails):
    strict = make_app({"rate_limits.reset": "2 per hour"})
    client = browser(board.user("alex", email_verified_at=None), of=strict)
    assert [send_verification(client).status_int for _ in range(3)] == [303, 303, 429]
    strict.registry["background"].wait()
    assert len(mails()) == 2


def test_a_button_that_came_too_late_sends_nothing(browser, board, mails):
    client = browser(board.user("alex", email_verified_at=None))
    page = client.get("/account/email")
    form = next(f for f in page.forms.values() if f.action == "/account/send-verification")
    with board.transaction() as session:
        session.execute(update(User).values(email_verified_at=User.created_at))
    assert "The address alex@example.com is confirmed." in form.submit().follow()
    assert mails() == []


def test_one_s_own_address_is_no_change(browser, board, mails):
    client = browser(board.user("alex"))
    page = change_address(client, "ALEX@example.com")
    assert page.status_int == 400
    assert (
        "This is already your confirmed email address"
        in page.html.find(id="email-email-error").text
    )
    assert mails() == []


def test_in_development_a_mail_is_a_file(make_app, browser, board, tmp_path):
    folder = tmp_path / "var" / "mail"
    app = make_app({"mail.directory": str(folder)})
    board.user("alex")
    ask_for_link(browser(of=app))
    app.registry["background"].wait()
    (path,) = folder.iterdir()
    assert path.suffix == ".eml"
    mail = message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "alex@example.com"
