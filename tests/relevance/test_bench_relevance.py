"""``bench/relevance.py`` on tiny files, as an operator runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from judged_set import JudgedSetError, read_judged_set
from project import PROJECT
from sqlalchemy import make_url, text

from qaboard.database.engine import make_engine
from qaboard.settings import load_database_url

DOCUMENTS = [
    {"id": 1, "title": "How long do I boil soup?", "body": "It has bones in it."},
    {"id": "answer", "parent": "1", "body": "Three hours. It is worth the gas."},
    {"id": "국", "title": "미역국 끓이는 시간", "body": "소고기를 넣습니다."},
    {"id": "second", "title": "Gas or electricity?", "body": "x" * 31_000},
]
QUERIES = [
    {"id": "ignored", "query": "boil soup", "judgements": {"1": 3}},
    {"query": "미역국", "judgements": ["국"]},
    # The title comes first, and it is not what is meant: 1 / log2(3) of what is best.
    {"query": "gas", "judgements": {"answer": 2, "second": 0}},
    {"query": "stew", "judgements": ["국"]},
    {"query": "nobody judged this", "judgements": []},
]
PRINTED = """\
documents  4 (1 cut)
queries    4 (1 more without judgements)
recall@1   0.5000
recall@10  0.7500
MRR        0.6250
nDCG@10    0.6577
"""


def write(directory: Path, content: object) -> Path:
    path = directory / "judged.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROJECT / "bench" / "relevance.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
    )


@pytest.fixture
def database_options(request: pytest.FixtureRequest, database_url: str) -> Iterator[list[str]]:
    """None on SQLite, which has a temporary file; otherwise another database of the server."""
    if request.config.getoption("--database") == "sqlite":
        yield []
        return
    server = make_engine(load_database_url({}, {"QABOARD_DATABASE_URL": database_url}))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE relevance"))
        url = make_url(database_url).set(database="relevance")
        yield ["--database-url", url.render_as_string(hide_password=False)]
        connection.execute(text("DROP DATABASE relevance WITH (FORCE)"))
    server.dispose()


def test_it_prints_the_measures(tmp_path, database_options):
    path = write(tmp_path, {"documents": DOCUMENTS, "queries": QUERIES})
    # The first run leaves nothing that the second one would find.
    for _time in range(2):
        done = run(path, *database_options)
        assert (done.stdout, done.returncode) == (PRINTED, 0), done.stderr


def test_it_says_what_is_wrong_with_a_file(tmp_path):
    done = run(write(tmp_path, {"documents": DOCUMENTS}))
    assert done.returncode == 1
    assert "not in the format of a judged set: KeyError('queries')" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_with_tables_is_left_alone(tmp_path, migrated_database, database_url):
    path = write(tmp_path, {"documents": DOCUMENTS, "queries": QUERIES})
    done = run(path, "--database-url", database_url)
    assert done.returncode == 1
    assert done.stderr == "The database has tables already; name an empty one.\n"


@pytest.mark.parametrize(
    ("documents", "judgements", "sentence"),
    [
        ([{"id": "a"}, {"id": "a"}], ["a"], "Two documents have the same id."),
        ([{"id": "a"}], ["b"], "The query 'q' judges 'b', which is no document of the set."),
        ([{"id": "a", "parent": "b"}], ["a"], "The parent of 'a' is no question of the set."),
        (
            [{"id": "a"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "b"}],
            ["a"],
            "The parent of 'c' is no question of the set.",
        ),
    ],
)
def test_a_set_that_does_not_hold_together_is_refused(tmp_path, documents, judgements, sentence):
    content = {"documents": documents, "queries": [{"query": "q", "judgements": judgements}]}
    with pytest.raises(JudgedSetError, match=sentence):
        read_judged_set(write(tmp_path, content))
