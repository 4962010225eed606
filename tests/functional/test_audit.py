"""The audit of the pinned libraries: a weakness fails it, missing data are said to be missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from packaging.markers import Marker
from postgresql import free_port
from project import PROJECT

REQUIREMENTS = PROJECT / "requirements.txt"


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV does (its API, ``/v1/query``): one package has a known weakness."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked.add(f"{name}=={query['version']}")
        found = {}
        if name == self.server.weak_package:
            affected = {
                "package": {"name": name, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
            found = {"vulns": [{"id": "QAB-2026-1", "summary": "made up", "affected": [affected]}]}
        body = json.dumps(found).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        """Say nothing."""


@pytest.fixture
def advisories() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    server.weak_package, server.status, server.asked = None, 200, set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def audit(port: int, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            sys.executable,
            PROJECT / ".ci" / "audit.py",
            "--vulnerability-service",
            "osv",
            "--osv-url",
            f"http://127.0.0.1:{port}/v1/query",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_known_weakness_fails_it(advisories):
    advisories.weak_package = "waitress"
    result = audit(advisories.server_port)
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("waitress ")
    assert "QAB-2026-1" in result.stdout


def test_every_pinned_library_is_asked_about_and_nothing_else(advisories):
    # bandit and its like are in the same environment, and in no board.
    result = audit(advisories.server_port)
    assert result.returncode == 0, result.stderr
    found = re.findall(r"^([a-z]\S*)(?: ; (.+))? \\$", REQUIREMENTS.read_text(), re.MULTILINE)
    # Some are for other versions of Python.
    pinned = {name for name, marker in found if not marker or Marker(marker).evaluate()}
    assert advisories.asked == pinned
    assert result.stdout == f"No known weakness in {len(pinned)} libraries.\n"


def test_without_the_data_a_sentence_says_so():
    result = audit(free_port())
    assert result.returncode == 0, result.stderr
    assert result.stdout == "The audit was skipped: the advisory data cannot be had from here.\n"


def test_a_service_that_is_out_of_order_has_no_data(advisories):
    advisories.status = 503
    result = audit(advisories.server_port)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "The audit was skipped: the advisory data cannot be had from here.\n"


@pytest.mark.parametrize(
    "program",
    [
        "raise ModuleNotFoundError(\"No module named 'pip_api'\")",
        "print('no JSON')",
        "raise SystemExit('usage: pip-audit')",
    ],
)
def test_where_pip_audit_does_not_work_it_fails(advisories, tmp_path, program):
    (tmp_path / "pip_audit.py").write_text(program)
    result = audit(advisories.server_port, PYTHONPATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stdout == "The audit failed: pip-audit does not work here.\n"
