"""Indexing again: what is missing or of another analysis, and nothing twice."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from qaboard.commands import reindex as reindex_command


@pytest.fixture
def execute(board):
    def run(statement: str):
        with board.transaction() as session:
            result = session.execute(text(statement))
            return result.fetchall() if result.returns_rows else None

    return run


def versions(execute) -> list[int]:
    return [version for (version,) in execute("SELECT version FROM post_search ORDER BY title")]


def test_an_index_without_rows_is_filled(run, board, browser, execute, facts):
    question = board.question(title="라떼", body="두유로 만들어요")
    answer = board.answer(question, body="귀리로도 돼요")
    before = facts()
    execute("DELETE FROM post_search")
    result = run("reindex")
    assert (result.exit_code, result.stdout) == (0, "Indexed 2 posts.\n")
    assert "Indexing posts" in result.stderr
    assert facts() == before
    for words, post_id in (("라떼 두유", question.id), ("귀리", answer.id)):
        browser().get("/questions/", {"q": words}).mustcontain(f"{post_id}/")
    assert run("reindex").stdout == "The search index is up to date.\n"


def test_rows_of_another_analysis_are_written_anew(run, board, execute):
    board.question(title="a")
    board.question(title="b")
    present = versions(execute)
    execute("UPDATE post_search SET version = 0")
    assert run("reindex").stdout == "Indexed 2 posts.\n"
    assert versions(execute) == present


def test_all_means_those_that_are_well_known_too(run, board):
    board.question()
    assert run("reindex").stdout == "The search index is up to date.\n"
    assert run("reindex", "--all").stdout == "Indexed 1 posts.\n"


def test_it_goes_on_where_it_was_interrupted(run, board, execute, monkeypatch):
    for number in range(5):
        board.question(title=f"{number}")
    execute("DELETE FROM post_search")
    monkeypatch.setattr(reindex_command, "BATCH_SIZE", 2)
    write = reindex_command.write_to_index
    calls = []

    def write_until_the_third(session, post):
        calls.append(post.id)
        if len(calls) == 3:
            raise KeyboardInterrupt
        write(session, post)

    monkeypatch.setattr(reindex_command, "write_to_index", write_until_the_third)
    assert run("reindex").exit_code != 0
    assert len(versions(execute)) == 2
    monkeypatch.setattr(reindex_command, "write_to_index", write)
    assert run("reindex").stdout == "Indexed 3 posts.\n"


def test_the_parts_of_the_index_are_joined(run, board, execute, database_url):
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's index has no such parts")
    for number in range(30):
        board.question(title=f"{number}", body=" ".join(f"w{number}x{n}" for n in range(3000)))
    parts = "SELECT count(DISTINCT segid) FROM post_search_idx"
    assert execute(parts) != [(1,)]
    assert run("reindex", "--all").stdout == "Indexed 30 posts.\n"
    assert execute(parts) == [(1,)]
