"""``bench/load.py`` at a tiny size and ``bench/flat_cost.py`` on it, as who measures runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import alembic.command
import pytest
from click.testing import CliRunner
from project import PROJECT, alembic_configuration, environment
from sqlalchemy import Engine, func, inspect, make_url, select, text
from sqlalchemy.orm import Session

from qaboard.commands import qaboard
from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.models import Answer, Base, Post, Question, User, Vote
from qaboard.search import find_posts, parse_query
from qaboard.settings import load_database_url

QUESTIONS = 100


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROJECT / "bench" / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
    )


@pytest.fixture(scope="module")
def open_engine() -> Iterator[Callable[[str], Engine]]:
    with ExitStack() as stack:

        def open_one(url: str) -> Engine:
            engine = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": url}))
            stack.callback(engine.dispose)
            return engine

        yield open_one


@pytest.fixture(scope="module")
def make_database(
    request: pytest.FixtureRequest, database_url: str, tmp_path_factory, open_engine
) -> Iterator[Callable[[str], str]]:
    """Makes a database beside the one of the tests, and gives its URL."""
    if request.config.getoption("--database") == "sqlite":
        directory = tmp_path_factory.mktemp("load")
        yield lambda name: f"sqlite:///{directory}/{name}.sqlite"
        return
    server = open_engine(database_url).connect().execution_options(isolation_level="AUTOCOMMIT")
    with server, ExitStack() as stack:

        def make_one(name: str) -> str:
            # Names of this file, which cannot be parameters.
            server.execute(text(f"CREATE DATABASE {name}"))
            stack.callback(server.execute, text(f"DROP DATABASE {name} WITH (FORCE)"))
            return make_url(database_url).set(database=name).render_as_string(hide_password=False)

        yield make_one


@pytest.fixture(scope="module")
def loaded(make_database, open_engine) -> SimpleNamespace:
    """A filled database, and what was printed about it."""
    url = make_database("loaded")
    done = run("load.py", "--questions", QUESTIONS, "--database-url", url)
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(url=url, engine=open_engine(url), printed=done.stdout)


@pytest.fixture
def session(loaded) -> Iterator[Session]:
    with make_session(loaded.engine, writes=False) as session:
        yield session


def facts(engine: Engine) -> dict[str, list]:
    tables = {table.name: select(table) for table in Base.metadata.sorted_tables}
    tables["post_search"] = text("SELECT title, body, author, version FROM post_search")
    with make_session(engine, writes=False) as session:
        return {
            name: sorted(map(tuple, session.execute(statement)), key=repr)
            for name, statement in tables.items()
        }


def schema(engine: Engine) -> list:
    """What hangs on the tables, in whatever order it was made."""
    if engine.dialect.name == "sqlite":
        parts = ["SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"]
    else:
        parts = [
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)"
            " FROM pg_constraint",
            "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
        ]
    with engine.connect() as connection:
        return sorted((row for part in parts for row in connection.execute(text(part))), key=repr)


def test_there_is_as_much_as_was_asked_for(session):
    def count(model: type) -> int:
        return session.scalar(select(func.count()).select_from(model))

    assert (count(Question), count(Answer)) == (QUESTIONS, 3 * QUESTIONS)
    assert (count(Vote), count(User)) == (5 * QUESTIONS, QUESTIONS // 10)
    first_counts = select(Question.answer_count).order_by(Question.id).limit(2)
    assert session.scalars(first_counts).all() == [30, 5]
    deleted = select(func.count()).select_from(Post).where(Post.deleted_at.is_not(None))
    assert 0 < session.scalar(deleted) < 4 * QUESTIONS * 0.03


def test_answers_come_after_their_questions(session):
    for question in session.scalars(select(Question)):
        answers = session.scalars(select(Answer).where(Answer.question_id == question.id)).all()
        times = [
            time for post in (question, *answers) for time in (post.created_at, post.edited_at)
        ]
        known = [time for time in times if time is not None]
        assert question.created_at == min(known)
        assert question.last_activity_at == max(known)


def test_the_doctor_finds_nothing(loaded, monkeypatch):
    monkeypatch.setenv("QABOARD_DATABASE_URL", loaded.url)
    arguments = ["-c", str(PROJECT / "development.ini"), "doctor"]
    found = CliRunner().invoke(qaboard, arguments, catch_exceptions=False)
    assert found.exit_code == 0
    assert {line.split()[0] for line in found.stdout.splitlines()} == {"ok"}


def test_the_known_words_are_in_as_many_posts_as_it_says(loaded, session):
    claims = re.findall(r"^(\S+): ([\d,]+) posts .* ([\d,]+) of them", loaded.printed, re.MULTILINE)
    assert len(claims) == 8
    for word, _posts, visible in claims:
        found = find_posts(session, parse_query(word))
        assert len(found.post_ids) == int(visible.replace(",", "")), word
    assert {posts for word, posts, _ in claims if word in ("떡볶이", "xylophone")} == {"3"}


def test_the_same_number_gives_the_same_board(loaded, make_database, open_engine):
    url = make_database("loaded_again")
    assert run("load.py", "--questions", QUESTIONS, "--database-url", url).returncode == 0
    assert facts(open_engine(url)) == facts(loaded.engine)


def test_nothing_is_missing_from_the_tables_afterwards(loaded, make_database, open_engine):
    url = make_database("only_migrated")
    with environment(QABOARD_DATABASE_URL=url):
        alembic.command.upgrade(alembic_configuration(), "head")
    assert schema(loaded.engine) == schema(open_engine(url))


def test_the_next_post_has_the_next_id(loaded):
    with make_session(loaded.engine, writes=True) as session, session.begin():
        user = User(username="new", username_key="new", email="new@example.com", password_hash="")
        session.add(user)
        session.flush()
        assert user.id == QUESTIONS // 10 + 1
        session.rollback()


@pytest.mark.parametrize(
    ("questions", "sentence"),
    [(99, "at least"), (100, "The database has tables already; name an empty one.")],
)
def test_what_cannot_be_filled_is_refused(loaded, questions, sentence):
    tables = inspect(loaded.engine).get_table_names()
    done = run("load.py", "--questions", questions, "--database-url", loaded.url)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert inspect(loaded.engine).get_table_names() == tables


def test_every_kind_of_page_is_measured(loaded):
    done = run("flat_cost.py", loaded.url, loaded.url, "--runs", 1)
    assert done.returncode == 0, done.stderr
    lines = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if "|" in line]
    titles, _rule, *rows = lines
    assert {len(row) for row in rows} == {len(titles)}
    names = {row[0] for row in rows}
    assert len(names) == len(rows)
    assert {"list by votes, last page", "most active user, answers", "search: in one post"} < names
