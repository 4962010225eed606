"""Making the first admin from a shell, and making others admins."""

from __future__ import annotations

import subprocess
import sys

import pytest
from managing import administrative_events
from project import PROJECT
from second_factors import add_app

from qaboard.models import Role, utc_now

PASSWORD = "an admin's password"


def test_an_admin_types_a_password_and_logs_in(run, board, log_in):
    result = run("create-admin", "관리자", "Boss@Example.com", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert result.stdout.endswith("관리자 is an administrator and can now log in.\n")
    assert PASSWORD not in result.output
    (user,) = board.users()
    assert (user.username, user.email, user.role) == ("관리자", "boss@example.com", Role.ADMIN)
    log_in("관리자", PASSWORD)


def test_an_admin_is_told_of_the_second_factor_that_the_rights_wait_for(
    run, app, board, monkeypatch
):
    monkeypatch.setenv("QABOARD_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    sentence = "Until boss turns on two-factor authentication in the settings, "
    for arguments in (["boss", "boss@example.com"], ["--promote", "boss"]):
        result = run("create-admin", *arguments, ini="production.ini")
        assert result.stdout.splitlines()[-1].startswith(sentence)
    (user,) = board.users()
    add_app(board, app, user)
    assert "two-factor" not in run("create-admin", "--promote", "boss", ini="production.ini").stdout


def test_a_password_is_asked_for_until_it_is_long_enough_and_twice_the_same(run, log_in):
    typed = f"short\n{PASSWORD}\nanother password\n{PASSWORD}\n{PASSWORD}\n"
    result = run("create-admin", "boss", "boss@example.com", typed=typed)
    assert result.exit_code == 0
    assert result.stderr.count("Password (10 to 128 characters)") == 3
    log_in("boss", PASSWORD)


def test_a_script_gives_the_password_in_the_environment(run, log_in, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    result = run("create-admin", "boss", "boss@example.com")
    assert result.exit_code == 0
    assert result.stderr == ""
    log_in("boss", PASSWORD)


def test_a_short_password_in_the_environment_is_refused(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", "short")
    result = run("create-admin", "boss", "boss@example.com")
    assert result.exit_code != 0
    assert "QABOARD_ADMIN_PASSWORD: Use at least 10 characters." in result.stderr
    assert board.users() == []


def test_giving_up_at_the_password_makes_no_account(run, board):
    result = run("create-admin", "boss", "boss@example.com", typed="")
    assert result.exit_code == 1
    assert board.users() == []


def test_without_a_terminal_a_sentence_names_the_variable(run, board):
    command = "from qaboard.commands import qaboard; qaboard()"
    result = subprocess.run(
        [sys.executable, "-c", command, "create-admin", "boss", "boss@example.com"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        "Error: There is no terminal to ask for the password. Set QABOARD_ADMIN_PASSWORD in the "
        "environment.\n"
    )
    assert board.users() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a b", "boss@example.com"], "Username: Use only letters, digits"),
        (["a", "boss@example.com"], "Username: Use 2 to 25 characters."),
        (["", "boss@example.com"], "Username: Choose a username."),
        (["boss", "boss"], "Email address: Enter an email address like"),
        (["boss", ""], "Email address: Enter your email address."),
        (["boss"], "A new account needs an EMAIL"),
    ],
)
def test_what_the_sign_up_form_would_refuse_is_refused(run, board, arguments, sentence):
    result = run("create-admin", *arguments)
    assert result.exit_code != 0
    assert sentence in result.stderr
    assert "Password" not in result.stderr
    assert board.users() == []


def test_a_taken_name_leads_to_promotion(run, board):
    board.user("minji")
    result = run("create-admin", "MINJI", "other@example.com")
    assert result.exit_code == 1
    assert "User MINJI already exists. Add --promote to make this user an administrator." in (
        result.stderr
    )
    result = run("create-admin", "--promote", "MINJI")
    assert (result.exit_code, result.stdout) == (0, "MINJI is now an administrator.\n")
    (user,) = board.users()
    assert (user.username, user.role) == ("minji", Role.ADMIN)
    assert (
        run("create-admin", "--promote", "minji").stdout == "minji is already an administrator.\n"
    )


def test_who_is_made_an_admin_is_in_the_log(run, board, browser, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    run("create-admin", "boss", "boss@example.com")
    (boss,) = board.users()
    (event,) = administrative_events(board, boss)
    assert (event.kind, event.actor_id, event.details) == ("role_change", None, {"to": "admin"})

    minji = board.user("minji")
    client = browser(minji)
    run("create-admin", "--promote", "minji")
    run("create-admin", "--promote", "minji")
    (event,) = administrative_events(board, minji)
    assert (event.kind, event.actor_id) == ("role_change", None)
    assert event.details == {"from": "member", "to": "admin"}
    # As at any change of rights.
    assert client.get("/account/").status_int == 303


def test_a_closed_account_is_not_promoted(run, board):
    board.user("gone", closed_at=utc_now(), email=None, email_verified_at=None)
    result = run("create-admin", "--promote", "gone")
    assert result.exit_code == 1
    assert "This account is deleted" in result.stderr
    assert board.users()[0].role == Role.MEMBER


def test_a_taken_address_is_refused(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    board.user("minji")
    result = run("create-admin", "boss", "minji@example.com")
    assert result.exit_code == 1
    assert "An account with this email address already exists." in result.stderr
    assert len(board.users()) == 1


def test_nobody_is_not_promoted(run, board):
    result = run("create-admin", "--promote", "nobody")
    assert result.exit_code == 1
    assert "User nobody not found" in result.stderr


def test_the_wrong_user_is_not_promoted(run, board):
    board.user("minji")
    result = run("create-admin", "--promote", "minji", "other@example.com")
    assert result.exit_code == 1
    assert "a different email address. Nothing was changed" in result.stderr
    assert board.users()[0].role == Role.MEMBER
