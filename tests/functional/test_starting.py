"""Starting the server from both ini files, as an operator does."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from postgresql import free_port, private_server
from processes import BIN, SECRET, get, ini_copy, run, server
from project import PROJECT
from waiting import wait_until

from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url


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


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_a_service_manager_is_told_when_it_answers(tmp_path, kind):
    port = free_port()
    ini = ini_copy("development.ini", tmp_path, port)
    assert run("alembic", "-c", ini, "upgrade", "head").returncode == 0
    address = str(tmp_path / "notify") if kind == "path" else f"\0qaboard-{port}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(address)
        manager.settimeout(60)
        with server(ini, NOTIFY_SOCKET=address.replace("\0", "@")):
            assert manager.recv(100) == b"READY=1"
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("GET", "/questions/")
                assert connection.getresponse().status == 200


def test_the_address_is_said_when_it_answers_and_not_before(tmp_path):
    port = free_port()
    ini = ini_copy("development.ini", tmp_path, port)
    assert run("alembic", "-c", ini, "upgrade", "head").returncode == 0
    with server(ini, output=subprocess.PIPE) as process:
        for line in process.stderr:
            if f"listening on http://127.0.0.1:{port}" in line:
                break
        # At once, without trying again.
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", "/questions/")
            assert connection.getresponse().status == 200


@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
def test_an_installation_without_the_folders_of_the_repository_says_what_to_do(tmp_path, name):
    """As after ``pip install .`` into another place, with an ini file beside it."""
    site = tmp_path / "site-packages"
    shutil.copytree(PROJECT / "qaboard", site / "qaboard")
    shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / "var").mkdir()
    variables = {
        "PYTHONPATH": str(site),
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite",
        "QABOARD_URL": "https://board.example",
    }
    for program, *arguments in (
        ("pserve", tmp_path / name),
        ("qaboard", "-c", tmp_path / name, "upgrade"),
        ("qaboard", "-c", tmp_path / name, "doctor"),
    ):
        done = run(program, *arguments, **variables)
        assert done.returncode == 1, done.stdout
        assert "install it from a clone with: pip install -e ." in done.stderr
        assert "Traceback" not in done.stderr


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
        assert response.headers["Location"] == "/questions/"
        assert get(port, "/", **{"X-Forwarded-Host": "evil.example"})[0].status == 400
    assert (tmp_path / "var" / "qaboard.log").exists()


@pytest.fixture
def new_database(request, tmp_path) -> Iterator[str]:
    """The URL of a database that nobody has made tables in."""
    if request.config.getoption("--database") == "postgresql":
        with private_server() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/var/board.sqlite"


def test_a_database_at_another_revision_stops_the_start(tmp_path, new_database):
    ini = ini_copy("production.ini", tmp_path, free_port())
    variables = {"QABOARD_SECRET": SECRET, "QABOARD_DATABASE_URL": new_database}
    upgrade = f"qaboard -c {ini} upgrade"

    def refusal() -> str:
        refused = run("pserve", ini, **variables)
        assert refused.returncode == 1, refused.stderr
        assert "Traceback" not in refused.stderr
        (sentence,) = [line for line in refused.stderr.splitlines() if line.startswith("qaboard: ")]
        return sentence

    def migrate(*arguments: str) -> None:
        assert run("alembic", "-c", ini, *arguments, **variables).returncode == 0

    def write(statement: str) -> None:
        engine = make_engine(load_database_url({}, variables))
        with engine.execution_options(writes=True).begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    # Empty, behind, ahead, and with a table missing.
    assert refusal().endswith(f"Create it with: {upgrade}" if "sqlite" in new_database
                              else f"Create them with: {upgrade}")  # fmt: skip
    if "sqlite" in new_database:
        assert not (tmp_path / "var" / "board.sqlite").exists()
    migrate("upgrade", "0003")
    assert "at migration 0003, expected" in refusal()
    assert refusal().endswith(f"Run: {upgrade}")
    migrate("upgrade", "head")
    write("UPDATE alembic_version SET version_num = '9999'")
    write("DELETE FROM compatible_migrations")
    assert "made by a newer version of qaboard (9999). Install that version" in refusal()
    write("DELETE FROM alembic_version")
    assert refusal().endswith(f"Create them with: {upgrade}")
    migrate("stamp", "head")
    write("DROP TABLE votes")
    assert "has lost a table (votes)" in refusal()


def test_the_log_in_json_is_one_setting(tmp_path):
    port = free_port()
    ini = ini_copy("production.ini", tmp_path, port)
    content = ini.read_text()
    assert content.count("\nlog = text\n") == 1
    content = content.replace("\nlog = text\n", "\nlog = json\n")
    ini.write_text(content.replace("mail.enabled = true", "mail.enabled = false"))
    database = tmp_path / "var" / "board.sqlite"
    variables = {
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{database}",
        "QABOARD_URL": "https://board.example",
    }
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    with server(ini, output=subprocess.PIPE, **variables) as process:
        answer, _page = get(port, "/questions/", Host="board.example")
        # Without this table nothing can be answered.
        with sqlite3.connect(database) as connection:
            connection.execute("ALTER TABLE posts RENAME TO elsewhere")
        connection.close()
        failed, _page = get(port, "/questions/1/", Host="board.example")
        process.terminate()
        output, _errors = process.communicate(timeout=30)
    entries = [json.loads(line) for line in output.splitlines()]
    by_id = {}
    for entry in entries:
        assert {"time", "level", "logger", "process", "request_id", "message"} <= set(entry)
        by_id.setdefault(entry["request_id"], []).append(entry)
    assert [e["path"] for e in by_id[answer.headers["X-Request-ID"]]] == ["/questions/"]
    assert failed.status in (500, 503)
    told = {entry["logger"]: entry for entry in by_id[failed.headers["X-Request-ID"]]}
    assert told["qaboard.access"]["status"] == failed.status
    assert "no such table" in json.dumps(told["qaboard.views.site.error"])
    # Nothing is written beside it.
    assert not list((tmp_path / "var").glob("*.log*"))


def test_processes_have_files_of_their_own(tmp_path):
    port = free_port()
    ini = ini_copy("production.ini", tmp_path, port)
    variables = {
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{tmp_path}/var/board.sqlite",
        "QABOARD_INSTANCE": "qaboard-2",
    }
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    with server(ini, **variables):
        answer, _page = get(port, "/questions/")
    assert answer.headers["X-Request-ID"] in (tmp_path / "var" / "qaboard-2.log").read_text()
    assert not (tmp_path / "var" / "qaboard.log").exists()


def test_a_process_without_file_descriptors_says_so_and_recovers(tmp_path):
    port = free_port()
    ini = ini_copy("production.ini", tmp_path, port)
    variables = {
        "QABOARD_SECRET": SECRET,
        "QABOARD_DATABASE_URL": f"sqlite:///{tmp_path}/var/board.sqlite",
    }
    assert run("alembic", "-c", ini, "upgrade", "head", **variables).returncode == 0
    log = tmp_path / "var" / "qaboard.log"
    with server(ini, **variables) as process, ExitStack() as stack:
        assert get(port, "/questions/")[0].status == 200
        limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (50, limits[1]))
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        wait_until(lambda: "no connection can be accepted" in log.read_text(), "it is silent")
        before = processor_seconds(process.pid)
        time.sleep(3)
        # A process that spins takes all of the three.
        assert processor_seconds(process.pid) - before < 1.5
        assert log.read_text().count("no connection can be accepted") == 1
        stack.close()
        assert get(port, "/questions/")[0].status == 200


def processor_seconds(pid: int) -> float:
    """What a process has taken of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that the tests' user may read and not write in."""
    # pytest's own are root's alone.
    with tempfile.TemporaryDirectory(prefix="qaboard-starting-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.parametrize("ini_name", ["development.ini", "production.ini"])
@pytest.mark.parametrize("program", ["pserve", "alembic", "qaboard"])
def test_a_folder_that_cannot_be_written_is_one_sentence(foreign_folder, ini_name, program):
    ini = ini_copy(ini_name, foreign_folder, free_port())
    (foreign_folder / "var").chmod(0o555)
    become = ("setpriv", "--reuid=nobody", "--clear-groups") if os.geteuid() == 0 else ()
    arguments = {
        "pserve": [BIN / "pserve", ini],
        "alembic": [BIN / "alembic", "-c", ini, "upgrade", "head"],
        "qaboard": [BIN / "qaboard", "-c", ini, "upgrade"],
    }[program]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QABOARD_")}
    if ini_name == "production.ini":
        environment |= {
            "QABOARD_SECRET": SECRET,
            "QABOARD_DATABASE_URL": f"sqlite:///{foreign_folder}/var/board.sqlite",
        }
    refused = subprocess.run(
        [*become, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    told = refused.stderr.strip().splitlines()[-1]
    assert told.startswith(("qaboard: ", "Error: ")), refused.stderr


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
    assert refused.stderr.startswith("qaboard: No database configured")
    assert "Traceback" not in refused.stderr


def test_a_process_holds_no_library_that_few_people_use(tmp_path):
    program = """
import linecache
import sys
from pyramid.paster import get_app
from webob import Request

application = get_app(sys.argv[1])
assert not linecache.cache, "lines of modules that are read at the start only"
page = Request.blank("/login").get_response(application)
assert page.status_int == 200
print(*{name.partition(".")[0] for name in sys.modules})
"""
    ini = ini_copy("development.ini", tmp_path, free_port())
    assert run("alembic", "-c", ini, "upgrade", "head").returncode == 0
    done = run("python", "-c", program, ini)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "qaboard" in loaded
    # Passkeys, codes of an app, their QR code, the devices of a login, migrations.
    assert not loaded & {"webauthn", "cryptography", "segno", "ua_parser", "alembic"}
