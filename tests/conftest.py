"""What the tests share: a migrated database, the application on it, and browsers without one."""

from __future__ import annotations

import email.policy
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from unittest.mock import patch

import alembic.command
import pytest
from factories import PASSWORD_SETTINGS, Board
from hypothesis import settings as hypothesis_settings
from postgresql import private_server
from project import PROJECT, alembic_configuration, environment
from pyramid.paster import get_appsettings
from sqlalchemy import event
from webtest import TestApp

import qaboard
from qaboard.database.migration_state import read_migrations
from qaboard.models import User

# How long an example takes says more of the machine than of the code.
hypothesis_settings.register_profile("qaboard", deadline=None)
hypothesis_settings.load_profile("qaboard")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the database to test on; for postgresql a private server is started",
    )


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[str]:
    """An empty database for this run."""
    if request.config.getoption("--database") == "postgresql":
        with private_server() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('database')}/qaboard.sqlite"


@pytest.fixture(scope="session")
def mail_directory(tmp_path_factory) -> Path:
    """Where the application writes its mails."""
    return tmp_path_factory.mktemp("mail")


def _do_not_wait_for_the_disk(connection, _record) -> None:
    connection.execute("PRAGMA synchronous = OFF").close()


READER = "qaboard.database.migration_state.MigrationsReader"


class ReaderInThisProcess:
    """Asks Alembic here: tests have imported it, and a child process takes a second."""

    def __init__(self, ini_path: str) -> None:
        self.result = partial(read_migrations, ini_path)


@pytest.fixture(scope="session")
def open_application(database_url: str, mail_directory: Path, tmp_path_factory) -> Callable:
    """Opens the application of development.ini, without the toolbar, on the tests' database.

    What it returns is a context manager; at its end the application gives its connections back.
    Its arguments replace settings of the ini file, and the database.
    """

    compiled_templates = tmp_path_factory.mktemp("templates")

    @contextmanager
    def open_one(changes: dict[str, str] | None = None, *, url: str = database_url) -> Iterator:
        ini = str(PROJECT / "development.ini")
        settings = get_appsettings(ini)
        settings.update({"pyramid.includes": "", "mail.directory": str(mail_directory)})
        # As in production, so that every test would see a kept page that is not right any more.
        # What a test writes makes all of them stale, so queries are counted of pages made anew.
        settings["qaboard.kept_pages_mib"] = "8"
        # The next application need not compile them again.
        settings["jinja2.bytecode_caching"] = "true"
        settings["jinja2.bytecode_caching_directory"] = str(compiled_templates)
        # Nobody else counts; those of the database have tests of their own.
        settings["rate_limits.storage"] = "memory://"
        # Tests send more requests at once than a server has threads, and each may need two.
        settings["qaboard.database_connections"] = "30"
        settings["passwords.memory_kib"] = str(PASSWORD_SETTINGS.memory_kib)
        settings["passwords.passes"] = str(PASSWORD_SETTINGS.passes)
        settings.update(changes or {})
        with environment(QABOARD_DATABASE_URL=url), patch(READER, ReaderInThisProcess):
            application = qaboard.main({"__file__": ini}, **settings)
        engine = application.registry["engine"]
        if engine.dialect.name == "sqlite":
            # Nobody needs these rows after a power failure.
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
        # A test that is about it makes it due; its queries are not counted among those of others.
        application.registry["housekeeping"].due_at = math.inf
        yield application
        application.registry["background"].close()
        application.registry["housekeeping"].worker.close()
        if "mail_worker" in application.registry:
            application.registry["mail_worker"].close()
        engine.dispose()

    return open_one


@pytest.fixture(scope="session")
def migrated_database(database_url: str) -> None:
    """The tables of the newest migration."""
    with environment(QABOARD_DATABASE_URL=database_url):
        alembic.command.upgrade(alembic_configuration(), "head")


@pytest.fixture(scope="session")
def app(migrated_database, open_application: Callable) -> Iterator:
    """The application of development.ini on the migrated database, without the toolbar."""
    with open_application() as application:
        yield application


@pytest.fixture
def make_app(migrated_database, open_application: Callable) -> Iterator[Callable]:
    """Makes further applications for one test; the argument replaces settings of the ini file."""
    with ExitStack() as stack:
        yield lambda changes: stack.enter_context(open_application(changes))


@pytest.fixture(scope="session")
def filled_board(app) -> Board:
    return Board(app.registry["engine"])


@pytest.fixture
def board(filled_board: Board) -> Iterator[Board]:
    """An empty board to fill."""
    yield filled_board
    filled_board.clear()


@pytest.fixture
def browser(app, board: Board) -> Callable[..., TestApp]:
    """Makes a browser: ``browser()`` of a visitor, ``browser(user)`` of one who is logged in.

    With ``of=`` it is one of another application.
    """

    def make(user: User | None = None, locale: str = "en", of=None) -> TestApp:
        client = TestApp(of or app, extra_environ={"HTTP_ACCEPT_LANGUAGE": locale})
        if user is not None:
            client.set_cookie("login", board.token(user))
        return client

    return make


@pytest.fixture
def keep_house(app, browser) -> Callable[[], None]:
    """As if an hour had gone by: a visitor comes, and the board does what has become due."""
    housekeeping = app.registry["housekeeping"]

    def visit() -> None:
        housekeeping.due_at = 0
        browser().get("/questions/")
        housekeeping.worker.wait()
        housekeeping.due_at = math.inf

    return visit


@pytest.fixture
def mails(app, board: Board, mail_directory: Path) -> Iterator[Callable[[], list[EmailMessage]]]:
    """The mails that were sent in this test, oldest first; asking waits for those under way."""

    def read() -> list[EmailMessage]:
        app.registry["background"].wait()
        return [
            message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(mail_directory.iterdir())
        ]

    def forget() -> None:
        app.registry["background"].wait()
        for path in mail_directory.iterdir():
            path.unlink()

    forget()
    yield read
    forget()


@pytest.fixture
def count_queries(app) -> Callable:
    """Counts the statements that a block sends to the database, without BEGIN and its like."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                statements.append(statement)

        engine = app.registry["engine"]
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count


@pytest.fixture(autouse=True)
def forget_rate_limits(request: pytest.FixtureRequest) -> None:
    """What one test did often does not stop the next one."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app").registry["rate_limiter"].reset()
