"""The audit of the libraries: a weakness fails it, and missing data are said to be missing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from postgresql import free_port
from project import PROJECT


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV does (its API, ``/v1/query``): one package has a known weakness."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        found = {}
        if name == self.server.weak_package:
            affected = {
                "package": {"name": name, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
            found = {"vulns": [{"id": "QAB-2026-1", "summary": "made up", "affected": [affected]}]}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        """Say nothing."""


@pytest.fixture
def advisories() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    server.weak_package = None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def audit(port: int) -> subprocess.CompletedProcess:
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
    )


def test_a_known_weakness_fails_it(advisories):
    advisories.weak_package = "waitress"
    result = audit(advisories.server_port)
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("waitress ")
    assert "QAB-2026-1" in result.stdout


def test_none_is_said_with_their_number(advisories):
    result = audit(advisories.server_port)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("No known weakness in ")


def test_without_the_data_a_sentence_says_so():
    result = audit(free_port())
    assert result.returncode == 0
    assert result.stdout == "The audit was skipped: the advisory data cannot be had from here.\n"
