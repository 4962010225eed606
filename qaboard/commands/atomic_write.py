"""A file that is there whole or not at all, and that only its owner reads."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

# What SQLite puts beside a file while it writes to it.
COMPANIONS = ("-journal", "-wal", "-shm")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give the block an empty file beside ``path``, which takes that name at its end.

    When the block raises, nothing of it is left. Its mode is 0600.

    :raises click.ClickException: when another file has the name, or the file system refuses.
    """
    with file_errors_as_sentences(), _stopping_tidily():
        _refuse_existing(path)
        unfinished = path.absolute().parent / f".{path.name}.{secrets.token_hex(4)}.part"
        # Begun before the file is made: a signal may come at any moment.
        try:
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield unfinished
            _write_to_disk(unfinished)
            # Once more: a long time has gone by.
            _refuse_existing(path)
            unfinished.replace(path)
            _write_to_disk(path.absolute().parent)
        finally:
            for suffix in ("", *COMPANIONS):
                Path(f"{unfinished}{suffix}").unlink(missing_ok=True)


@contextmanager
def file_errors_as_sentences() -> Iterator[None]:
    """Have an error of the file system end the command in a sentence."""
    try:
        yield
    except OSError as error:
        names = error.filename2 or error.filename
        what = f"{names}: " if names else ""
        raise click.ClickException(f"{what}{error.strerror or error}") from error


@contextmanager
def _stopping_tidily() -> Iterator[None]:
    """Have SIGTERM, of a service manager for example, end the block like Ctrl+C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise click.ClickException(f"{path} already exists. Choose another name.")


def _write_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
