"""The command that imports a board."""

from __future__ import annotations

import json
import shutil

import pytest
from factories import Board
from sqlalchemy import make_url

from qaboard.database.engine import make_engine
from qaboard.search import find_posts, parse_query


@pytest.fixture
def exported(people, command, tmp_path):
    """The file of a board with a question, an answer and a vote; its lines can be changed."""
    question = people.question(people.user("minji"), title="Kettle")
    people.vote(people.answer(question))
    file = tmp_path / "board.jsonl"
    command("export", str(file))

    def write(change=lambda lines: lines):
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        file.write_text("".join(json.dumps(line) + "\n" for line in change(lines)))
        return str(file)

    return write


@pytest.fixture
def empty(migrated_file, tmp_path):
    """Another board, without anything."""
    path = tmp_path / "empty.sqlite"
    shutil.copy(migrated_file, path)
    engine = make_engine(make_url(f"sqlite:///{path}"))
    yield Board(engine)
    engine.dispose()


def test_the_imported_board_is_the_exported_one(people, exported, empty, invoke):
    file = exported()
    result = invoke("import", file, database_url=str(empty.engine.url))
    assert "Imported 6 records." in result.stdout
    before, after = people.facts(), empty.facts()
    for name in ("users", "posts", "votes", "list_segments"):
        assert after[name] == before[name]
    with empty.transaction() as session:
        assert len(find_posts(session, parse_query("kettle")).post_ids) == 1


def without(name):
    return lambda lines: [line for line in lines if line.get("record") != name]


def with_values(record, **values):
    def change(lines):
        return [line | values if line.get("record") == record else line for line in lines]

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("question"), "Nothing was imported."),
        (with_values("vote", value=2), "must be one of: -1, 1"),
        (with_values("user", username="minji"), "Nothing was imported."),
    ],
)
def test_a_file_that_is_wrong_leaves_the_board_empty(exported, empty, invoke, change, sentence):
    before = empty.facts()
    result = invoke("import", exported(change), database_url=str(empty.engine.url))
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert empty.facts() == before


def test_a_board_that_has_anything_is_not_imported_into(exported, command):
    result = command("import", exported())
    assert "only into an empty board" in " ".join(result.stderr.split())
