"""Starting the server from both ini files, as an operator does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from postgresql import free_port
from project import PROJECT

BIN = Path(sys.executable).parent
SECRET = "xq5nV0Jt8mZr2LkWc7Ay4HdPs9TfEu1B"


def ini_copy(name: str, directory: Path, port: int) -> Path:
    """The ini file in another folder, so that what it makes is made there."""
    content = (PROJECT / name).read_text()
    content = content.replace("listen = localhost:6543", f"listen = 127.0.0.1:{port}")
    content = content.replace("listen = 127.0.0.1:6543", f"listen = 127.0.0.1:{port}")
    content = content.replace("%(here)s/static", str(PROJECT / "static"))
    content = content.replace("%(here)s/alembic", str(PROJECT / "alembic"))
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
        timeout=60,
        check=False,
    )


@contextmanager
def server(ini: Path, **variables: str) -> Iterator[subprocess.Popen]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QABOARD_")}
    process = subprocess.Popen(
        [BIN / "pserve", str(ini)],
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
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


def test_development_by_hand(tmp_path):
    port = free_port()
    ini = ini_copy("development.ini", tmp_path, port)
    assert run("alembic", "-c", ini, "upgrade", "head").returncode == 0
    assert (tmp_path / "var" / "qaboard.sqlite").exists()
    with server(ini):
        response, page = get(port, "/questions/", **{"Accept-Language": "en"})
        assert response.status == 200
        assert "Nobody has asked anything yet." in page
        # The button of the toolbar needs no inline script or style, and its pages are let alone.
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        button = re.search(r'id="pShowToolBarButton"\s+href="[^"]*(/_debug_toolbar/\d+)"', page)
        response, toolbar = get(port, button[1])
        assert response.status == 200
        assert "Pyramid Debug Toolbar" in toolbar
        assert "Content-Security-Policy" not in response.headers
        # The toolbar asks for the language after the transaction is over.
        for cookie in ("", "login=anything"):
            assert get(port, "/static/css/qaboard.css", Cookie=cookie)[0].status == 200
            assert get(port, "/questions/?q=%ff", Cookie=cookie)[0].status == 400
            assert get(port, "/%ff", Cookie=cookie)[0].status == 400


def test_production_by_hand(tmp_path):
    port = free_port()
    ini = ini_copy("production.ini", tmp_path, port)
    variables = {
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{tmp_path}/var/board.sqlite",
        "QABOARD_URL": "https://board.example",
    }
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    with server(ini, **variables):
        response, page = get(port, "/login")
        assert response.status == 200
        assert "debug" not in page.lower()
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-session=")
        attributes = {attribute.strip().lower() for attribute in cookie.split(";")}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert response.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert "Access-Control-Allow-Origin" not in response.headers
        assert get(port, "/_debug_toolbar/")[0].status == 404
        # A proxy on the same machine says that the browser came by HTTPS.
        response, _page = get(
            port, "/", **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "board.example"}
        )
        assert response.headers["Location"] == "https://board.example/questions/"
        assert get(port, "/", **{"X-Forwarded-Host": "evil.example"})[0].status == 400
    assert (tmp_path / "var" / "qaboard.log").exists()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "QABOARD_DATABASE_URL|QABOARD_SECRET"),
        ({"QABOARD_SECRET": "weak", "QABOARD_DATABASE_URL": "sqlite://"}, "QABOARD_SECRET"),
        ({"QABOARD_SECRET": SECRET}, "QABOARD_DATABASE_URL"),
    ],
)
def test_production_refuses_to_start_in_one_sentence(tmp_path, variables, sentence):
    ini = ini_copy("production.ini", tmp_path, free_port())
    refused = run("pserve", ini, **variables)
    assert refused.returncode == 1
    lines = refused.stderr.strip().splitlines()
    told = [line for line in lines if line.startswith("qaboard: ")]
    assert len(told) == 1
    assert re.search(sentence, told[0])
    assert "Traceback" not in refused.stderr


def test_a_migration_without_a_database_says_so_in_one_sentence(tmp_path):
    ini = ini_copy("production.ini", tmp_path, free_port())
    refused = run("alembic", "-c", ini, "upgrade", "head")
    assert refused.returncode == 1
    assert refused.stderr.startswith("qaboard: The database is not set")
    assert "Traceback" not in refused.stderr


def test_a_process_holds_no_library_that_few_people_use(tmp_path):
    program = """
import sys
from pyramid.paster import get_app
from webob import Request

page = Request.blank("/login").get_response(get_app(sys.argv[1]))
assert page.status_int == 200
print(*{name.partition(".")[0] for name in sys.modules})
"""
    ini = ini_copy("development.ini", tmp_path, free_port())
    done = run("python", "-c", program, ini)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "qaboard" in loaded
    # Passkeys, codes of an app, their QR code, migrations.
    assert not loaded & {"webauthn", "cryptography", "segno", "alembic"}
