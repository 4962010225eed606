"""The week in which the closing of an account can be undone, and its end."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from factories import PASSWORD
from second_factors import Device, add_app, add_passkey
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models import Role, User, UserSession, utc_now
from qaboard.services.accounts.account_deletion import undo_closing
from qaboard.services.accounts.security_event import NO_CLIENT
from qaboard.services.moderation.purge import purge
from qaboard.services.moderation.user_management import OPERATOR
from qaboard.services.site import due_deletions as account_closing
from qaboard.services.site.due_deletions import close_due_accounts

NEW_PASSWORD = "a horse of another colour"


def close(client, posts: str = "keep") -> None:
    form = client.get("/account/close").forms["close"]
    form["posts"], form["username"] = posts, "alex"
    form.submit("submit", status=303)


def set_closing(board, user, **after: float) -> None:
    """Have the account closed at a time from now."""
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        row.closing_at = utc_now() + timedelta(**after)
        row.closing_removes_posts = False


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture(params=["password", "app", "passkey", "passkey after the password", "reset link"])
def log_in(request, app, browser, board, user, mails):
    """Begins a login in one of the ways, and returns what ends it."""
    device = Device()
    if "passkey" in request.param:
        add_passkey(board, device, user)
    totp = add_app(board, app, user) if request.param == "app" else None
    client = browser()

    def enter_password(password: str = PASSWORD):
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "alex", password
        return form

    def passkey_form(address: str):
        form = client.get(address).forms["passkey"]
        fields = {"csrf_token": form["csrf_token"].value}
        form["credential"] = device.use(client.post(form.html.form["data-options"], fields).json)
        return form

    def begin():
        match request.param:
            case "password":
                return client, enter_password()
            case "passkey":
                return client, passkey_form("/login")
            case "app":
                enter_password().submit("submit", status=303)
                form = client.get("/second-factor").forms["second-factor"]
                form["code"] = totp.now()
                return client, form
            case "passkey after the password":
                enter_password().submit("submit", status=303)
                return client, passkey_form("/second-factor")
        form = client.get("/forgot-password").forms["forgot"]
        form["email"] = user.email
        form.submit("submit")
        text = mails()[-1].get_body(("plain",)).get_content()
        link = re.search(r"http://localhost:6543(/reset-password\?token=[\w-]+)", text)[1]
        form = client.get(link).follow().forms["reset"]
        form["password"] = form["password_confirm"] = NEW_PASSWORD
        form.submit("submit", status=303)
        return client, enter_password(NEW_PASSWORD)

    return begin


def test_every_way_to_log_in_leads_to_the_button(browser, board, user, log_in):
    close(browser(user))
    client, form = log_in()
    form.submit("submit", status=303)
    page = client.get("/questions/")
    keep = next(form for form in page.forms.values() if form.action == "/account/keep")
    assert "Your account won’t be deleted." in keep.submit().follow()
    assert board.users()[0].closing_at is None


def test_afterwards_no_way_leads_in(browser, board, user, log_in):
    """Also where the login was begun in time, and before the board has closed the account."""
    close(browser(user))
    client, form = log_in()
    set_closing(board, user, seconds=-1)
    page = form.submit("submit", expect_errors=True)
    assert page.status_int in (303, 400)
    assert "Welcome" not in client.get("/questions/")
    assert client.get("/account/").status_int == 303
    with board.transaction() as session:
        assert not [login for login in session.query(UserSession) if not login.is_pending]


def test_a_link_does_nothing_for_an_account_whose_week_is_over(browser, board, user, mails):
    client = browser()
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = user.email
    form.submit("submit")
    text = mails()[-1].get_body(("plain",)).get_content()
    link = re.search(r"http://localhost:6543(/reset-password\?token=[\w-]+)", text)[1]
    form = client.get(link).follow().forms["reset"]
    form["password"] = form["password_confirm"] = NEW_PASSWORD
    set_closing(board, user, seconds=-1)
    before = board.users()[0].password_hash
    form.submit("submit", status=410)
    assert board.users()[0].password_hash == before


def test_a_press_of_the_button_that_comes_too_late(browser, board, user, monkeypatch):
    """The request has begun in time, and finds the account closed when its turn comes."""
    close(browser(user))
    client = browser(user)
    page = client.get("/questions/")
    form = next(form for form in page.forms.values() if form.action == "/account/keep")
    set_closing(board, user, seconds=-1)
    with board.transaction() as session:
        account_closing._close(session, session.get_one(User, user.id))
    with (
        pytest.raises(StaleDataError, match="left meanwhile"),
        board.transaction() as session,
    ):
        undo_closing(session, user.id, NO_CLIENT)
    assert form.submit().status_int == 303
    assert board.users()[0].closing_at is not None
    assert close_due_accounts(board.engine) == 1


@pytest.mark.parametrize("posts", ["keep", "remove"])
def test_somebody_suspended_can_leave(browser, board, posts):
    user = board.user("alex", suspended_until=User.SUSPENDED_FOR_GOOD, suspension_reason="Too loud")
    question = board.question(board.user(), body="Somebody's")
    close(browser(user), posts)
    set_closing(board, user, seconds=-1)
    assert close_due_accounts(board.engine) == 1
    row = next(each for each in board.users() if each.id == user.id)
    assert (row.suspended_until, row.suspension_reason, row.username) == (
        None,
        None,
        "deleted user",
    )
    assert board.read(question).deleted_at is None


@pytest.mark.parametrize("posts", ["keep", "remove"])
def test_what_was_purged_stays_away_and_is_not_given_back(browser, board, user, posts):
    other = board.question(title="Other")
    question = board.question(user, title="Spam", body="Buy this")
    answer = board.answer(other, user, body="Buy that")
    purge(board.engine, user.id, actor=OPERATOR)
    close(browser(user), posts)
    set_closing(board, user, seconds=-1)
    with board.transaction() as session:
        session.get_one(User, user.id).closing_removes_posts = posts == "remove"
    assert close_due_accounts(board.engine) == 1
    for post in (question, answer):
        assert board.read(post).deleted_at is not None
        assert (board.read(post).body == "") is (posts == "remove")
    assert board.read(other).answer_count == 0
    admin = browser(board.user("boss", Role.ADMIN))
    assert admin.get(f"/users/{user.id}/manage").forms.get("unpurge") is None
    token = admin.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    path = f"/users/{user.id}/unpurge"
    page = admin.post(path, {"csrf_token": token, "submit": "submit"}, expect_errors=True)
    assert page.status_int == 403
    assert board.read(answer).deleted_at is not None


def test_of_two_admins_one_has_to_stay(browser, board):
    first, second = board.user("alex", Role.ADMIN), board.user("bela", Role.ADMIN)
    close(browser(first))
    client = browser(second)
    form = client.get("/account/close").forms["close"]
    form["posts"], form["username"] = "keep", "bela"
    assert "This is the only administrator." in form.submit("submit", status=400)
    # The first one thinks again, and then the second one may go.
    page = browser(first).get("/questions/")
    next(form for form in page.forms.values() if form.action == "/account/keep").submit()
    form.submit("submit", status=303)


def test_nothing_is_done_with_what_was_erased(browser, board, user):
    """Not by anybody, nor with a form that was opened before."""
    question = board.question(user, title="Mine", body="Text")
    other = board.question(title="Other")
    answer = board.answer(other, user, body="Mine")
    theirs = board.user("answerer")
    below = board.answer(question, theirs, body="Another's answer")
    board.vote(question)
    voter = board.user("voter")
    moderator = browser(board.user("moderator", Role.MODERATOR))
    paths = [f"/questions/{question.id}/", f"/questions/{other.id}/answers/{answer.id}/"]
    forms = [moderator.get(f"{path}edit").forms["edit"] for path in paths]
    set_closing(board, user, seconds=-1)
    with board.transaction() as session:
        session.get_one(User, user.id).closing_removes_posts = True
    assert close_due_accounts(board.engine) == 1
    before = board.facts()["posts"]
    for form in forms:
        form["body"] = "Written anew"
        assert form.submit("submit", expect_errors=True).status_int in (403, 404, 409)
    token = moderator.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    for path in paths:
        for act in ("restore", "delete", "vote"):
            fields = {"csrf_token": token, "value": "1"}
            page = moderator.post(f"{path}{act}", fields, expect_errors=True)
            assert page.status_int in (403, 404), (path, act)
    assert board.facts()["posts"] == before
    assert board.read(question).score == 1
    browser(voter).get(paths[0], status=404)
    page = browser(theirs).get(f"/users/{theirs.id}/?tab=answers")
    assert "Another's answer" in page.html.find("main").text
    assert board.read(below).deleted_at is None


class Interrupted(Exception):
    pass


def test_closing_that_is_interrupted_again_and_again_comes_to_an_end(board, user, monkeypatch):
    def interrupt(_seconds: float) -> None:
        raise Interrupted

    posts = [board.question(user) for _ in range(8)]
    set_closing(board, user, days=-1)
    monkeypatch.setattr(account_closing, "BATCH_SIZE", 3)
    monkeypatch.setattr(account_closing, "time", SimpleNamespace(sleep=interrupt))
    runs = 0
    while board.users()[0].closing_at is not None:
        runs += 1
        assert runs <= len(posts)
        with pytest.raises(Interrupted):
            close_due_accounts(board.engine)
    # The account itself, and then three batches.
    assert runs == 4
