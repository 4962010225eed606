"""Shared context of the commands: settings, engine, session.

Nothing is read before a command asks for it, so that help works anywhere. Whatever an operator can
get wrong ends as one sentence on standard error and exit code 1.
"""

from __future__ import annotations

import configparser
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

import click
import plaster
from pyramid.paster import get_appsettings
from pyramid_mailer.interfaces import IMailer
from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qaboard import main, markup
from qaboard.database.engine import make_engine
from qaboard.database.migration_state import (
    Migrations,
    SchemaError,
    check_file,
    check_schema,
    is_newer,
    read_compatible,
    read_migrations,
    read_revisions,
)
from qaboard.database.transaction import Result, make_session, run_transaction
from qaboard.mail import compose_mail
from qaboard.security.passwords import PasswordHashing
from qaboard.services.board.post import Render
from qaboard.services.errors import Refusal
from qaboard.settings import Settings, SettingsError, load_settings

_INI_ERRORS = (
    configparser.Error,
    plaster.PlasterError,
    # What PasteDeploy raises for a missing section, and for a package that is not installed.
    LookupError,
    ImportError,
    OSError,
    ValueError,
)


class CommandContext:
    """The board that the commands work on.

    :param ini_path: the ini file, from the folder the command is run in.
    """

    def __init__(self, ini_path: str) -> None:
        self.ini_path = ini_path

    @cached_property
    def settings(self) -> Settings:
        """The settings of the board.

        :raises click.ClickException: when the ini file or a setting cannot be used.
        """
        if not Path(self.ini_path).is_file():
            raise click.ClickException(
                f"Ini file {self.ini_path!r} not found. Set --config or QABOARD_CONFIG."
            )
        try:
            return load_settings(get_appsettings(self.ini_path), os.environ)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        except _INI_ERRORS as error:
            raise click.ClickException(
                f"The ini file {self.ini_path!r} cannot be read: {_one_line(error)}"
            ) from error

    @cached_property
    def migrations(self) -> Migrations:
        """The migrations that belong to this code.

        :raises click.ClickException: when they cannot be read.
        """
        with database_errors_as_sentences():
            return read_migrations(self.ini_path)

    @cached_property
    def database(self) -> Engine:
        """The database, reached, whatever tables it has.

        :raises click.ClickException: when it cannot be reached.
        """
        url = self.settings.database_url
        engine = open_engine(url)
        try:
            with database_errors_as_sentences():
                check_file(engine, self.migrations)
                engine.connect().close()
        except click.ClickException:
            engine.dispose()
            raise
        return engine

    @cached_property
    def engine(self) -> Engine:
        """The database, reached and found to have the schema that this code needs.

        :raises click.ClickException: when it is not so.
        """
        with database_errors_as_sentences():
            check_schema(self.database, self.migrations)
        return self.database

    @cached_property
    def is_newer(self) -> bool:
        """Whether a newer release has migrated the database, and this one runs on it too."""
        with database_errors_as_sentences(), self.database.connect() as connection:
            return is_newer(
                read_revisions(connection), read_compatible(connection), self.migrations
            )

    @property
    def render(self) -> Render:
        """Markdown to safe HTML, with the image hosts that the ini file allows."""
        return partial(markup.render, image_hosts=self.settings.image_hosts)

    @cached_property
    def passwords(self) -> PasswordHashing:
        """Passwords to hashes, with the parameters of the ini file."""
        return PasswordHashing(self.settings.passwords)

    @contextmanager
    def session(self, *, writes: bool) -> Iterator[Session]:
        """A session in one transaction, which is committed at the end of the block.

        :param writes: whether it may write; on SQLite it then holds the write lock throughout.
        :raises click.ClickException: when the database refuses.
        """
        engine = self.engine
        with (
            database_errors_as_sentences(),
            make_session(engine, writes=writes) as session,
            session.begin(),
        ):
            yield session

    def run(self, act: Callable[[Session], Result]) -> Result:
        """Run something in a transaction that writes, and again when another one was in its way.

        :param act: may be called several times.
        :raises click.ClickException: when the database refuses.
        """
        engine = self.engine
        with database_errors_as_sentences():
            return run_transaction(engine, act)

    def send_mail(self, template: str, *, recipient: str, locale: str | None, **values) -> None:
        """Send a mail and wait for that, where the server refuses it for now once more; without
        mail do nothing.

        The arguments are those of `compose_mail`.
        """
        if not self.settings.mail.is_enabled:
            return
        # The application, for its templates, languages and mailer.
        registry = main({}, **get_appsettings(self.ini_path)).registry
        message = compose_mail(registry, template, recipient=recipient, locale=locale, **values)
        registry.getUtility(IMailer).send_immediately(message)
        # The process does not last until further attempts.
        registry["mail_worker"].close()

    def close(self) -> None:
        """Give the connections back."""
        database = self.__dict__.get("database")
        if database is not None:
            database.dispose()


pass_command_context = click.make_pass_decorator(CommandContext)


def open_engine(url: URL) -> Engine:
    """The engine of a database; nothing is reached yet.

    :raises click.ClickException: when its driver is not installed.
    """
    try:
        return make_engine(url)
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The database needs the Python package {error.name}. Install it with: pip install "
            "'qaboard[postgresql]'"
        ) from error


def refusal_sentence(refusal: Refusal) -> str:
    """What a service said no with, in English."""
    return " ".join(message.interpolate() for message in refusal.errors.values())


def progress_bar(length: int, label: str):
    """A progress bar on standard error, so that standard output stays fit for a file.

    :param length: how many steps there are.
    """
    return click.progressbar(length=length, label=label, file=sys.stderr)


@contextmanager
def database_errors_as_sentences() -> Iterator[None]:
    """Have an error of the database, or tables that do not fit, end the command in a sentence."""
    try:
        yield
    except SchemaError as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        raise click.ClickException(f"Database error: {database_sentence(error)}") from error


# https://www.sqlite.org/rescode.html and appendix A of PostgreSQL's manual: disk_full, io_error.
_DISK_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, "53100", "58030"}


def database_sentence(error: DBAPIError) -> str:
    """What a database said first, and what to do where its disk is the reason.

    SQLite rolls a transaction back by itself when its disk is full; taking a savepoint back then
    fails as well, and would hide the cause.
    """
    first, context = error, error.__context__
    while context is not None:
        first = context if isinstance(context, DBAPIError) else first
        context = context.__context__
    sentence = _one_line(first.orig).rstrip(".")
    code = getattr(first.orig, "sqlstate", None)
    if isinstance(first.orig, sqlite3.Error):
        # The low byte says of which kind an error is.
        code = getattr(first.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _DISK_CODES:
        sentence += ". The disk is full or failing. Free some space and run this again."
    return sentence


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
