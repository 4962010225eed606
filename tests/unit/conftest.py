"""A migrated SQLite file for each test, copied; no application is needed for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import alembic.command
import pytest
from factories import Board
from project import PROJECT, alembic_configuration, environment
from pyramid.config import Configurator
from pyramid.paster import get_appsettings
from pyramid.registry import Registry
from pyramid.request import Request, apply_request_extensions
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.models import User
from qaboard.page_cache.cacheability import track_relative_time
from qaboard.security.identity import Identity, load_identity
from qaboard.security.policy import SecurityPolicy
from qaboard.security.tokens import hash_token
from qaboard.settings import Settings, load_settings

IDENTITY = "tests.identity"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """An SQLite file with the tables of the newest migration, and nothing in them."""
    file = tmp_path_factory.mktemp("migrated") / "qaboard.sqlite"
    with environment(QABOARD_DATABASE_URL=f"sqlite:///{file}"):
        alembic.command.upgrade(alembic_configuration(), "head")
    engine = make_engine(make_url(f"sqlite:///{file}"))
    with engine.connect() as connection:
        # All of it is then in the one file that is copied.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


def _do_not_wait_for_the_disk(connection, _record) -> None:
    connection.execute("PRAGMA synchronous = OFF").close()


def _open(file: Path) -> Engine:
    engine = make_engine(make_url(f"sqlite:///{file}"))
    event.listen(engine, "connect", _do_not_wait_for_the_disk)
    return engine


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory) -> Engine:
    """One engine for all tests, since each compiles its statements anew."""
    return _open(tmp_path_factory.mktemp("board") / "board.sqlite")


@pytest.fixture
def engine(migrated_file: Path, shared_engine: Engine) -> Iterator[Engine]:
    """The engine of an empty board; the test must not listen to its events."""
    file = Path(shared_engine.url.database)
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    shutil.copy(migrated_file, file)
    yield shared_engine
    shared_engine.dispose()


@pytest.fixture
def own_engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """The engine of an empty board, for a test that listens to its events."""
    file = tmp_path / "board.sqlite"
    shutil.copy(migrated_file, file)
    engine = _open(file)
    yield engine
    engine.dispose()


@pytest.fixture
def people(engine: Engine) -> Board:
    """Makes users and posts on the board of ``engine``, each in a transaction of its own."""
    return Board(engine)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that may write; its transaction begins with the first statement, so the rows of
    ``people`` are made before."""
    with make_session(engine, writes=True) as session:
        yield session


@pytest.fixture(scope="session")
def ini() -> dict[str, str]:
    """The section of development.ini."""
    return dict(get_appsettings(str(PROJECT / "development.ini")))


@pytest.fixture(scope="session")
def settings(ini: dict[str, str]) -> Settings:
    """The settings of development.ini."""
    return load_settings(ini, {"PATH": os.environ["PATH"]})


class GivenIdentity(SecurityPolicy):
    """The policy of the board, for requests whose identity the test has read already."""

    def identity(self, request: Request) -> Identity | None:
        return request.environ.get(IDENTITY)


@pytest.fixture(scope="session")
def registry(settings: Settings) -> Registry:
    """A registry with the request methods of the board that need no database."""
    config = Configurator(settings={})
    config.registry["settings"] = settings
    config.set_security_policy(GivenIdentity(settings))
    for name in (
        "http.client",
        "http.cookies",
        "http.theme",
        "i18n.negotiation",
        "rendering.flash",
        "presenters.accounts.restriction",
        "rendering.environment",
        "rendering.static_files",
    ):
        config.include(f"qaboard.{name}")
    config.add_request_method(track_relative_time)
    config.commit()
    return config.registry


@pytest.fixture
def read_identity(people: Board, settings: Settings) -> Callable[..., Identity | None]:
    """Logs a user in, and reads who that is by other account settings, if there are some."""

    def read(user: User, **changes: object) -> Identity | None:
        token_hash = hash_token(people.token(user))
        with make_session(people.engine, writes=False) as session:
            return load_identity(session, token_hash, replace(settings.accounts, **changes))

    return read


@pytest.fixture
def make_request(registry: Registry) -> Callable[..., Request]:
    """Makes requests in English, of a visitor or of an identity."""

    def make(
        address: str = "/",
        *,
        identity: Identity | None = None,
        session: Session | None = None,
        locale: str = "en",
        **options: object,
    ) -> Request:
        request = Request.blank(address, **options)
        request.headers.setdefault("Accept-Language", locale)
        request.registry = registry
        request.environ[IDENTITY] = identity
        apply_request_extensions(request)
        if session is not None:
            request.dbsession = session
        return request

    return make
