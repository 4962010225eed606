"""A board as a file of the open format, and a board from one."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import stat
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import alembic.command
import pytest
from databases import OwnBoard, another_database
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from postgresql import free_port
from processes import get, ini_copy, server
from project import PROJECT, alembic_configuration, environment
from second_factors import Device
from sqlalchemy import make_url, select, text
from sqlalchemy.orm.exc import StaleDataError

from qaboard import markup
from qaboard.commands.export_format.limits import limit_of
from qaboard.commands.export_format.records import NOT_EXPORTED, RECORDS, kind_of
from qaboard.models import (
    Base,
    Passkey,
    Post,
    Question,
    RecoveryCode,
    Role,
    SecurityEvent,
    TOTPFactor,
    User,
    utc_now,
)
from qaboard.security.encryption import SecretEncryption
from qaboard.services.board.post import delete_post
from qaboard.services.errors import Refusal
from qaboard.services.moderation.purge import purge
from qaboard.services.moderation.user_management import OPERATOR, suspend
from qaboard.services.site.due_deletions import close_due_accounts

EXPORTED = {record.table.name for record in RECORDS}


class EmptyBoards:
    """Makes boards without anybody in them, of either kind of database, without migrating each."""

    def __init__(self, database_url: str, directory: Path) -> None:
        self.stack, self.directory = ExitStack(), directory
        self.kinds = ["sqlite"] if database_url.startswith("sqlite:") else ["sqlite", "postgresql"]
        self.urls = {"sqlite": f"sqlite:///{directory}", "postgresql": database_url}
        self.templates = {}
        for kind in self.kinds:
            url = self.stack.enter_context(another_database(self.urls[kind], directory))
            with environment(QABOARD_DATABASE_URL=url):
                alembic.command.upgrade(alembic_configuration(), "head")
            self.templates[kind] = make_url(url).database

    def make(self, kind: str, stack: ExitStack) -> OwnBoard:
        """A board that lasts as long as the stack."""
        template = {} if kind == "sqlite" else {"template": self.templates[kind]}
        url = stack.enter_context(another_database(self.urls[kind], self.directory, **template))
        if kind == "sqlite":
            path = make_url(url).database
            shutil.copy(self.templates[kind], path)
            stack.callback(lambda: Path(path).unlink())
        board = OwnBoard(url)
        stack.callback(board.engine.dispose)
        return board


@pytest.fixture(scope="module")
def empty_boards(database_url, tmp_path_factory):
    boards = EmptyBoards(database_url, tmp_path_factory.mktemp("boards"))
    yield boards
    boards.stack.close()


# What forms take, and leave as it is.
texts = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=60)
    .map(markup.normalise)
    .filter(lambda text: any(character.isalnum() for character in text))
)
times = st.timedeltas(timedelta(days=1), timedelta(days=365 * 50)).map(
    lambda since: datetime(1970, 1, 1, tzinfo=UTC) + since
)
details = st.dictionaries(
    st.from_regex(r"detail_[a-z_]{1,20}", fullmatch=True),
    st.one_of(texts, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none()),
    max_size=3,
)
DEVICE = Device()
numbers = st.integers(0, 9)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), numbers, texts, texts, times),
        st.tuples(st.just("answer"), numbers, numbers, texts, times),
        st.tuples(st.just("vote"), numbers, numbers, st.sampled_from([1, -1])),
        st.tuples(st.just("delete"), numbers, times),
        st.tuples(st.just("erase"), numbers),
        st.tuples(st.just("suspend"), numbers, texts, times),
        st.tuples(st.just("purge"), numbers),
        st.tuples(st.just("close"), numbers, st.booleans()),
        st.tuples(st.just("factors"), numbers, texts, times),
        st.tuples(st.just("event"), numbers, details, times),
    ),
    max_size=15,
)


def do(board: OwnBoard, users: list[User], act: tuple) -> None:
    """Have one thing happen on a board, if there is anything that it can happen to."""
    name, *values = act
    user = users[values[0] % len(users)]
    with board.transaction() as session:
        posts = session.scalars(select(Post).order_by(Post.id)).all()
        questions = [post for post in posts if isinstance(post, Question)]
        is_closed = session.get_one(User, user.id).closed_at is not None
    if name == "ask" and not is_closed:
        _number, title, body, time = values
        board.question(user, title=title or "?", body=body or "?", created_at=time)
    elif name == "answer" and questions and not is_closed:
        _number, place, body, _time = values
        board.answer(questions[place % len(questions)], user, body=body or "?")
    elif name == "vote" and posts:
        _number, place, value = values
        post = posts[place % len(posts)]
        if post.author_id != user.id:
            board.vote(post, value, user)
    elif name == "delete" and posts:
        board.delete(posts[values[0] % len(posts)], days_ago=3)
    elif name == "erase" and posts:
        with board.transaction() as session:
            post = session.get_one(Post, posts[values[0] % len(posts)].id)
            delete_post(session, post)
            post.erase()
    elif name == "suspend" and not is_closed:
        with board.transaction() as session:
            suspend(session, user.id, until=values[2], reason=f"spam {values[1]}", actor=OPERATOR)
    elif name == "purge" and not is_closed:
        with board.transaction() as session:
            is_purged = session.get_one(User, user.id).purged_at is not None
        if not is_purged:
            purge(board.engine, user.id, actor=OPERATOR)
    elif name == "close" and not is_closed:
        with board.transaction() as session:
            row = session.get_one(User, user.id)
            row.closing_at, row.closing_removes_posts = utc_now(), values[1]
        close_due_accounts(board.engine)
    elif name == "factors":
        _number, name, time = values
        secret = SecretEncryption("a secret of a test").encrypt(name)
        with board.transaction() as session:
            if session.get(TOTPFactor, user.id) is None:
                session.add(TOTPFactor(user_id=user.id, encrypted_secret=secret, confirmed_at=time))
            session.add(RecoveryCode(user_id=user.id, code_hash=secrets.token_bytes(32)))
            session.add(
                Passkey(
                    user_id=user.id,
                    credential_id=secrets.token_bytes(16),
                    public_key=DEVICE.public_key,
                    sign_count=2**32 - 1,
                    name=f"key {name}"[:50],
                )
            )
    elif name == "event":
        _number, told, time = values
        with board.transaction() as session:
            session.add(
                SecurityEvent(
                    created_at=time,
                    kind="login",
                    user_id=user.id,
                    actor_id=user.id,
                    is_administrative=False,
                    details=told,
                    user_agent="Mozilla/5.0",
                )
            )


def exported(board: OwnBoard) -> bytes:
    result = board.command("export", "-")
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def imported(board: OwnBoard, content: bytes):
    return board.command("import", "-", typed=content)


def lasting_facts(board: OwnBoard) -> dict[str, list]:
    """All that must be the same on a board that came from a file: also what is not in it."""
    return {name: rows for name, rows in board.facts().items() if name in EXPORTED}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # A board takes a second, and making a found one smaller takes hundreds of them.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(acts=acts)
def test_a_board_goes_to_another_database_and_back_unchanged(empty_boards, acts):
    with ExitStack() as stack:
        board = empty_boards.make("sqlite", stack)
        users = [
            board.user("minji"),
            board.user("길동", locale="ko"),
            board.user("Straße", Role.ADMIN),
        ]
        for act in acts:
            # Of the last administrator, or by somebody who is suspended.
            with suppress(Refusal, StaleDataError):
                do(board, users, act)
        assert board.command("doctor").exit_code == 0
        file, facts = exported(board), lasting_facts(board)
        for kind in (empty_boards.kinds[-1], "sqlite"):
            other = empty_boards.make(kind, stack)
            result = imported(other, file)
            assert result.exit_code == 0, result.output
            assert exported(other) == file
            assert lasting_facts(other) == facts
            board = other
        assert board.command("doctor").exit_code == 0


@pytest.fixture
def own(make_board):
    """A small board in a database of its own."""
    board = make_board()
    question = board.question(
        board.user("minji"), title="두유 <b>라떼</b>", body="**어떻게**?\n\n    code"
    )
    board.vote(board.answer(question, board.user("길동"), body="이렇게."))
    return board


def lines_of(board: OwnBoard) -> list[dict]:
    return [json.loads(line) for line in exported(board).splitlines()]


def test_the_file_says_what_it_is_and_where_it_ends(own, tmp_path):
    result = own.command("export", tmp_path / "board.jsonl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert stat.S_IMODE((tmp_path / "board.jsonl").stat().st_mode) == 0o600
    content = (tmp_path / "board.jsonl").read_bytes()
    assert content == exported(own) == exported(own)
    lines = content.decode().split("\n")
    assert lines[0] == '{"format":"qaboard","version":1}'
    assert lines[-2:] == ['{"record":"end","records":6}', ""]
    kinds = [json.loads(line)["record"] for line in lines[1:-2]]
    assert kinds == ["user", "user", "user", "question", "answer", "vote"]
    # As people read it, and not as escapes.
    assert '"title":"두유 <b>라떼</b>"' in content.decode()
    assert re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\d\.\d{6}Z", lines_of(own)[1]["created_at"])


def test_an_imported_board_has_its_addresses_and_passwords(own, make_board, tmp_path):
    other = make_board()
    assert imported(other, exported(own)).exit_code == 0
    port = free_port()
    with server(ini_copy("development.ini", tmp_path, port), QABOARD_DATABASE_URL=other.url):
        with own.transaction() as session:
            question_id = session.scalars(select(Question.id)).one()
        _response, page = get(port, f"/questions/{question_id}/")
        assert "두유 &lt;b&gt;라떼&lt;/b&gt;" in page
        assert "<strong>어떻게</strong>?" in page
        assert "이렇게." in page
    hashes = {user.username: user.password_hash for user in own.users()}
    assert hashes == {user.username: user.password_hash for user in other.users()}


def test_ids_go_on_where_they_were(own, make_board):
    other = make_board()
    imported(other, exported(own))
    with own.transaction() as session:
        last = max(session.scalars(select(Post.id)))
    assert other.question(other.user("somebody")).id > last


def test_a_board_with_anything_in_it_takes_no_file(own, make_board):
    content = exported(own)
    before = own.facts()
    result = imported(own, content)
    assert result.exit_code == 1
    assert "The board already has a user" in result.stderr
    assert own.facts() == before
    other = make_board()
    with other.transaction() as session:
        session.add(SecurityEvent(kind="login", user_id=1, is_administrative=True, details={}))
    assert "The board already has a security_event" in imported(other, content).stderr


def change(number: int, **values):
    """Changes fields of the record in a line, counted from 1; ``None`` of them takes one away."""

    def act(lines: list[dict]) -> None:
        lines[number - 1] |= values

    return act


def leave_out(number: int, field: str):
    return lambda lines: lines[number - 1].pop(field)


WRONG_FILES = {
    "other-format": (change(1, format="phpbb"), 1, "This is not an exported board."),
    "newer-version": (change(1, version=2), 1, "has version 2, and this release of qaboard reads"),
    "unknown-kind": (change(3, record="tag"), 3, "no record type 'tag'"),
    "no-kind": (leave_out(3, "record"), 3, "no record type None"),
    "missing-field": (leave_out(3, "role"), 3, "The user lacks role."),
    "unknown-field": (change(3, karma=7), 3, "A user has no 'karma'."),
    "no-number": (change(3, id="3"), 3, "The id of the user must be a whole number."),
    "boolean-as-number": (change(3, id=True), 3, "must be a whole number"),
    "fraction": (change(3, id=3.0), 3, "must be a whole number"),
    "nought": (change(3, id=0), 3, "must be a number from 1 to"),
    "too-large": (change(3, id=2**53), 3, "must be a number from 1 to 9,007,199,254,740,991"),
    "null": (change(3, username=None), 3, "The username of the user must be text."),
    "null-title": (change(5, title=None), 5, "The title of the question must be text."),
    "too-long": (change(3, username="x" * 26), 3, "must have at most 25 characters"),
    "nul": (change(5, body="a\0b"), 5, "must not have the character U+0000"),
    "surrogate": (change(5, body="\ud800"), 5, "must not have half a character"),
    "no-time": (change(3, created_at="yesterday"), 3, "must be a time such as"),
    "no-zone": (change(3, created_at="2026-01-31T12:00:00"), 3, "with its zone"),
    "unknown-role": (change(3, role="king"), 3, "must be one of: member, moderator, admin"),
    "name-twice": (change(3, username="MINJI"), 3, "Database error"),
    "nobody's-post": (change(5, author_id=99), 5, "Database error"),
    "answer-to-nothing": (change(6, question_id=99), 6, "Database error"),
    "vote-of-two": (change(7, value=2), 7, "must be one of: -1, 1"),
    "own-vote": (
        lambda lines: lines[6].update(user_id=lines[5]["author_id"]),
        7,
        "a vote on the voter's own post",
    ),
    "answer-to-answer": (
        lambda lines: lines.insert(6, lines[5] | {"id": 9, "question_id": lines[5]["id"]}),
        7,
        "an answer to another answer",
    ),
    "long-body": (change(5, body="x" * 30_001), 5, "The limit is 30000"),
    "long-line": (change(5, body="x" * 5_000_000), 5, "It is longer than"),
    "order": (
        lambda lines: lines.insert(7, lines[1] | {"id": 9}),
        8,
        "A user cannot come after a vote",
    ),
    "wrong-count": (lambda lines: lines.pop(6), 7, "It should say that there are 5 records."),
    "cut-off": (lambda lines: lines.pop(), 8, "The file is cut off here"),
    "more": (lambda lines: lines.append(lines[1]), 9, "There is data after the end."),
    "empty": (lambda lines: lines.clear(), 1, "This is not an exported board."),
}


@pytest.mark.parametrize(("act", "number", "sentence"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_line_is_named_and_nothing_imported(own, make_board, act, number, sentence):
    lines = lines_of(own)
    act(lines)
    other = make_board()
    before = other.facts()
    content = "".join(json.dumps(line) + "\n" for line in lines)
    result = imported(other, content.encode())
    assert result.exit_code == 1
    said = result.stderr.strip().splitlines()[-1]
    assert said.startswith(f"Error: Line {number}: ")
    assert said.endswith("Nothing was imported.")
    assert sentence in said
    assert other.facts() == before
    assert other.command("doctor").exit_code == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"record": "user"', "It is not JSON"),
        (b"[" * 100_000, "It is not JSON"),
        (b'{"record": "\xff"}', "It is not UTF-8"),
        (b'["user"]', "It is not a JSON object"),
        (b"", "It is not JSON"),
    ],
    ids=["broken", "deep", "latin", "list", "blank"],
)
def test_a_line_that_is_no_json_is_named(make_board, line, sentence):
    content = b'{"format":"qaboard","version":1}\n' + line + b"\n"
    result = imported(make_board(), content)
    assert result.exit_code == 1
    assert f"Error: Line 2: {sentence}" in result.stderr


def test_texts_from_elsewhere_become_those_of_a_form(own, make_board):
    lines = lines_of(own)
    lines[4]["body"] = "가\r\n*b*"
    other = make_board()
    imported(other, "".join(json.dumps(line) + "\n" for line in lines).encode())
    with other.transaction() as session:
        question = session.scalars(select(Question)).one()
    assert question.body == "가\n*b*"
    assert "<em>b</em>" in question.body_html


def test_an_imported_post_is_found_by_the_search(own, make_board, database_url):
    other = make_board()
    imported(other, exported(own))
    with other.transaction() as session:
        indexed = session.execute(text("SELECT count(*) FROM post_search")).scalar_one()
    assert indexed == 2
    assert other.command("reindex").stdout == "The search index is up to date.\n"


def test_every_column_is_in_the_file_or_has_a_reason_not_to_be():
    exported_columns = {
        f"{record.table.name}.{name}" for record in RECORDS for name in record.field_names
    }
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if table.name not in NOT_EXPORTED
    }
    left_out = {name for name in NOT_EXPORTED if "." in name}
    assert columns == exported_columns | left_out
    assert not exported_columns & left_out
    tables = {name for name in NOT_EXPORTED if "." not in name}
    assert tables | EXPORTED == set(Base.metadata.tables)
    assert not tables & EXPORTED


def test_every_number_and_time_of_the_file_has_a_limit():
    for record in RECORDS:
        for column in record.columns:
            if kind_of(column) in ("number", "time", "bytes", "object"):
                assert limit_of(column) is not None, column


def test_the_documentation_has_every_field():
    document = (PROJECT / "docs" / "backup.md").read_text()
    documented = {}
    for section in document.split("\n### ")[1:]:
        name = re.match("`(\\w+)`", section)[1]
        documented[name] = re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", section, re.MULTILINE)
    assert list(documented) == [record.name for record in RECORDS]
    for record in RECORDS:
        assert documented[record.name] == [
            (column.name, kind_of(column) + (" or null" if record.may_be_null(column) else ""))
            for column in record.columns
        ]
