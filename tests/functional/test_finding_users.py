"""Moderators and admins find the accounts of others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from managing import REASON, main_text, names

from qaboard.models import Role, utc_now


@pytest.fixture
def moderator(board):
    return board.user("mod", Role.MODERATOR)


@pytest.fixture
def admin(board):
    return board.user("boss", Role.ADMIN)


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
        assert "No users found." in client.get("/users/", {"q": "nobody such"})
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
        assert "Confirmed" in main_text(page)
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
        assert (rows["out"], rows["leaving"]) == (["Suspended"], ["Deletion scheduled"])
        # A closed account has no name any more.
        assert ["Account deleted"] in rows.values()
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


def test_what_is_the_matter_with_an_account_does_not_run_together(browser, board, admin):
    until = utc_now() + timedelta(days=1)
    user = board.user("out", Role.MODERATOR, suspended_until=until, suspension_reason=REASON)
    badges = browser(admin).get(f"/users/{user.id}/manage").html.select_one("h1 + p")
    assert badges.text.split() == ["Moderator", "Suspended"]
