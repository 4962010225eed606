"""``bench/write_storm.py`` for two seconds: many write at once, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys

from project import PROJECT


def test_a_short_storm_loses_nothing(request, database_url):
    arguments = ["--seconds", "2", "--browsers", "6"]
    if request.config.getoption("--database") == "postgresql":
        arguments += ["--postgresql", database_url]
    done = subprocess.run(
        [sys.executable, PROJECT / "bench" / "write_storm.py", *arguments],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    boards = 2 if "--postgresql" in arguments else 1
    assert done.stdout.count("0 requests failed, 0 things lost or wrong") == boards
    assert done.stdout.count("vote") >= boards
