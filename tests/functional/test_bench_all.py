"""``bench/run_all.py`` with one of its sections: what it writes down."""

from __future__ import annotations

import subprocess
import sys

from programs import required_program
from project import PROJECT


def test_the_record_says_on_what_by_which_command_and_with_what_result(tmp_path):
    required_program("wrk", package="wrk")
    output = tmp_path / "RESULTS.md"
    done = subprocess.run(
        [
            *(sys.executable, PROJECT / "bench" / "run_all.py"),
            *("--only", "Search quality", "--output", output),
        ],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    record = output.read_text()
    for part in (
        "# Figures",
        "cores of",
        "PostgreSQL 1",
        "SQLite 3.",
        "## Search quality",
        "`python bench/relevance.py tests/relevance/collection.json`",
        "nDCG@10",
    ):
        assert part in record, part
    assert record.count("## ") == 1
