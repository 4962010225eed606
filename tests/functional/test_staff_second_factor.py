"""Where the settings want it, moderators and admins have their rights with a second factor only."""

from __future__ import annotations

import pyotp
import pytest
from second_factors import Device, add_app, add_passkey, add_recovery_codes
from sqlalchemy import event

from qaboard.models import Role, TOTPFactor, utc_now

NOTICE = "your account has member permissions only"


@pytest.fixture
def strict(make_app):
    """An application with the rule of production.ini."""
    return make_app({"accounts.staff_second_factor": "true"})


@pytest.fixture(params=[Role.MODERATOR, Role.ADMIN])
def staff(request, board):
    return board.user("boss", request.param)


def press(page, action: str):
    return next(form for form in page.forms.values() if form.action == action).submit()


def test_without_one_every_page_says_what_to_do(strict, browser, board, staff):
    client = browser(staff, of=strict)
    question = board.question()
    for path in ("/questions/", f"/questions/{question.id}/", "/account/", "/nowhere", "/users/"):
        page = client.get(path, expect_errors=True)
        notice = page.html.find(class_="staff-second-factor")
        assert NOTICE in notice.text
        assert notice.find("a")["href"] == "/account/two-factor"
        assert not page.html.select('nav a[href="/users/"]')
    assert "회원 권한만" in browser(staff, "ko", strict).get("/questions/")


def test_nobody_else_reads_it(app, strict, browser, board, staff):
    for client in (
        browser(of=strict),
        browser(board.user(), of=strict),
        browser(staff),
    ):
        assert NOTICE not in client.get("/questions/")


def test_the_rights_come_with_an_app(strict, browser, staff):
    client, elsewhere = browser(staff, of=strict), browser(staff, of=strict)
    client.get("/users/", status=403)
    page = press(
        client.get("/questions/").click("Two-factor authentication"), "/account/set-up-app"
    )
    page = page.follow()
    form = page.forms["app"]
    form["code"] = pyotp.TOTP(page.html.find(class_="secret-key").text.replace(" ", "")).now()
    token = client.cookies["login"]
    page = form.submit("submit", status=200)
    assert page.html.find(id="recovery-codes")
    assert NOTICE not in page
    # A change of rights: another token, and no other login.
    assert client.cookies["login"] != token
    assert elsewhere.get("/account/").status_int == 303
    assert NOTICE not in client.get("/users/", status=200)

    # Without the app they go again.
    token = client.cookies["login"]
    press(client.get("/account/two-factor"), "/account/remove-app")
    assert client.cookies["login"] != token
    assert NOTICE in client.get("/users/", status=403)


def test_a_passkey_does_as_well(strict, browser, board, staff):
    add_passkey(board, Device(), staff)
    assert NOTICE not in browser(staff, of=strict).get("/users/", status=200)


def test_what_is_no_second_factor_does_not(strict, browser, board, staff):
    add_recovery_codes(board, staff)
    # Of somebody else, and one that no code was entered for yet.
    add_app(board, strict, board.user("another"))
    add_passkey(board, Device(), board.user("third"))
    with board.transaction() as session:
        session.add(TOTPFactor(user_id=staff.id, encrypted_secret="x", created_at=utc_now()))
    assert NOTICE in browser(staff, of=strict).get("/users/", status=403)


def test_it_costs_no_query(strict, browser, board, staff):
    add_app(board, strict, staff)
    client = browser(staff, of=strict)
    statements = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            statements.append(statement)

    event.listen(strict.registry["engine"], "before_cursor_execute", note)
    client.get("/questions/ask")
    assert len(statements) == 1, "\n".join(statements)
