"""A file to import that somebody has made to do harm: refused with its line, or a sound board."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from datetime import timedelta

import pytest
from databases import OwnBoard
from factories import PASSWORD
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from second_factors import Device, add_passkey
from sqlalchemy import text
from test_exporting import EmptyBoards, exported, imported
from webtest import TestApp

from qaboard.models import (
    EventKind,
    RecoveryCode,
    Role,
    SecurityEvent,
    TOTPFactor,
    User,
    utc_now,
)
from qaboard.security.encryption import SecretEncryption
from qaboard.services.moderation.purge import purge
from qaboard.services.moderation.user_management import OPERATOR, change_role, suspend
from qaboard.services.site.due_deletions import close_due_accounts


@pytest.fixture(scope="module")
def empty_boards(database_url, tmp_path_factory):
    boards = EmptyBoards(database_url, tmp_path_factory.mktemp("boards"))
    yield boards
    boards.stack.close()


@pytest.fixture(scope="module")
def lines(empty_boards) -> list[dict]:
    """The lines of a file with every kind of record in it."""
    with ExitStack() as stack:
        board = empty_boards.make("sqlite", stack)
        fill(board)
        return [json.loads(line) for line in exported(board).splitlines()]


def fill(board: OwnBoard) -> None:
    admin, minji = board.user("root", Role.ADMIN), board.user("minji", locale="ko")
    left, spammer = board.user("left"), board.user("spammer")
    question = board.question(minji, title="두유 라떼", body="**어떻게**?")
    board.vote(board.answer(question, admin, body="이렇게."))
    board.vote(question, -1, admin)
    board.question(spammer, title="Buy", body="now")
    board.delete(board.answer(board.question(left, title="Gone"), minji))
    add_passkey(board, Device(), admin)
    secret = SecretEncryption("a secret of a test").encrypt("JBSWY3DPEHPK3PXP")
    with board.transaction() as session:
        session.add(TOTPFactor(user_id=minji.id, encrypted_secret=secret, confirmed_at=utc_now()))
        session.add(RecoveryCode(user_id=minji.id, code_hash=b"x" * 32))
        suspend(
            session,
            minji.id,
            until=utc_now() + timedelta(days=3),
            reason="not friendly",
            actor=OPERATOR,
        )
        change_role(session, minji.id, Role.MODERATOR, actor=OPERATOR)
        row = session.get_one(User, left.id)
        row.closing_at, row.closing_removes_posts = utc_now(), True
        for kind in EventKind:
            session.add(
                SecurityEvent(
                    kind=kind,
                    user_id=minji.id,
                    actor_id=minji.id,
                    is_administrative=kind is EventKind.LINK_MADE,
                    details={},
                    address="192.0.2.0/24",
                    user_agent="Mozilla/5.0",
                )
            )
    purge(board.engine, spammer.id, actor=OPERATOR)
    close_due_accounts(board.engine)


def file_of(lines: list[dict]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def number_of(lines: list[dict], kind: str, **values) -> int:
    """The line of the first record of a kind with these values, counted from 1."""
    for number, line in enumerate(lines, start=1):
        if line.get("record") == kind and values.items() <= line.items():
            return number
    raise LookupError(kind)


def test_the_file_that_the_others_are_made_from_is_good(empty_boards, lines, open_application):
    with ExitStack() as stack:
        board = empty_boards.make("sqlite", stack)
        result = imported(board, file_of(lines))
        assert result.exit_code == 0, result.output
        assert_serves(board, open_application)


FAR = "9999-12-31T23:59:59.999999Z"
HOSTILE = {
    "year-9999": ("question", {"created_at": FAR}, "from 1970 until now"),
    "year-1": ("answer", {"created_at": "0001-01-01T00:00:00Z"}, "from 1970 until now"),
    "active-tomorrow": ("question", {"last_activity_at": FAR}, "from 1970 until now"),
    "suspended-for-ever": ("user", {"suspended_until": FAR}, "to 9999-01-01"),
    "last-id": ("user", {"id": 2**63 - 1}, "from 1 to 9,007,199,254,740,991"),
    "last-version": ("question", {"version": 2**31 - 1}, "from 1 to 1,000,000,000"),
    "last-step": ("totp_factor", {"last_step": 2**62}, "number of a time step until now"),
    "name-of-lines": ("user", {"username": "mallory\r\nBcc: x"}, "would be refused by the form"),
    "name-of-markup": ("user", {"username": "<script>x</script>"}, "refused by the form"),
    "address-of-lines": ("user", {"email": "a@example.com\r\nBcc: b@example.com"}, "by the form"),
    "blank-title": ("question", {"title": "\u3164"}, "would be refused by the form"),
    "title-of-lines": ("question", {"title": "a\r\nb"}, "would be refused by the form"),
    "reason-of-controls": ("user", {"suspension_reason": "spam\x1b[2J"}, "by the form"),
    "key-of-controls": ("passkey", {"name": "my\x1bkey"}, "would be refused by the form"),
    "no-such-language": ("user", {"locale": "../.."}, "must be one of: ko, en"),
    "no-such-event": ("security_event", {"kind": "<b>"}, "must be one of: sign_up, login"),
    "costly-hash": (
        "user",
        {"password_hash": "$argon2id$v=19$m=4294967295,t=9,p=1$c29tZXNhbHQxMjM$" + "A" * 43},
        "must not cost more than passwords.memory_kib",
    ),
    "no-hash": ("user", {"password_hash": "secret"}, "must be a hash by argon2id"),
    "no-name": ("user", {"username": "deleted user"}, "the username of a closed account"),
    "short-code": ("recovery_code", {"code_hash": "eA=="}, "must have 32 to 32 bytes"),
    "no-key": ("passkey", {"public_key": "eA=="}, "must be a public key of WebAuthn"),
    "no-secret": ("totp_factor", {"encrypted_secret": "x"}, "a secret encrypted by the board"),
    "agent-of-lines": ("security_event", {"user_agent": "a\r\nb"}, "printable ASCII"),
    "event-of-nobody": ("security_event", {"user_id": 99}, "an account that never existed"),
    "list-in-details": ("security_event", {"details": {"to": ["x"]}}, "must have a text"),
    "wrong-time-in-details": (
        "security_event",
        {"details": {"until": "x"}},
        "a time with its zone",
    ),
    "deep-details": (
        "security_event",
        {"details": {"a": json.loads("[" * 200 + "]" * 200)}},
        "must have a text",
    ),
    "empty-body": ("question", {"body": ""}, "only a deleted post has no body"),
}


@pytest.mark.parametrize(("kind", "values", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_what_no_form_takes_is_refused_with_its_line(empty_boards, lines, kind, values, sentence):
    number = number_of(lines, kind)
    changed = [dict(line) for line in lines]
    changed[number - 1] |= values
    with ExitStack() as stack:
        board = empty_boards.make(empty_boards.kinds[-1], stack)
        result = imported(board, file_of(changed))
        assert result.exit_code == 1, result.output
        said = result.stderr.strip().splitlines()[-1]
        assert said.startswith(f"Error: Line {number}: ")
        assert sentence in said
        assert board.users() == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"record":"user","record":"user"}', "a name appears twice"),
        (b'{"record":NaN}', "NaN is not a number"),
        (b'{"record":' + b"9" * 5000 + b"}", "It is not JSON"),
        (b'{"record":"' + b"\x1b" + b'"}', "It is not JSON"),
        (b'{"record":"\\u001b[2J' + b"x" * 5000 + b'"}', "no record type"),
        (b"\xef\xbb\xbf{}", "It is not JSON"),
    ],
    ids=["twice", "nan", "huge", "control", "escape", "mark"],
)
def test_json_that_readers_take_in_different_ways_is_refused(empty_boards, line, sentence):
    with ExitStack() as stack:
        board = empty_boards.make("sqlite", stack)
        result = imported(board, b'{"format":"qaboard","version":1}\n' + line + b"\n")
        assert result.exit_code == 1
        said = result.stderr.strip().splitlines()[-1]
        assert said.startswith("Error: Line 2: ")
        assert sentence in said
        assert len(said) < 300
        assert "\x1b" not in said


strange_values = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            1.5,
            "",
            " ",
            "admin",
            "deleted user",
            "question",
            "–",
            "<script>alert(1)</script>",
            "a\r\nSet-Cookie: x",
            "\u202eabc\u2066",
            "z" + "\u0335\u0489" * 40,
            "\u3164\u3164\u3164",
            "x" * 31_000,
            "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM$" + "A" * 43,
            FAR,
            "9998-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00",
            "1970-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01T00:00:00",
            "AAAA",
            "A" * 44,
            [],
            [[[[]]]],
            {},
            {"until": FAR, "reason": "\x00"},
            {"until": "2026-01-01T00:00:00+00:00", "reason": "spam"},
            {"to": "admin", "posts": "<b>"},
            {"posts": 3},
        ]
    ),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, 1, 2, 3, -1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**62, 2**63 - 1]),
    st.text(max_size=40),
)
places = st.tuples(st.integers(0, 10_000), st.integers(0, 100))
changes = st.lists(
    st.one_of(
        st.tuples(st.just("set"), places, strange_values),
        st.tuples(st.just("copy"), places, places),
        st.tuples(st.just("drop"), places, st.none()),
        st.tuples(st.just("repeat"), places, st.none()),
        st.tuples(st.just("swap"), places, places),
    ),
    min_size=1,
    max_size=3,
)


def change(lines: list[dict], what: str, place: tuple[int, int], value) -> None:
    number = place[0] % len(lines)
    line = lines[number]
    name = list(line)[place[1] % len(line)] if line else "record"
    if what == "set":
        line[name] = value
    elif what == "copy":
        other = lines[value[0] % len(lines)]
        if other:
            line[name] = list(other.values())[value[1] % len(other)]
    elif what == "drop":
        line.pop(name, None)
    elif what == "repeat":
        lines.insert(number, dict(line))
        lines[-1]["records"] = lines[-1].get("records", 0)
    else:
        other = value[0] % len(lines)
        lines[number], lines[other] = lines[other], lines[number]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(changes=changes)
@example(changes=[("set", (0, 0), "x")])
def test_a_changed_file_is_refused_with_its_line_or_makes_a_sound_board(
    empty_boards, lines, open_application, changes
):
    changed = json.loads(json.dumps(lines))
    for what, place, value in changes:
        change(changed, what, place, value)
    if "records" in changed[-1]:
        changed[-1]["records"] = len(changed) - 2
    with ExitStack() as stack:
        board = empty_boards.make(empty_boards.kinds[-1], stack)
        result = imported(board, file_of(changed))
        if result.exit_code == 0:
            assert_serves(board, open_application)
        else:
            assert result.exit_code == 1
            assert re.match(r"Error: Line [\d,]+: .+", result.stderr.strip().splitlines()[-1])
            assert board.users() == []


def assert_serves(board: OwnBoard, open_application) -> None:
    """Doctor finds nothing, every page answers, and people can sign up and write."""
    result = board.command("doctor")
    assert result.exit_code == 0, result.output
    with open_application({"spam.minimum_seconds": "0"}, url=board.url) as app:
        crawl(TestApp(app), 60)
        for user in board.users():
            if user.closed_at is None:
                client = TestApp(app)
                client.set_cookie("login", board.token(user))
                crawl(client, 60)
        assert_goes_on(TestApp(app))


def crawl(client: TestApp, most: int) -> None:
    """Look at all pages that can be reached by links; none is an error of the server."""
    waiting, seen = ["/questions/", "/users/", "/users/log", "/account/"], set()
    waiting += ["/questions/?q=라떼", "/account/activity", "/account/sessions"]
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        # An error of the server is raised here.
        page = client.get(address, status="*")
        assert page.status_int < 500, address
        if page.content_type == "text/html" and page.status_int == 200:
            for link in page.html.find_all("a", href=True):
                target = link["href"].partition("#")[0]
                if target.startswith("/") and not target.startswith(("/static", "/account/down")):
                    waiting.append(target)


def assert_goes_on(client: TestApp) -> None:
    """Somebody signs up, asks and looks at it."""
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", "newcomer@example.com"
    form["password"] = form["password_confirm"] = PASSWORD
    form.submit("submit", status=303)
    client.get("/verify-email", status="*")
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "Is it open?", "Is it?"
    client.get(form.submit("submit", status=303).location, status=200)


def test_the_doctor_finds_such_values_in_a_database(make_board):
    board = make_board()
    question = board.question(board.user("minji"), title="두유 라떼")
    board.answer(question)
    assert board.command("doctor").exit_code == 0
    carriage_return = "char(13)" if board.engine.dialect.name == "sqlite" else "chr(13)"
    for table, statement, sentence in (
        (
            "posts",
            "SET created_at = '9999-12-31 23:59:59.999999+00'",
            "its created_at must be a time from 1970",
        ),
        (
            "posts",
            f"SET title = 'a' || {carriage_return} WHERE title IS NOT NULL",
            "its title would be refused",
        ),
        ("users", "SET password_hash = 'x'", "its password_hash must be a hash"),
        ("users", "SET username = '<script>'", "its username would be refused"),
        ("users", "SET locale = 'xx'", "its locale must be one of"),
    ):
        with board.transaction() as session:
            session.execute(text(f"UPDATE {table} {statement}"))
        result = board.command("doctor")
        assert result.exit_code == 1
        line = next(x for x in result.stdout.splitlines() if x.startswith("FAIL") and table in x)
        assert sentence in line
