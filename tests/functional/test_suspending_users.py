"""Moderators suspend accounts, and end that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from factories import PASSWORD
from managing import REASON, events_of, main_text, reread, suspend
from second_factors import add_app

from qaboard.models import Role, User, utc_now


@pytest.fixture
def moderator(board):
    return board.user("mod", Role.MODERATOR)


@pytest.fixture
def admin(board):
    return board.user("boss", Role.ADMIN)


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
        assert f"Reason: {REASON}" in page
        assert "Half written" in page
        assert "Your account is suspended" in vote.submit(status=403)
        assert len(board.facts()["posts"]) == 1
        # Still logged in, and reading.
        page = member.get(f"/questions/{question.id}/")
        assert "answer" not in page.forms
        assert f"Reason: {REASON}" in page.html.select_one("main .restriction").text
        assert "Your post" not in page
        assert member.get("/account/")

    def test_a_form_that_is_refused_leads_back_to_its_page(self, browser, board, moderator):
        user = board.user("somebody")
        page = suspend(browser(moderator), user, reason="")
        link = page.html.select_one("footer a")["href"]
        assert link == f"/language?next=%2Fusers%2F{user.id}%2Fmanage"

    def test_sent_twice_it_is_written_down_once(self, browser, board, moderator):
        user, client = board.user("somebody"), browser(moderator)
        form = client.get(f"/users/{user.id}/manage").forms["suspend"]
        form["until"], form["reason"] = "for_good", REASON
        for _ in range(2):
            form.submit("submit", status=303)
        assert [event.kind for event in events_of(board, user)].count("suspension") == 1

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
        assert f"Reason: {REASON}" in client.get("/questions/ask", status=403)

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
        assert f"Reason: {REASON}" in client.get("/questions/ask", status=403)

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
        assert "You can read but not post" in page
        assert "No end date" not in page

    def test_for_good_has_no_date(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, until="for_good")
        page = browser(user).get("/questions/ask", status=403)
        assert (
            f"You can read but not post. The suspension has no end date. Reason: {REASON}" in page
        )
        assert "9999" not in page
        page = browser(moderator).get(f"/users/{user.id}/manage")
        assert "No end date" in main_text(page)
        assert "9999" not in page

    def test_until_the_end_of_a_day_in_the_zone_of_the_site(self, browser, board, moderator):
        user = board.user("somebody")
        suspend(browser(moderator), user, date="2099-03-01")
        until = reread(board, user).suspended_until
        # The last second of it in Seoul.
        assert until.isoformat() == "2099-03-01T14:59:59+00:00"
        # What is told is that day, not the first minute of the next one.
        page = browser(user).get("/questions/ask", status=403)
        assert "until Sunday, March 1, 2099 at 11:59 PM (UTC+9). Reason:" in page

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
        assert "somebody is no longer suspended." in page
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
            ({"reason": ""}, "Enter a reason."),
            ({"reason": "  "}, "Enter a reason."),
            ({"reason": "a"}, "at least 2 characters"),
            ({"reason": "x" * 501}, "The limit is 500."),
            ({"reason": "a\x00"}, "at least 2 characters"),
            ({"date": "2001-01-01"}, "That date has passed."),
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
        assert f"Reason: {REASON}" in client.get("/users/", status=403)
