"""Moderators and admins manage the accounts of others: roles, logins, and what happened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from factories import PASSWORD
from managing import REASON, events_of, reread, suspend
from second_factors import add_app
from sqlalchemy import select, update

from qaboard.models import EventKind, Role, User, UserSession, utc_now
from qaboard.services.moderation.purge import purge
from qaboard.services.moderation.user_management import OPERATOR


@pytest.fixture
def moderator(board):
    return board.user("mod", Role.MODERATOR)


@pytest.fixture
def admin(board):
    return board.user("boss", Role.ADMIN)


class TestWhoManagesWhom:
    def test_nobody_manages_themself(self, browser, board, admin, moderator):
        board.user("another-boss", Role.ADMIN)
        for user in (admin, moderator):
            page = browser(user).get(f"/users/{user.id}/manage")
            assert "You can’t manage your own account" in page
            assert "suspend" not in page.forms

    @pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
    def test_a_moderator_manages_members_only(self, browser, board, moderator, role):
        user = board.user("somebody", role)
        page = browser(moderator).get(f"/users/{user.id}/manage")
        assert "Moderators can manage members only" in page
        assert "suspend" not in page.forms

    @pytest.mark.parametrize(
        "act", ["suspend", "unsuspend", "end-sessions", "purge", "unpurge", "role"]
    )
    @pytest.mark.parametrize(
        "whom", ["oneself", "a moderator by a moderator", "an admin by a moderator", "closed"]
    )
    def test_a_request_without_the_form_is_refused_too(
        self, browser, board, admin, moderator, act, whom
    ):
        actor, user = {
            "oneself": (admin, admin),
            "a moderator by a moderator": (moderator, board.user("mod2", Role.MODERATOR)),
            "an admin by a moderator": (moderator, admin),
            "closed": (admin, board.user("gone")),
        }[whom]
        board.question(user)
        if whom == "closed":
            with board.transaction() as session:
                gone = session.get_one(User, user.id)
                gone.closed_at, gone.email, gone.email_verified_at = utc_now(), None, None
        client = browser(actor)
        token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
        fields = {"csrf_token": token, "until": "day", "date": "", "reason": REASON}
        before = board.facts()
        page = client.post(
            f"/users/{user.id}/{act}", fields | {"role": "member"}, expect_errors=True
        )
        assert page.status_int == 403
        assert board.facts() == before

    def test_an_admin_manages_admins(self, browser, board, admin):
        other = board.user("another-boss", Role.ADMIN)
        assert suspend(browser(admin), other).status_int == 303
        assert reread(board, other).suspended_until is not None

    @pytest.mark.parametrize("act", ["suspend", "purge", "role"])
    def test_the_last_admin_stays_one(self, browser, board, act):
        boss = board.user("boss", Role.ADMIN)
        for columns in (
            {"suspended_until": utc_now() + timedelta(days=1)},
            {"closing_at": utc_now() + timedelta(days=1)},
            {"closed_at": utc_now(), "email": None, "email_verified_at": None},
        ):
            board.user(f"no-{next(iter(columns))[:9]}", Role.ADMIN, **columns)
        # An admin who may act, but is about to leave, is not one who stays.
        leaving = board.user("leaving", Role.ADMIN, closing_at=utc_now() + timedelta(days=1))
        client = browser(leaving)
        page = client.get(f"/users/{boss.id}/manage")
        if act == "suspend":
            page.forms["suspend"]["reason"] = REASON
        if act == "role":
            page.forms["role"]["role"] = "member"
        before = board.facts()
        assert "This is the only administrator." in page.forms[act].submit("submit", status=400)
        assert board.facts() == before


class TestRecentAuthentication:
    """A login that is 16 minutes old manages nobody before its owner has proved who they are."""

    @pytest.fixture
    def old_login(self, browser, board, admin):
        client = browser(admin)
        self.grow_old(board)
        return client

    def grow_old(self, board) -> None:
        with board.transaction() as session:
            session.execute(
                update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
            )

    def test_the_page_asks_before_anything_is_typed(self, old_login, board):
        user = board.user("somebody")
        # The list and the log can be read without.
        for path in ("/users/", "/users/log"):
            assert old_login.get(path).status_int == 200
        form = old_login.get(f"/users/{user.id}/manage").follow().forms["confirm"]
        form["password"] = PASSWORD
        page = form.submit("submit").follow()
        assert page.html.find("h1").text == "Manage somebody"
        page.forms["suspend"]["reason"] = REASON
        page.forms["suspend"].submit("submit", status=303)
        assert reread(board, user).suspension_reason == REASON

    @pytest.mark.parametrize(
        "act", ["suspend", "unsuspend", "role", "end-sessions", "purge", "unpurge"]
    )
    def test_a_form_that_is_sent_later_changes_nothing(self, browser, board, admin, act):
        user = board.user("somebody")
        if act in ("unsuspend", "unpurge"):
            purge(board.engine, user.id, actor=OPERATOR)
        board.token(user)
        client = browser(admin)
        form = client.get(f"/users/{user.id}/manage").forms[act]
        if act == "suspend":
            form["reason"] = REASON
        if act == "role":
            form["role"] = "moderator"
        self.grow_old(board)
        before = board.facts()
        page = form.submit("submit", status=303)
        assert page.location.endswith(f"/account/confirm?next=%2Fusers%2F{user.id}%2Fmanage")
        assert board.facts() == before


class TestRoles:
    def test_a_change_of_rights_ends_all_logins(self, browser, board, admin):
        user = board.user("somebody")
        member, elsewhere = browser(user), browser(user)
        assert member.get("/account/", status=200)
        form = browser(admin).get(f"/users/{user.id}/manage").forms["role"]
        assert form["role"].value == "member"
        form["role"] = "moderator"
        page = form.submit("submit").follow()
        assert "somebody has a new role and was logged out everywhere." in page
        for client in (member, elsewhere):
            assert client.get("/account/").status_int == 303
        assert browser(user).get("/users/")

        form = page.forms["role"]
        moderator = browser(user)
        form["role"] = "member"
        form.submit("submit", status=303)
        assert moderator.get("/users/").status_int == 303
        assert browser(user).get("/users/", status=403)

    def test_a_login_that_waits_for_its_second_step_ends_too(self, app, browser, board, admin):
        user = board.user("somebody")
        totp = add_app(board, app, user)
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "somebody", PASSWORD
        waiting = form.submit("submit").follow().forms["second-factor"]
        form = browser(admin).get(f"/users/{user.id}/manage").forms["role"]
        form["role"] = "moderator"
        form.submit("submit", status=303)
        waiting["code"] = totp.now()
        assert "/login" in waiting.submit("submit", status=303).location
        assert client.get("/users/").status_int == 303

    def test_whoever_is_demoted_cannot_send_the_form_that_is_open(self, browser, board, admin):
        moderator, user = board.user("mod", Role.MODERATOR), board.user("somebody")
        form = browser(moderator).get(f"/users/{user.id}/manage").forms["suspend"]
        form["reason"] = REASON
        role = browser(admin).get(f"/users/{moderator.id}/manage").forms["role"]
        role["role"] = "member"
        role.submit("submit", status=303)
        assert "/login?" in form.submit("submit", status=303).location
        assert reread(board, user).suspended_until is None

    def test_the_same_role_again_changes_nothing(self, browser, board, admin):
        user = board.user("somebody")
        member = browser(user)
        page = browser(admin).get(f"/users/{user.id}/manage").forms["role"].submit("submit")
        assert "somebody already has this role." in page.follow()
        assert member.get("/account/", status=200)
        assert events_of(board, user) == []

    def test_moderators_set_no_roles(self, browser, board, moderator):
        user = board.user()
        assert "role" not in browser(moderator).get(f"/users/{user.id}/manage").forms

    def test_two_admins_who_demote_each_other_at_once_leave_one(self, browser, board):
        for _attempt in range(3):
            admins = [board.user(role=Role.ADMIN) for _ in range(2)]
            forms = []
            for actor, other in (admins, reversed(admins)):
                form = browser(actor).get(f"/users/{other.id}/manage").forms["role"]
                form["role"] = "member"
                forms.append(form)
            with ThreadPoolExecutor(2) as pool:
                pages = list(
                    pool.map(lambda form: form.submit("submit", expect_errors=True), forms)
                )
            assert sorted(page.status_int for page in pages)[0] == 303
            assert [reread(board, user).role for user in admins].count(Role.ADMIN) == 1
            board.clear()

    def test_whoever_lost_their_role_a_moment_ago_takes_nobody_elses(self, browser, board):
        # A third admin is there, so that it is not the last one who is kept.
        first, second, _third = [board.user(role=Role.ADMIN) for _ in range(3)]
        forms = []
        for actor, other in ((first, second), (second, first)):
            form = browser(actor).get(f"/users/{other.id}/manage").forms["role"]
            form["role"] = "member"
            forms.append(form)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda form: form.submit("submit", expect_errors=True), forms))
        assert [reread(board, user).role for user in (first, second)].count(Role.ADMIN) == 1


def test_all_logins_of_an_account_are_ended(browser, board, moderator):
    user = board.user("somebody")
    clients = [browser(user), browser(user)]
    client = browser(moderator)
    page = client.get(f"/users/{user.id}/manage")
    page = page.forms["end-sessions"].submit("submit").follow()
    assert "somebody was logged out everywhere." in page
    for member in clients:
        assert member.get("/account/").status_int == 303
    with board.transaction() as session:
        assert session.scalars(select(UserSession.user_id)).all() == [moderator.id]


class TestWhatHappened:
    def test_moderators_read_what_was_done_and_admins_what_happened(
        self, browser, board, moderator, admin
    ):
        user = board.user("somebody")
        form = browser().get("/login").forms["login"]
        form["username"], form["password"] = "somebody", "correct horse battery"
        form.submit("submit", status=303)
        suspend(browser(moderator), user)
        page = browser(moderator).get(f"/users/{user.id}/manage")
        section = page.html.find(attrs={"aria-labelledby": "events-title"}).get_text(" ")
        assert "Suspended" in section
        assert REASON in section
        assert "Logged in" not in section
        assert "127.0.0" not in section
        page = browser(admin).get(f"/users/{user.id}/manage")
        section = page.html.find(attrs={"aria-labelledby": "events-title"}).get_text(" ")
        assert "Suspended" in section
        assert "Logged in" in section

    def test_each_act_is_recorded_with_who_whom_and_where_from(self, browser, board, admin):
        user = board.user("somebody")
        client = browser(admin)
        client.extra_environ["REMOTE_ADDR"] = "192.0.2.77"
        client.extra_environ["HTTP_USER_AGENT"] = "Mozilla/5.0 test"
        suspend(client, user, until="for_good")
        for act in ("unsuspend", "end-sessions", "purge", "unpurge"):
            page = client.get(f"/users/{user.id}/manage")
            page.forms[act].submit("submit", status=303)
        form = client.get(f"/users/{user.id}/manage").forms["role"]
        form["role"] = "moderator"
        form.submit("submit", status=303)
        events = events_of(board, user)
        assert [event.kind for event in events] == [
            EventKind.SUSPENSION,
            EventKind.SUSPENSION_END,
            EventKind.SESSION_END,
            EventKind.PURGE,
            EventKind.PURGE_UNDONE,
            EventKind.ROLE_CHANGE,
        ]
        for event in events:
            assert event.is_administrative
            assert event.actor_id == admin.id
            assert event.address.startswith("192.0.2.")
            assert event.user_agent == "Mozilla/5.0 test"
        assert events[0].details == {
            "until": User.SUSPENDED_FOR_GOOD.isoformat(),
            "reason": REASON,
        }
        assert events[-1].details == {"from": "member", "to": "moderator"}
