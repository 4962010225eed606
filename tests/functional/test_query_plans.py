"""How the database finds the rows of each page: by an index, whatever the size of the board."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from sqlalchemy import event

from qaboard.services.board import list_segments

SORTS = ("newest", "active", "votes", "unanswered")


@pytest.fixture
def explain(app):
    """What the database means to do for each statement of a block, as (statement, plan)."""
    engine = app.registry["engine"]

    def explain_those_of(act, switched_off=("seqscan",)) -> list[tuple[str, str]]:
        statements = []

        def note(_connection, _cursor, statement, parameters, *_rest) -> None:
            if statement.startswith("SELECT"):
                statements.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        try:
            act()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        with engine.connect() as connection:
            command = "EXPLAIN QUERY PLAN"
            if engine.dialect.name == "postgresql":
                command = "EXPLAIN"
                # Of a few rows all ways cost as little, unless some are said to cost much.
                for method in switched_off:
                    connection.exec_driver_sql(f"SET LOCAL enable_{method} = off")
            plans = []
            for statement, parameters in statements:
                rows = connection.exec_driver_sql(f"{command} {statement}", parameters)
                plans.append((statement, "\n".join(str(row[-1]) for row in rows)))
        return plans

    return explain_those_of


def scanned_tables(plan: str) -> list[str]:
    """The tables that a plan reads from one end to the other."""
    tables = re.findall(r"Seq Scan on (\w+)", plan)
    for line in plan.splitlines():
        # SQLite also says "scan" where it takes the first rows of an index, one after the other,
        # until it has enough, and where it looks a word up in a virtual table.
        if re.match(r"SCAN posts USING (COVERING )?INDEX", line) and "TEMP B-TREE" not in plan:
            continue
        if re.match(r"SCAN \w+ VIRTUAL TABLE INDEX \d+:\S*[M=]", line):
            continue
        tables += re.findall(r"^SCAN (posts|users|votes|list_segments|post_search\w*)\b", line)
    return tables


@pytest.fixture
def long_lists(board, app, monkeypatch):
    """Lists of several segments and pages."""
    monkeypatch.setattr(list_segments, "SEGMENT_MAX_POSTS", 8)
    monkeypatch.setattr(list_segments, "SEGMENT_MIN_POSTS", 2)
    author = board.user()
    for number in range(64):
        board.question(author, title=f"커피 number {number}")
    board.full_question = board.question(author, title="커피 machine")
    for _ in range(3):
        board.answer(board.full_question, author)
    engine = app.registry["engine"]
    list_segments.even_out(engine)
    if engine.dialect.name == "postgresql":
        # Else the plans are for what the server last saw there, which may have been nothing.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    board.author = author
    return board


@pytest.mark.parametrize(
    "path",
    [
        *(f"/questions/?sort={sort}&page={page}" for sort in SORTS for page in (1, 2, 4)),
        "/questions/{question}/",
        "/questions/{question}/?sort=oldest",
        "/users/{user}/",
        "/users/{user}/?tab=answers",
        "/questions/?q=커피",
        "/questions/?q=커피&sort=newest",
        "/questions/?q=커피 machine",
        "/questions/?q=커피 없는말",
        "/questions/?q=score:>0",
        "/questions/?q=created:>2020-01-01",
        "/questions/?q=커피 score:>0 is:question",
        "/questions/similar?title=커피 machine",
    ],
)
def test_no_table_is_scanned(long_lists, browser, explain, path):
    path = path.format(question=long_lists.full_question.id, user=long_lists.author.id)
    client = browser(long_lists.user())
    plans = explain(lambda: client.get(quote(path, safe="/?&=")))
    assert plans
    for statement, plan in plans:
        assert not scanned_tables(plan), f"{statement}\n{plan}"


@pytest.mark.parametrize("page", [1, 2, 4])
@pytest.mark.parametrize("sort", SORTS)
def test_a_list_is_read_from_the_index_of_its_order(app, long_lists, browser, explain, sort, page):
    """Nothing is sorted, and nothing else read but the partial index of the order."""
    plans = explain(
        lambda: browser().get("/questions/", {"sort": sort, "page": page}),
        # A join by hash or merge reads a whole table: of these few rows that costs little.
        switched_off=("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"),
    )
    ((statement, plan),) = [each for each in plans if "list_segments" not in each[0]]
    indexes = {f"ix_posts_{sort}"}
    if app.registry["engine"].dialect.name == "postgresql" and sort == "unanswered":
        # Of a few rows, the index with all questions costs as little.
        indexes.add("ix_posts_newest")
    used = set(re.findall(r"ix_posts_\w+", plan))
    assert used, f"{statement}\n{plan}"
    assert used <= indexes, f"{statement}\n{plan}"
    assert not re.search(r"TEMP B-TREE|Sort", plan), f"{statement}\n{plan}"


def test_a_scan_would_be_noticed(app, board, explain):
    def scan() -> None:
        with app.registry["engine"].connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM posts WHERE body = 'x'")
            connection.exec_driver_sql("SELECT * FROM users ORDER BY password_hash")

    plans = explain(scan)
    assert [scanned_tables(plan) for _statement, plan in plans] == [["posts"], ["users"]]
