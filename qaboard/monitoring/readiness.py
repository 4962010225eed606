"""Readiness checks, each with a timeout."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pyramid.registry import Registry
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from qaboard.database.engine import sqlite_file
from qaboard.database.migration_state import Migrations, SchemaError, check_migrated
from qaboard.database.replica import Replica
from qaboard.server.log_handlers import QueuedFileHandler, QueuedHandler
from qaboard.settings.mail import MailSettings

WAIT_SECONDS = 2.0
"""How long an answer waits for what is being looked at."""

KEPT_SECONDS = 3.0
"""How long a part is not looked at again, however often it is asked for."""

MIB = 1024 * 1024


class State(StrEnum):
    OK = "ok"
    OFF = "off"
    """The settings do without it."""
    DEGRADED = "degraded"
    """The board does without it for now."""
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one readiness check; ``detail`` is a sentence for the operator."""

    state: State
    detail: str = ""


OK = Finding(State.OK)
OFF = Finding(State.OFF)

Check = Callable[[], Finding]
"""Looks at a part; what it raises is why that fails."""


class Part:
    """A part of the board, and what was last found.

    It is looked at in a thread of its own: nothing bounds the time in which a network or a disk
    answers. While one look goes on there is no other.
    """

    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self.check = check
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.finding = OK
        self.known_until = 0.0

    def look(self) -> None:
        """Begin to look, unless it was done just now or is under way."""
        with self.lock:
            if self.thread is None and time.monotonic() >= self.known_until:
                self.thread = threading.Thread(
                    target=self._look, name=f"readiness of {self.name}", daemon=True
                )
                self.thread.start()

    def _look(self) -> None:
        try:
            finding = self.check()
        except Exception as error:  # Whatever it is, the part does not work.
            finding = Finding(State.FAILING, describe(error))
        with self.lock:
            self.finding = finding
            self.known_until = time.monotonic() + KEPT_SECONDS
            self.thread = None

    def found(self, seconds: float) -> Finding:
        """What was found, after waiting at most so long for it."""
        thread = self.thread
        if thread is not None:
            thread.join(max(0.0, seconds))
            if thread.is_alive():
                return Finding(State.FAILING, f"no answer within {WAIT_SECONDS:g} s")
        return self.finding


class Readiness:
    """All parts.

    :param checks: how to look at each, by its name.
    """

    def __init__(self, checks: dict[str, Check]) -> None:
        self.parts = [Part(name, check) for name, check in checks.items()]

    def findings(self) -> dict[str, Finding]:
        """What is found of each part, by its name, within `WAIT_SECONDS`."""
        for part in self.parts:
            part.look()
        deadline = time.monotonic() + WAIT_SECONDS
        return {part.name: part.found(deadline - time.monotonic()) for part in self.parts}


def describe(error: Exception) -> str:
    """An error in one line, without values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return f"{type(cause).__name__}: {lines[0]}" if lines else type(cause).__name__


def make_checks(registry: Registry) -> dict[str, Check]:
    """How to look at the parts of an application."""
    settings = registry["settings"]
    engine = registry["engine"]
    folders = needed_folders(engine, settings.mail)
    return {
        "database": lambda: check_database(engine),
        "replica": lambda: check_replica(registry["replica"]),
        "migrations": lambda: check_migrations(engine, registry["migrations"]),
        "mail": lambda: check_mail(registry) if settings.mail.is_enabled else OFF,
        "disk": lambda: check_disk(folders, settings.monitoring.minimum_free_mib),
        "rate_limits": lambda: check_rate_limits(registry),
    }


def check_database(engine: Engine) -> Finding:
    file = sqlite_file(engine.url)
    if file is not None and not file.exists():
        return Finding(State.FAILING, "the file is missing")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    return OK


def check_replica(replica: Replica | None) -> Finding:
    if replica is None:
        return OFF
    if replica.is_usable():
        return Finding(State.OK, "visitors read from it")
    return Finding(State.DEGRADED, "unreachable or lagging; visitors are served from the primary")


def check_migrations(engine: Engine, migrations: Migrations | None) -> Finding:
    if migrations is None:
        return OFF
    try:
        with engine.connect() as connection:
            check_migrated(connection, migrations)
    except SchemaError as error:
        return Finding(State.FAILING, str(error))
    return OK


def check_mail(registry: Registry) -> Finding:
    registry["mail_transport"].check()
    return OK


def check_rate_limits(registry: Registry) -> Finding:
    registry["rate_limiter"].check()
    if registry["settings"].rate_limits.storage.startswith("memory:"):
        return Finding(State.OK, "each process counts by itself")
    return Finding(State.OK, "all processes count together")


def needed_folders(engine: Engine, mail: MailSettings) -> list[Path]:
    """The folders that the board writes into, beside that of the log."""
    # waitress puts long requests there.
    folders = [Path(tempfile.gettempdir())]
    file = sqlite_file(engine.url)
    if file is not None:
        folders.append(file.absolute().parent)
    if mail.directory:
        folders.append(Path(mail.directory))
    return folders


def log_handlers() -> list[QueuedHandler]:
    """Those that may have a disk to wait for."""
    return [one for one in logging.getLogger().handlers if isinstance(one, QueuedHandler)]


def check_disk(folders: list[Path], minimum_mib: int) -> Finding:
    """Whether the log is written, and there is room in all folders that are there.

    :param minimum_mib: how much is enough, in MiB.
    """
    for handler in log_handlers():
        if handler.error is not None:
            return Finding(State.FAILING, f"the log cannot be written: {handler.error}")
        if isinstance(handler, QueuedFileHandler):
            folders = [*folders, handler.path.parent]
    existing = [folder for folder in folders if folder.is_dir()]
    free_mib, folder = min((shutil.disk_usage(folder).free // MIB, folder) for folder in existing)
    if free_mib < minimum_mib:
        return Finding(State.FAILING, f"{free_mib} MiB are free in {folder}")
    return Finding(State.OK, f"{free_mib} MiB are free")
