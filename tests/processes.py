"""The board's programs as an operator runs them, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from project import PROJECT

BIN = Path(sys.executable).parent
SECRET = "xq5nV0Jt8mZr2LkWc7Ay4HdPs9TfEu1B"


def ini_copy(name: str, directory: Path, port: int) -> Path:
    """The ini file in another folder, so that what it makes is made there."""
    content = (PROJECT / name).read_text()
    content = content.replace("listen = localhost:6543", f"listen = 127.0.0.1:{port}")
    content = content.replace("listen = 127.0.0.1:6543", f"listen = 127.0.0.1:{port}")
    content = content.replace("qaboard:../static", str(PROJECT / "static"))
    content = content.replace("qaboard:../alembic", str(PROJECT / "alembic"))
    (directory / "var").mkdir(exist_ok=True)
    copy = directory / name
    copy.write_text(content)
    return copy


def run(program: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QABOARD_")}
    return subprocess.run(
        [BIN / program, *map(str, arguments)],
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def server(
    ini: Path, *, output: int = subprocess.DEVNULL, **variables: str
) -> Iterator[subprocess.Popen]:
    """A server, until the end of the block.

    :param output: where what it prints goes; a pipe that nobody reads would stop it.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QABOARD_")}
    process = subprocess.Popen(
        [BIN / "pserve", str(ini)],
        env=environment | variables,
        stdout=output,
        stderr=output,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, str]:
    """The answer, as soon as there is somebody to give it."""
    for _ in range(1200):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response, response.read().decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not start")
