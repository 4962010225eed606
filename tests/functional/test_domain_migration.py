"""Addresses from before their domains were stored in ASCII: migration 0009, doctor, import."""

from __future__ import annotations

from datetime import timedelta

import alembic.command
from databases import OwnBoard
from factories import Board
from project import alembic_configuration, environment
from sqlalchemy import text

from qaboard.models import SingleUseToken, TokenPurpose
from qaboard.security.tokens import hash_token
from qaboard.services.accounts.single_use_token import issue_token

ASCII = "minji@xn--vv4b11d.xn--3e0b707e"
UNICODE = "minji@예시.한국"


def emails(board: Board) -> dict[str, str]:
    return {user.username: user.email for user in board.users()}


def migrate(board: OwnBoard, direction, *revisions: str) -> None:
    with environment(QABOARD_DATABASE_URL=board.url):
        for revision in revisions:
            direction(alembic_configuration(), revision)


def go_before(board: OwnBoard) -> None:
    """Have the tables as before the migration."""
    migrate(board, alembic.command.downgrade, "0009", "-1")


def test_addresses_are_converted_and_nobody_loses_theirs(make_board):
    board = make_board()
    for username, email in {
        "plain": "plain@example.com",
        "twice": ASCII,
        "twice_again": UNICODE,
        "single": "kim@straße.example",
        "impossible": "kim@\U0001f511.example",
        "mailbox": "민지@example.com",
    }.items():
        board.user(username, email=email)
    user = board.user("hopeful", email=UNICODE, email_verified_at=None)
    with board.transaction() as session:
        token = issue_token(
            session,
            TokenPurpose.VERIFY_EMAIL,
            lifetime=timedelta(hours=1),
            user_id=user.id,
            email=UNICODE,
        )
    go_before(board)
    migrate(board, alembic.command.upgrade, "head")
    assert emails(board) == {
        "plain": "plain@example.com",
        "twice": ASCII,
        "twice_again": UNICODE,
        "single": "kim@xn--strae-oqa.example",
        "impossible": "kim@\U0001f511.example",
        "mailbox": "민지@example.com",
        "hopeful": ASCII,
    }
    assert all(user.email_verified_at for user in board.users() if user.username != "hopeful")
    with board.transaction() as session:
        row = session.query(SingleUseToken).filter_by(token_hash=hash_token(token)).one()
        assert row.email == ASCII


def test_going_down_makes_domains_unicode_again(make_board):
    board = make_board()
    board.user("single", email="kim@xn--strae-oqa.example")
    board.user("hopeful", email=ASCII, email_verified_at=None)
    board.user("impossible", email="kim@xn--a.example")
    go_before(board)
    with board.engine.connect() as connection:
        found = connection.execute(text("SELECT email FROM users ORDER BY id")).scalars().all()
    assert found == ["kim@straße.example", UNICODE, "kim@xn--a.example"]


def test_doctor_names_who_shares_a_confirmed_address(board, run):
    board.user("first", email=ASCII)
    second = board.user("second", email=UNICODE)
    result = run("doctor")
    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if "ASCII" in line]
    assert line.startswith("WARN ")
    assert f"fails for 1 ({second.id})." in line
    assert "another confirmed one" in line
    run("doctor", "--repair")
    assert emails(board) == {"first": ASCII, "second": UNICODE}


def test_doctor_converts_what_it_can(board, run):
    board.user("single", email=UNICODE)
    result = run("doctor", "--repair")
    assert "Stored the email addresses of 1 users with their domain in ASCII." in result.output
    assert emails(board) == {"single": ASCII}
    assert "ok     every email address has its domain in ASCII" in run("doctor").output


def test_an_imported_address_is_converted(make_board, tmp_path):
    source, target = make_board(), make_board()
    source.user("minji", email=UNICODE)
    source.user("hopeful", email=UNICODE, email_verified_at=None)
    file = tmp_path / "board.jsonl"
    assert source.command("export", file).exit_code == 0
    result = target.command("import", file)
    assert result.exit_code == 0, result.output
    assert emails(target) == {"minji": ASCII, "hopeful": ASCII}
