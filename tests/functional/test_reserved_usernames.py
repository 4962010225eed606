"""Nobody signs up under a name that others would take for one of the staff."""

from __future__ import annotations

import pytest
from factories import PASSWORD

from qaboard.models import Role


def sign_up(client, username: str):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = username, "newcomer@example.com"
    form["password"] = form["password_confirm"] = PASSWORD
    return form.submit("submit", expect_errors=True)


@pytest.mark.parametrize("username", ["admin", "운영자", "аdmin", "M0derator_7"])
def test_a_reserved_name_is_refused_at_its_field(browser, board, username):
    page = sign_up(browser(), username)
    assert page.status_int == 400
    assert page.forms["signup"]["username"].value == username
    error = page.html.find(id="signup-username-error")
    assert "This username is reserved. Choose another." in error.text
    page = sign_up(browser(locale="ko"), username)
    assert "사용할 수 없는 닉네임이에요." in page.html.find(id="signup-username-error").text
    assert board.users() == []


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_a_name_like_one_of_the_staff_is_refused(browser, board, role):
    board.user("Priya", role)
    for username in ("Рriya", "p.r.i.y.a", "PRÍYA_", "prlya"):
        page = sign_up(browser(), username)
        assert page.status_int == 400
        assert "looks like that of an administrator or moderator" in page
    assert sign_up(browser(), "Priyanka").status_int == 303


def test_a_name_like_that_of_a_member_may_be_chosen(browser, board):
    board.user("Priya")
    assert sign_up(browser(), "p.r.i.y.a").status_int == 303


def test_an_operator_may_give_an_admin_any_name(board, run, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    assert run("create-admin", "관리자", "admin@example.com").exit_code == 0
    assert [user.role for user in board.users()] == [Role.ADMIN]


def test_doctor_names_members_from_before(board, run):
    board.user("관리자", Role.ADMIN)
    members = [board.user("moderator"), board.user("관.리.자"), board.user("minji")]
    result = run("doctor")
    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if "reserved username" in line]
    assert line.startswith("WARN ")
    assert f"fails for 2 ({members[0].id}, {members[1].id})." in line
