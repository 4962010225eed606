"""Moderators and admins manage the accounts of others: finding, suspending, roles, logins."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from factories import PASSWORD
from second_factors import add_app
from sqlalchemy import select, update

from qaboard.models import EventKind, Role, SecurityEvent, User, UserSession, utc_now
from qaboard.services.purge import purge
from qaboard.services.user_management import OPERATOR

REASON = "Only links to one shop"


def events_of(board, user) -> list[SecurityEvent]:
    with board.transaction() as session:
        return list(
            session.scalars(
                select(SecurityEvent)
                .where(SecurityEvent.user_id == user.id)
                .order_by(SecurityEvent.id)
            )
        )


def reread(board, user) -> User:
    with board.transaction() as session:
        return session.get_one(User, user.id)


def main_text(page) -> str:
    return " ".join(page.html.find("main").get_text(" ").split())


def names(page) -> list[str]:
    return [link.text for link in page.html.select("main .plain-row .user-link")]


@pytest.fixture
def moderator(board):
    return board.user("mod", Role.MODERATOR)


@pytest.fixture
def admin(board):
    return board.user("boss", Role.ADMIN)


def suspend(client, user, **fields):
    form = client.get(f"/users/{user.id}/manage").forms["suspend"]
    form["reason"] = REASON
    for name, value in fields.items():
        form[name] = value
    return form.submit("submit", expect_errors=True)


class TestFinding:
    def test_moderators_find_the_way_from_every_page_and_members_see_none(
        self, browser, board, moderator
    ):
        page = browser(moderator).get("/questions/").click("^Users$")
        assert "mod" in names(page)
        assert "/users/" not in [
            link["href"] for link in browser(board.user()).get("/questions/").html.select("nav a")
        ]

    def test_a_profile_leads_to_the_page_of_the_account(self, browser, board, moderator):
        user = board.user("somebody")
        page = browser(moderator).get(f"/users/{user.id}/").click("^Manage$")
        assert page.html.find("h1").text == "Manage somebody"
        assert "Manage" not in main_text(browser(user).get(f"/users/{user.id}/"))

    def test_by_a_part_of_the_name_however_it_is_written(self, browser, board, moderator):
        for name in ("김민지", "민지", "Minji", "MINJUN", "percent_1"):
            board.user(name)
        client = browser(moderator)
        assert names(client.get("/users/", {"q": "민지"})) == ["민지", "김민지"]
        # Full-width letters fold to the same.
        assert set(names(client.get("/users/", {"q": "ｍinj"}))) == {"Minji", "MINJUN"}
        assert names(client.get("/users/", {"q": "%"})) == []
        assert names(client.get("/users/", {"q": "_1"})) == ["percent_1"]
        assert "Nobody was found." in client.get("/users/", {"q": "nobody such"})
        assert client.get("/users/", {"q": "\x00\x1b"})

    def test_admins_find_by_the_whole_address_and_moderators_never_see_one(
        self, browser, board, moderator, admin
    ):
        user = board.user("somebody", email="her.own@example.org")
        # Of an address that nobody has confirmed there can be two.
        board.user("another", email="her.own@example.org", email_verified_at=None)
        page = browser(admin).get("/users/", {"q": "Her.Own@Example.ORG "})
        assert set(names(page)) == {"somebody", "another"}
        assert names(browser(admin).get("/users/", {"q": "own@example.org"})) == []
        page = page.click("somebody")
        assert "her.own@example.org" in page
        assert "confirmed" in main_text(page)
        client = browser(moderator)
        assert names(client.get("/users/", {"q": "her.own@example.org"})) == []
        assert "example.org" not in client.get(f"/users/{user.id}/manage")

    def test_the_list_is_narrowed_to_a_status(self, browser, board, admin):
        now = utc_now()
        old = now - timedelta(days=900)
        later = now + timedelta(days=1)
        board.user("plain", created_at=old)
        board.user("fresh")
        board.user("out", created_at=old, suspended_until=later, suspension_reason=REASON)
        board.user("was-out", created_at=old, suspended_until=old, suspension_reason=REASON)
        board.user("leaving", created_at=old, closing_at=later)
        board.user("gone", created_at=old, closed_at=now, email=None, email_verified_at=None)
        board.user("mod", Role.MODERATOR, created_at=old)
        client = browser(admin)
        found = {
            status: set(names(client.get("/users/", {"status": status})))
            for status in ("new", "suspended", "team", "closing")
        }
        assert found == {
            "new": {"fresh", "boss"},
            "suspended": {"out"},
            "team": {"mod", "boss"},
            "closing": {"leaving"},
        }
        rows = {
            row.select_one(".user-link").text: [badge.text for badge in row.select(".badge")]
            for row in client.get("/users/").html.select("main .plain-row")
        }
        assert len(rows) == 8
        assert (rows["out"], rows["leaving"]) == (["suspended"], ["closing"])
        # A closed account has no name any more.
        assert ["closed"] in rows.values()
        assert "gone" not in rows
        assert (rows["mod"], rows["plain"], rows["was-out"]) == (["Moderator"], [], [])

    @pytest.mark.parametrize("query", ["status=no", "status=new&status=new", "page=0", "page=9"])
    def test_what_the_address_does_not_know_is_not_found(self, browser, moderator, query):
        browser(moderator).get(f"/users/?{query}", status=404)

    @pytest.mark.parametrize(
        "text",
        [
            "'; DROP TABLE users; --",
            "\\",
            "%_\\%",
            "\ufdfa" * 254,
            "a" * 100_000,
            "\u202e\u200b",
            "\U0010ffff",
            "@",
            "@" * 300,
            "<script>alert(1)</script>",
            "{{ 7 * 7 }} %(name)s ${name}",
        ],
    )
    def test_no_text_is_an_error(self, browser, board, admin, text):
        page = browser(admin).get("/users/", {"q": text, "status": "team"})
        assert names(page) in ([], ["boss"])
        assert "<script>alert" not in page

    def test_the_pages_of_the_list_keep_what_was_searched_for(self, browser, board, moderator):
        for number in range(21):
            board.user(f"커피{number}")
        page = browser(moderator).get("/users/", {"q": "커피", "status": "new"})
        assert "21 users" in main_text(page)
        page = page.click("^Next$")
        assert names(page) == ["커피10"]


class TestSuspending:
    def test_in_mid_session_it_counts_from_the_next_request(self, browser, board, moderator):
        user = board.user("somebody")
        question = board.question()
        member = browser(user)
        form = member.get("/questions/ask").forms["ask"]
        form["title"], form["body"] = "Half written", "text"
        page = member.get(f"/questions/{question.id}/")
        vote = next(form for form in page.forms.values() if form.action.endswith("/vote"))
        assert suspend(browser(moderator), user, until="week").status_int == 303

        page = form.submit("submit", status=403)
        assert "Your account is suspended" in page
        assert f"The reason: {REASON}" in page
        assert "Half written" in page
        assert "Your account is suspended" in vote.submit(status=403)
        assert len(board.facts()["posts"]) == 1
        # Still logged in, and reading.
        page = member.get(f"/questions/{question.id}/")
        assert "answer" not in page.forms
        assert f"The reason: {REASON}" in page.html.find(id="your-answer").text
        assert "Your post" not in page
        assert member.get("/account/")

    def test_between_the_two_steps_of_a_login(self, app, browser, board, moderator):
        user = board.user("somebody")
        totp = add_app(board, app, user)
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "somebody", PASSWORD
        form = form.submit("submit").follow().forms["second-factor"]
        suspend(browser(moderator), user)
        form["code"] = totp.now()
        form.submit("submit", status=303)
        assert f"The reason: {REASON}" in client.get("/questions/ask", status=403)

    def test_a_link_in_a_mail_does_not_end_it(self, browser, board, moderator, mails):
        user = board.user("somebody")
        client = browser()
        form = client.get("/forgot-password").forms["forgot"]
        form["email"] = user.email
        form.submit("submit")
        suspend(browser(moderator), user)
        (mail,) = mails()
        link = re.search(r"http://localhost:6543(\S+)", mail.get_body(("plain",)).get_content())
        form = client.get(link[1]).follow().forms["reset"]
        form["password"] = form["password_confirm"] = "a horse of another colour"
        form.submit("submit", status=303)
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "somebody", "a horse of another colour"
        form.submit("submit", status=303)
        assert f"The reason: {REASON}" in client.get("/questions/ask", status=403)

    @pytest.mark.parametrize("form_name", ["edit", "answer"])
    def test_in_another_tab_nothing_is_saved_and_nothing_lost(
        self, browser, board, moderator, form_name
    ):
        user = board.user("somebody")
        question = board.question(user)
        page = browser(user).get(
            f"/questions/{question.id}/" + ("edit" if form_name == "edit" else "")
        )
        form = page.forms[form_name]
        form["body"] = "Half written"
        suspend(browser(moderator), user)
        before = board.facts()["posts"]
        page = form.submit("submit", status=403)
        assert page.html.find("textarea", string=re.compile("Half written"))
        assert board.facts()["posts"] == before

    def test_members_see_until_when(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, until="month")
        until = reread(board, user).suspended_until
        assert timedelta(days=29, hours=23) < until - utc_now() < timedelta(days=30)
        page = browser(user).get("/questions/ask", status=403)
        assert f"{until.astimezone().year}" in page
        assert "you can read but not write" in page
        assert "Until further notice" not in page

    def test_for_good_has_no_date(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, until="for_good")
        page = browser(user).get("/questions/ask", status=403)
        assert f"Until further notice you can read but not write. The reason: {REASON}" in page
        assert "9999" not in page
        page = browser(moderator).get(f"/users/{user.id}/manage")
        assert "further notice" in main_text(page)
        assert "9999" not in page

    def test_until_the_end_of_a_day_in_the_zone_of_the_site(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, date="2099-03-01")
        until = reread(board, user).suspended_until
        # The last second of it in Seoul.
        assert until.isoformat() == "2099-03-01T14:59:59+00:00"
        # What is told is that day, not the first minute of the next one.
        page = browser(user).get("/questions/ask", status=403)
        assert "Until Sunday, March 1, 2099 at 11:59 PM" in page

    def test_it_ends_by_itself(self, browser, board):
        user = board.user(
            "somebody", suspended_until=utc_now() - timedelta(seconds=1), suspension_reason=REASON
        )
        assert browser(user).get("/questions/ask")

    def test_it_is_ended(self, browser, board, moderator):
        user = board.user("somebody")
        client = browser(moderator)
        page = suspend(client, user).follow()
        assert "somebody is suspended." in page
        page = page.forms["unsuspend"].submit("submit").follow()
        assert "somebody is not suspended any more." in page
        assert "unsuspend" not in page.forms
        assert browser(user).get("/questions/ask")
        assert reread(board, user).suspension_reason is None
        # A second time, from a page that was open, changes and records nothing.
        with_button = board.user("another", suspended_until=utc_now() + timedelta(days=1))
        form = client.get(f"/users/{with_button.id}/manage").forms["unsuspend"]
        form.submit("submit", status=303)
        form.submit("submit", status=303)
        assert len(events_of(board, with_button)) == 1

    def test_it_is_changed(self, browser, board, moderator):
        user = board.user("somebody")
        client = browser(moderator)
        suspend(client, user, until="day")
        suspend(client, user, until="for_good", reason="Again and again")
        assert reread(board, user).suspended_until == User.SUSPENDED_FOR_GOOD
        assert reread(board, user).suspension_reason == "Again and again"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"reason": ""}, "Please say why"),
            ({"reason": "  "}, "Please say why"),
            ({"reason": "ab"}, "at least 3 characters"),
            ({"reason": "x" * 501}, "at most 500 are allowed"),
            ({"reason": "a\x00bc"}, "control characters"),
            ({"date": "2001-01-01"}, "This day is over."),
            ({"date": "yesterday"}, "Invalid date"),
            ({"date": "9999-12-31"}, "too far away"),
        ],
    )
    def test_what_cannot_be_is_refused(self, browser, board, moderator, fields, sentence):
        user = board.user("somebody")
        page = suspend(browser(moderator), user, **fields)
        assert page.status_int == 400
        assert sentence in page
        # What was typed is still there.
        for name, value in fields.items():
            if "\x00" not in value:
                assert page.forms["suspend"][name].value.strip() == value.strip()
        assert reread(board, user).suspended_until is None
        assert events_of(board, user) == []

    def test_a_length_that_is_none_is_refused(self, browser, board, moderator):
        user = board.user()
        client = browser(moderator)
        form = client.get(f"/users/{user.id}/manage").forms["suspend"]
        fields = dict(form.submit_fields()) | {"until": "forever", "reason": REASON}
        client.post(f"/users/{user.id}/suspend", fields, status=400)

    def test_a_reason_is_text_and_no_markup(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, reason="<b>bold</b> ${time} %(x)s")
        for page in (
            browser(user).get("/questions/ask", status=403),
            browser(moderator).get(f"/users/{user.id}/manage"),
        ):
            assert "&lt;b&gt;bold&lt;/b&gt; ${time} %(x)s" in page

    def test_a_suspended_moderator_has_no_rights_and_reads_why(self, browser, board, admin):
        moderator = board.user("mod", Role.MODERATOR)
        client = browser(moderator)
        assert client.get("/users/")
        suspend(browser(admin), moderator)
        assert f"The reason: {REASON}" in client.get("/users/", status=403)


class TestWhoManagesWhom:
    def test_nobody_manages_themself(self, browser, board, admin, moderator):
        board.user("another-boss", Role.ADMIN)
        for user in (admin, moderator):
            page = browser(user).get(f"/users/{user.id}/manage")
            assert "Nobody manages their own account" in page
            assert "suspend" not in page.forms

    @pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
    def test_a_moderator_manages_members_only(self, browser, board, moderator, role):
        user = board.user("somebody", role)
        page = browser(moderator).get(f"/users/{user.id}/manage")
        assert "Moderators manage the accounts of members only" in page
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
        assert page.status_int == (403 if act == "role" and actor is moderator else 400)
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
        assert "This is the last administrator." in page.forms[act].submit("submit", status=400)
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
            with board.transaction() as session:
                purge(session, user.id, actor=OPERATOR)
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
        assert "The role of somebody is changed, and their logins have ended." in page
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
        assert "somebody has this role already." in page.follow()
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
    assert "somebody is logged out everywhere." in page
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


def test_what_is_the_matter_with_an_account_does_not_run_together(browser, board, admin):
    until = utc_now() + timedelta(days=1)
    user = board.user("out", Role.MODERATOR, suspended_until=until, suspension_reason=REASON)
    badges = browser(admin).get(f"/users/{user.id}/manage").html.select_one("h1 + p")
    assert badges.text.split() == ["Moderator", "suspended"]
