"""The number of queries of each page, whatever the number of rows."""

from __future__ import annotations

import pytest


@pytest.fixture
def full_board(board):
    authors = [board.user() for _ in range(5)]
    for number in range(25):
        board.question(authors[number % 5], title=f"커피 {number}")
    question = board.question(authors[0], title="커피 answers")
    for number in range(35):
        board.answer(question, authors[number % 5], body="커피")
    board.full_question = question
    board.an_author = authors[0]
    return board


@pytest.mark.parametrize(
    ("path", "visitor", "member"),
    [
        ("/questions/", 2, 3),
        ("/questions/?sort=active&page=2", 2, 3),
        ("/questions/?sort=unanswered", 2, 3),
        ("/questions/{question}/", 2, 4),
        ("/questions/{question}/?page=2&sort=oldest", 2, 4),
        ("/questions/?q=커피", 3, 4),
        ("/questions/?q=커피&page=2", 3, 4),
        ("/users/{user}/", 4, 5),
        ("/users/{user}/?tab=answers", 4, 5),
        ("/questions/ask", 0, 1),
        ("/login", 0, 1),
        ("/nowhere", 0, 1),
    ],
)
def test_pages(full_board, browser, count_queries, path, visitor, member):
    path, _, query = path.format(
        question=full_board.full_question.id, user=full_board.an_author.id
    ).partition("?")
    fields = dict(field.split("=") for field in query.split("&")) if query else {}
    for client, expected in ((browser(), visitor), (browser(full_board.user()), member)):
        with count_queries() as statements:
            client.get(path, fields, expect_errors=True)
        assert len(statements) == expected, "\n".join(statements)


def test_the_owner_of_all_posts_costs_no_more(full_board, browser, count_queries):
    client = browser(full_board.an_author)
    with count_queries() as statements:
        client.get(f"/questions/{full_board.full_question.id}/")
    assert len(statements) == 4


def test_lists_are_read_from_their_indexes(app, board, full_board, browser, count_queries):
    """No sort, and no scan of the table but of the partial index of each order."""
    if app.registry["engine"].dialect.name != "sqlite":
        pytest.skip("PostgreSQL scans a table of a few rows whatever its indexes are")
    for sort in ("newest", "active", "votes", "unanswered"):
        with count_queries() as statements:
            browser().get("/questions/", {"sort": sort})
        listing = next(s for s in statements if "LIMIT" in s)
        with app.registry["engine"].connect() as connection:
            parameters = ["question", 20, 0]
            rows = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {listing}", tuple(parameters[-listing.count("?") :])
            )
            plan = " / ".join(row[3] for row in rows)
        assert f"USING INDEX ix_posts_{sort}" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
