"""What operators and contributors do with `qaboard` from a shell."""

from __future__ import annotations

import email.policy
import os
import re
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner
from factories import PASSWORD as PASSWORD_OF_USERS
from managing import administrative_events
from postgresql import free_port
from processes import BIN, ini_copy
from processes import run as run_program
from project import PROJECT
from second_factors import Device, add_app, add_passkey, add_recovery_codes
from sqlalchemy import select

from qaboard.commands import qaboard
from qaboard.models import Role, SecurityEvent, utc_now

PASSWORD = "an admin's password"


def test_the_command_is_called_qaboard():
    (entry_point,) = entry_points(group="console_scripts", name="qaboard")
    assert entry_point.load() is qaboard


@pytest.mark.parametrize("command", [[], *([name] for name in qaboard.commands)], ids=str)
def test_help_needs_neither_ini_nor_database(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QABOARD_DATABASE_URL", "nonsense")
    result = CliRunner().invoke(qaboard, [*command, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_help_describes_every_command_in_a_whole_line():
    result = CliRunner().invoke(qaboard, ["--help"])
    commands = result.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands] == sorted(qaboard.commands)
    assert set(qaboard.commands) == {
        "backup",
        "create-admin",
        "doctor",
        "export",
        "import",
        "reindex",
        "render",
        "restore",
        "seed-demo",
        "upgrade",
        "user",
        "verify",
    }
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


def test_a_board_in_production_is_kept_moved_and_upgraded(tmp_path, make_database):
    """What docs/backup.md says, as it is typed."""
    ini = ini_copy("production.ini", tmp_path, free_port())
    board, other = make_database(), make_database()

    def command(database: str, *arguments: object) -> None:
        done = run_program(
            "qaboard",
            *("-c", ini, *arguments),
            QABOARD_DATABASE_URL=database,
            QABOARD_SECRET="0123456789abcdefghijklmnopqrstuvwxyz",
            QABOARD_URL="https://board.example",
            QABOARD_ADMIN_PASSWORD=PASSWORD,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr

    backup, export = tmp_path / "monday", tmp_path / "board.jsonl"
    command(board, "upgrade")
    command(board, "create-admin", "boss", "boss@example.com")
    command(board, "backup", backup)
    command(board, "verify", backup)
    command(other, "restore", backup)
    command(other, "export", export)
    command(board, "restore", "--replace", "--yes", backup)
    third = make_database()
    command(third, "upgrade")
    command(third, "import", export)
    command(third, "export", tmp_path / "again.jsonl")
    assert export.read_bytes() == (tmp_path / "again.jsonl").read_bytes()
    assert b'"username":"boss"' in export.read_bytes()


def test_the_ini_file_can_come_from_the_environment(run, board, monkeypatch):
    board.user()
    monkeypatch.setenv("QABOARD_CONFIG", str(PROJECT / "development.ini"))
    result = CliRunner().invoke(qaboard, ["doctor"])
    assert result.exit_code == 0, result.output


def test_without_an_ini_file_a_sentence_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QABOARD_CONFIG", raising=False)
    result = CliRunner().invoke(qaboard, ["doctor"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "Ini file 'development.ini' not found. Set --config" in result.stderr


def test_what_an_account_posted_is_taken_back_and_given_back(run, board, browser):
    spammer = board.user("Spammer")
    question = board.question(spammer)
    path = f"/questions/{question.id}/"
    result = run("user", "purge", "SPAMMER")
    assert result.exit_code == 0
    assert (
        result.stdout == "Deleted 1 posts by Spammer as spam and suspended Spammer indefinitely.\n"
    )
    browser().get(path, status=404)
    result = run("user", "purge", "spammer", "--undo")
    assert (result.exit_code, result.stdout) == (0, "Restored 1 posts by Spammer.\n")
    assert browser().get(path)
    kinds = [(event.kind, event.actor_id) for event in administrative_events(board, spammer)]
    assert kinds == [("purge", None), ("purge_undone", None)]
    assert run("doctor").exit_code == 0


def test_a_purge_that_cannot_be_is_refused_in_a_sentence(run, board):
    board.user("boss", Role.ADMIN)
    board.user("minji")
    for arguments, sentence in (
        (["nobody"], "User nobody not found."),
        (["boss"], "This is the only administrator."),
        (["minji", "--undo"], "No posts from this account are deleted as spam."),
    ):
        before = board.facts()
        result = run("user", "purge", *arguments)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert board.facts() == before


def test_a_link_to_confirm_an_address(run, board, browser):
    board.user("minji", email_verified_at=None)
    address = run("user", "activate", "minji").stdout.strip()
    assert address.startswith("http://localhost:6543/verify-email?token=")
    page = browser().get(address.removeprefix("http://localhost:6543")).follow()
    next(f for f in page.forms.values() if f.action == "/verify-email").submit(status=303)
    assert board.users()[0].email_verified_at is not None
    result = run("user", "activate", "minji")
    assert result.exit_code == 1
    assert result.stderr == "Error: The address of minji is already confirmed.\n"


def test_no_link_for_an_address_of_another_account(run, board):
    board.user("owner", email="minji@example.com")
    board.user("minji", email_verified_at=None)
    result = run("user", "activate", "minji")
    assert result.exit_code == 1
    assert "Another account has confirmed the address" in result.stderr


def test_a_link_to_choose_another_password(run, board, browser, log_in):
    board.user("minji")
    address = run("user", "reset-link", "MINJI").stdout.strip()
    assert address.startswith("http://localhost:6543/reset-password?token=")
    form = browser().get(address.removeprefix("http://localhost:6543")).follow().forms["reset"]
    form["password"] = form["password_confirm"] = "a horse of another colour"
    form.submit("submit", status=303)
    assert log_in("minji", "a horse of another colour").get("/account/").status_int == 200
    with board.transaction() as session:
        events = session.scalars(select(SecurityEvent)).all()
    made = [event for event in events if event.kind == "link_made"]
    assert [(event.is_administrative, event.actor_id) for event in made][-1] == (True, None)


def test_a_link_that_an_operator_hands_over_proves_no_address(run, board, browser):
    board.user("minji", email_verified_at=None)
    address = run("user", "reset-link", "minji").stdout.strip()
    form = browser().get(address.removeprefix("http://localhost:6543")).follow().forms["reset"]
    form["password"] = form["password_confirm"] = "a horse of another colour"
    form.submit("submit", status=303)
    assert board.users()[0].email_verified_at is None


def test_a_link_of_an_operator_has_the_address_of_the_settings(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    monkeypatch.setenv("QABOARD_URL", "https://board.example")
    board.user("minji", email_verified_at=None)
    for command, page in (("activate", "verify-email"), ("reset-link", "reset-password")):
        result = run("user", command, "minji", ini="production.ini")
        # One line, fit for a script, and nothing else.
        assert re.fullmatch(rf"https://board\.example/{page}\?token=[\w-]{{43}}\n", result.stdout)
        assert result.stderr == ""


def test_a_newer_link_of_an_operator_ends_the_older_one(run, board, browser):
    board.user("minji")
    older, newer = (run("user", "reset-link", "minji").stdout.strip() for _ in range(2))
    browser().get(older.removeprefix("http://localhost:6543"), status=410)
    browser().get(newer.removeprefix("http://localhost:6543")).follow(status=200)


@pytest.mark.parametrize("command", ["activate", "reset-link"])
def test_a_closed_account_gets_no_link(run, board, command):
    board.user("minji", email=None, email_verified_at=None, closed_at=utc_now())
    result = run("user", command, "minji")
    assert result.exit_code == 1
    assert result.stderr == "Error: The account of minji is deleted.\n"


@pytest.mark.parametrize("command", ["activate", "reset-link"])
def test_nobody_has_no_link(run, command):
    result = run("user", command, "nobody")
    assert result.exit_code == 1
    assert result.stderr == "Error: User nobody not found.\n"


@pytest.fixture
def ini(tmp_path) -> Path:
    """development.ini in another folder, where its mails become files."""
    return ini_copy("development.ini", tmp_path, free_port())


def mails_beside(ini: Path) -> list[EmailMessage]:
    return [
        message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (ini.parent / "var" / "mail").glob("*")
    ]


def test_lost_factors_are_removed(app, run, board, browser, log_in, ini):
    user = board.user("minji", locale="ko")
    add_app(board, app, user)
    add_passkey(board, Device(), user)
    add_recovery_codes(board, user)
    client = browser(user)
    result = run("user", "remove-factors", "MINJI", ini=ini)
    assert result.stdout == "Two-factor authentication is off for minji.\n"
    facts = board.facts()
    assert facts["totp_factors"] == facts["passkeys"] == facts["recovery_codes"] == []
    assert client.get("/account/").status_int == 303
    assert log_in("minji", PASSWORD_OF_USERS).get("/account/").status_int == 200
    with board.transaction() as session:
        statement = select(SecurityEvent).where(SecurityEvent.user_id == user.id)
        event = session.scalars(statement.order_by(SecurityEvent.id)).first()
    assert (event.kind, event.is_administrative, event.actor_id) == ("factor_removed", True, None)
    (mail,) = mails_beside(ini)
    assert mail["To"] == "minji@example.com"
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "계정의 2단계 인증 수단을 모두 삭제했어요." in text
        assert "http://localhost:6543/forgot-password" in text
    result = run("user", "remove-factors", "minji", ini=ini)
    assert result.exit_code == 1
    assert result.stderr == "Error: minji has no two-factor method.\n"
    assert len(mails_beside(ini)) == 1


@pytest.mark.parametrize(
    ("columns", "setting"),
    [({"email_verified_at": None}, "mail.enabled = true"), ({}, "mail.enabled = false")],
    ids=["unproved", "without-mail"],
)
def test_lost_factors_are_told_to_a_proved_address_where_there_is_mail(
    app, run, board, ini, columns, setting
):
    ini.write_text(ini.read_text().replace("mail.enabled = true", setting))
    add_app(board, app, board.user("minji", **columns))
    assert run("user", "remove-factors", "minji", ini=ini).exit_code == 0
    assert board.facts()["totp_factors"] == []
    assert mails_beside(ini) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (b"user", b"purge", b"\xff"),
        (b"-c", b"\xff.ini", b"doctor"),
        (b"create-admin", b"\xed\xa0\x80"),
        (b"import", b"\xff.jsonl"),
    ],
)
def test_an_argument_that_is_no_text_is_one_sentence(arguments):
    refused = subprocess.run(
        [os.fsencode(BIN / "qaboard"), *arguments], capture_output=True, check=False
    )
    assert refused.returncode == 2
    assert b"is not UTF-8. Write it in UTF-8." in refused.stderr
    assert b"Traceback" not in refused.stderr
