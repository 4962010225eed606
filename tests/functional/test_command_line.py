"""What operators and contributors do with `qaboard` from a shell."""

from __future__ import annotations

import email.policy
import re
import subprocess
import sys
from email import message_from_bytes
from email.message import EmailMessage
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner
from factories import PASSWORD as PASSWORD_OF_USERS
from postgresql import free_port
from second_factors import Device, add_app, add_passkey, add_recovery_codes
from sqlalchemy import select, update
from test_starting import ini_copy

from qaboard.models import Post, Role, SecurityEvent, utc_now
from qaboard.scripts import qaboard

PROJECT = Path(__file__).parents[2]
PASSWORD = "an admin's password"


@pytest.fixture
def run(board, database_url, monkeypatch):
    """Runs a command on the board; what it does not expect is raised here."""
    monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)
    monkeypatch.delenv("QABOARD_ADMIN_PASSWORD", raising=False)

    def run_command(*arguments: str, ini: str | Path = "development.ini", typed: str = ""):
        return CliRunner().invoke(
            qaboard, ["-c", str(PROJECT / ini), *arguments], input=typed, catch_exceptions=False
        )

    return run_command


@pytest.fixture
def log_in(browser):
    """Logs somebody in, as they would, and gives their browser."""

    def fill_in(username: str, password: str):
        client = browser()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = username, password
        form.submit(status=303)
        return client

    return fill_in


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
        "create-admin",
        "doctor",
        "reindex",
        "render",
        "seed-demo",
        "user",
    }
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


def test_the_ini_file_can_come_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("QABOARD_CONFIG", str(PROJECT / "development.ini"))
    assert CliRunner().invoke(qaboard, ["doctor"]).exit_code == 0


def test_without_an_ini_file_a_sentence_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QABOARD_CONFIG", raising=False)
    result = CliRunner().invoke(qaboard, ["doctor"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "no ini file 'development.ini'; name one with --config" in result.stderr


def test_the_demo_is_a_board_that_looks_alive(run, board, browser, log_in):
    result = run("seed-demo")
    assert result.exit_code == 0
    assert "Writing the demo" in result.stderr
    names = re.findall(r"^  (\S+) +(member|moderator|admin)$", result.stdout, re.MULTILINE)
    assert {role for _, role in names} == set(Role)
    password = result.stdout.rstrip().rpartition("password: ")[2]
    for name, _ in names:
        log_in(name, password)

    first = browser().get("/questions/")
    assert "minutes ago" in first
    assert "days ago" in first
    assert "months ago" in browser().get("/questions/?page=2")
    with board.transaction() as session:
        posts = session.scalars(select(Post)).all()
    assert min(post.score for post in posts) < 0 < 5 < max(post.score for post in posts)
    assert any(post.edited_at for post in posts)
    paged = max(posts, key=lambda post: post.answer_count or 0)
    assert "?page=2" in browser().get(f"/questions/{paged.id}/")
    assert run("doctor").exit_code == 0


def test_the_last_activity_of_a_demo_question_is_that_of_its_posts(run, board):
    run("seed-demo")
    with board.transaction() as session:
        posts = session.scalars(select(Post)).all()
    for question in (post for post in posts if post.question_id is None):
        thread = [post for post in posts if question.id in (post.id, post.question_id)]
        times = [time for post in thread for time in (post.created_at, post.edited_at) if time]
        assert question.last_activity_at == max(times)


def test_a_second_demo_changes_nothing(run, board):
    run("seed-demo")
    before = board.facts()
    result = run("seed-demo")
    assert result.exit_code == 0
    assert "has the demo already" in result.stdout
    assert "password: demo password 1" in result.stdout
    assert board.facts() == before


def test_the_demo_keeps_away_from_people_who_have_its_names(run, board):
    board.user("alex")
    before = board.facts()
    result = run("seed-demo")
    assert result.exit_code == 1
    assert "other users with names of the demo (alex)" in result.stderr
    assert board.facts() == before


def test_production_gets_no_demo(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    result = run("seed-demo", ini="production.ini")
    assert result.exit_code == 1
    assert "development boards only" in result.stderr
    assert board.users() == []


def test_an_admin_types_a_password_and_logs_in(run, board, log_in):
    result = run("create-admin", "관리자", "Boss@Example.com", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert result.stdout.endswith("관리자 is an admin and can log in now.\n")
    assert PASSWORD not in result.output
    (user,) = board.users()
    assert (user.username, user.email, user.role) == ("관리자", "boss@example.com", Role.ADMIN)
    log_in("관리자", PASSWORD)


def test_an_admin_is_told_of_the_second_factor_that_the_rights_wait_for(
    run, app, board, monkeypatch
):
    monkeypatch.setenv("QABOARD_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    sentence = "Until boss switches on the two-factor login in the settings, "
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
    assert "QABOARD_ADMIN_PASSWORD: A password has at least 10 characters." in result.stderr
    assert board.users() == []


def test_giving_up_at_the_password_makes_no_account(run, board):
    result = run("create-admin", "boss", "boss@example.com", typed="")
    assert result.exit_code == 1
    assert board.users() == []


def test_without_a_terminal_a_sentence_names_the_variable(run, board):
    command = "from qaboard.scripts import qaboard; qaboard()"
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
        "Error: There is no terminal to ask for the password; "
        "put it into the environment as QABOARD_ADMIN_PASSWORD.\n"
    )
    assert board.users() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a b", "boss@example.com"], "Name: A name has letters, digits"),
        (["a", "boss@example.com"], "Name: A name has 2 to 25 characters."),
        (["", "boss@example.com"], "Name: Please choose a name."),
        (["boss", "boss"], "Email address: This does not look like an email address"),
        (["boss", ""], "Email address: Please enter your email address."),
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
    assert "There is a user MINJI already; to make that user an admin, add --promote." in (
        result.stderr
    )
    result = run("create-admin", "--promote", "MINJI")
    assert (result.exit_code, result.stdout) == (0, "MINJI is an admin now.\n")
    (user,) = board.users()
    assert (user.username, user.role) == ("minji", Role.ADMIN)
    assert run("create-admin", "--promote", "minji").stdout == "minji is an admin already.\n"


def administrative_events(board, user) -> list[SecurityEvent]:
    with board.transaction() as session:
        statement = select(SecurityEvent).where(
            SecurityEvent.user_id == user.id, SecurityEvent.is_administrative
        )
        return list(session.scalars(statement.order_by(SecurityEvent.id)))


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
    assert "This account is closed" in result.stderr
    assert board.users()[0].role == Role.MEMBER


def test_what_an_account_posted_is_taken_back_and_given_back(run, board, browser):
    spammer = board.user("Spammer")
    question = board.question(spammer)
    path = f"/questions/{question.id}/"
    result = run("user", "purge", "SPAMMER")
    assert result.exit_code == 0
    assert result.stdout == "Took back 1 posts of Spammer, who is suspended until further notice.\n"
    browser().get(path, status=404)
    result = run("user", "purge", "spammer", "--undo")
    assert (result.exit_code, result.stdout) == (0, "Gave back 1 posts of Spammer.\n")
    assert browser().get(path)
    kinds = [(event.kind, event.actor_id) for event in administrative_events(board, spammer)]
    assert kinds == [("purge", None), ("purge_undone", None)]
    assert run("doctor").exit_code == 0


def test_a_purge_that_cannot_be_is_refused_in_a_sentence(run, board):
    board.user("boss", Role.ADMIN)
    board.user("minji")
    for arguments, sentence in (
        (["nobody"], "There is no user nobody."),
        (["boss"], "This is the last administrator."),
        (["minji", "--undo"], "Nothing of this account was taken back."),
    ):
        before = board.facts()
        result = run("user", "purge", *arguments)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert board.facts() == before


def test_a_taken_address_is_refused(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", PASSWORD)
    board.user("minji")
    result = run("create-admin", "boss", "minji@example.com")
    assert result.exit_code == 1
    assert "There is an account with this email address already." in result.stderr
    assert len(board.users()) == 1


def test_nobody_is_not_promoted(run, board):
    result = run("create-admin", "--promote", "nobody")
    assert result.exit_code == 1
    assert "There is no user nobody" in result.stderr


def test_the_wrong_user_is_not_promoted(run, board):
    board.user("minji")
    result = run("create-admin", "--promote", "minji", "other@example.com")
    assert result.exit_code == 1
    assert "another email address; nothing was changed" in result.stderr
    assert board.users()[0].role == Role.MEMBER


def test_render_and_doctor_work_together_after_an_upgrade(run, board):
    run("seed-demo")
    before = sorted(board.facts()["posts"])
    with board.transaction() as session:
        session.execute(update(Post).values(renderer_version=0, body_html="", score=Post.score + 1))
    result = run("doctor")
    assert result.exit_code == 1
    assert "WARN   every post is rendered by the present renderer" in result.stdout
    assert run("render").exit_code == 0
    assert run("doctor", "--repair").exit_code == 0
    assert sorted(board.facts()["posts"]) == before


def test_a_link_to_confirm_an_address(run, board, browser):
    board.user("minji", email_verified_at=None)
    address = run("user", "activate", "minji").stdout.strip()
    assert address.startswith("http://localhost:6543/verify-email?token=")
    page = browser().get(address.removeprefix("http://localhost:6543")).follow()
    next(f for f in page.forms.values() if f.action == "/verify-email").submit(status=303)
    assert board.users()[0].email_verified_at is not None
    result = run("user", "activate", "minji")
    assert result.exit_code == 1
    assert result.stderr == "Error: The address of minji is confirmed already.\n"


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
    browser().get(older.removeprefix("http://localhost:6543")).follow(status=410)
    browser().get(newer.removeprefix("http://localhost:6543")).follow(status=200)


@pytest.mark.parametrize("command", ["activate", "reset-link"])
def test_a_closed_account_gets_no_link(run, board, command):
    board.user("minji", email=None, email_verified_at=None, closed_at=utc_now())
    result = run("user", command, "minji")
    assert result.exit_code == 1
    assert result.stderr == "Error: The account of minji is closed.\n"


@pytest.mark.parametrize("command", ["activate", "reset-link"])
def test_nobody_has_no_link(run, command):
    result = run("user", command, "nobody")
    assert result.exit_code == 1
    assert result.stderr == "Error: There is no user nobody.\n"


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
    assert result.stdout == "A login of minji asks for the password only.\n"
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
    assert result.stderr == "Error: minji has no second factor.\n"
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
