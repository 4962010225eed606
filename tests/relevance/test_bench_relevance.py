"""``bench/relevance.py`` on tiny files, as an operator runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from judged_set import JudgedSetError, read_judged_set
from project import PROJECT

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


def test_it_prints_the_measures(tmp_path):
    done = run(write(tmp_path, {"documents": DOCUMENTS, "queries": QUERIES}))
    assert (done.stdout, done.returncode) == (PRINTED, 0), done.stderr


def test_it_says_what_is_wrong_with_a_file(tmp_path):
    done = run(write(tmp_path, {"documents": DOCUMENTS}))
    assert done.returncode == 1
    assert "not in the format of a judged set: KeyError('queries')" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def second_database(request: pytest.FixtureRequest, database_url: str):
    """The URL of another, empty database on the tests' PostgreSQL server."""
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("needs --database=postgresql")
    url = sqlalchemy.make_url(database_url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE relevance")
        yield database_url.rpartition("/")[0] + "/relevance"
        connection.exec_driver_sql("DROP DATABASE relevance")
    engine.dispose()


def test_a_database_of_postgresql_can_be_used_again(tmp_path, second_database):
    path = write(tmp_path, {"documents": DOCUMENTS, "queries": QUERIES})
    for _time in range(2):
        done = run(path, "--database-url", second_database)
        assert (done.stdout, done.returncode) == (PRINTED, 0), done.stderr


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
