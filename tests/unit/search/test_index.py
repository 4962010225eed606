"""Finding posts by the index of this database, however far apart their ids are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql_text

from qaboard.database.transaction import make_session
from qaboard.markup import render
from qaboard.models import Question, utc_now
from qaboard.search import (
    SearchSort,
    find_posts,
    find_similar_questions,
    index,
    parse_query,
    sqlite,
)
from qaboard.search.analysis import tokenize
from qaboard.search.candidates import pack
from qaboard.services.board.post import set_body, write_to_index

WORDS = ("coffee", "커피", "기계", "커피콩")


def write_question(board, author, post_id, title):
    with board.transaction() as session:
        question = Question(
            id=post_id, author_id=author.id, title=title, answer_count=0, last_activity_at=utc_now()
        )
        set_body(question, "A text.", render)
        session.add(question)
        write_to_index(session, question)


boards = st.dictionaries(
    st.one_of(st.integers(1, 10_000), st.integers(1, 5_000_000)),
    st.sets(st.sampled_from(WORDS)),
    max_size=12,
)


@given(boards, st.sets(st.sampled_from(WORDS), min_size=1, max_size=2), st.integers(1, 4))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_newest_that_have_all_words_are_found(app, board, monkeypatch, posts, wanted, limit):
    monkeypatch.setattr(index, "CANDIDATES_MAX_COUNT", limit)
    board.clear()
    author = board.user()
    for post_id, words in posts.items():
        write_question(board, author, post_id, f"x {' and '.join(sorted(words))}")
    # "커피" is in "커피콩" too.
    having = {
        post_id: words | ({"커피"} if "커피콩" in words else set())
        for post_id, words in posts.items()
    }
    expected = sorted((post_id for post_id in posts if wanted <= having[post_id]), reverse=True)
    query = parse_query(" ".join(sorted(wanted)))
    with make_session(app.registry["engine"], writes=False) as session:
        found = find_posts(session, query, sort=SearchSort.NEWEST)
    if expected:
        assert found.post_ids == expected[:limit]
        assert found.is_cut == (len(expected) > limit)
        assert found.has_all_words
    else:
        # What has some of the words may be shown instead.
        assert not found.is_cut
        assert not found.post_ids or not found.has_all_words


def test_similar_questions_are_found_far_back(app, board):
    author = board.user()
    write_question(board, author, 7, "Why does my coffee machine leak?")
    write_question(board, author, 3_000_000, "An unrelated one")
    with make_session(app.registry["engine"], writes=False) as session:
        found = find_similar_questions(session, "My coffee machine leaks", limit=5)
    assert found == [7]


def steps_of_search(app, text) -> int:
    """How many steps SQLite's machine takes at least for a search; each part of an index that is
    read is one."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with make_session(app.registry["engine"], writes=False) as session:
        driver = session.connection().connection.driver_connection
        driver.set_progress_handler(count, 1)
        try:
            found = find_posts(session, parse_query(text))
        finally:
            driver.set_progress_handler(None, 1)
    assert (found.post_ids, found.is_cut) == ([], True)
    return steps


@pytest.mark.parametrize("text", ['"coffee beans"', "커피콩", "coffee -beans", '"beans of tea"'])
def test_what_never_comes_true_costs_no_more_among_more_posts(app, board, monkeypatch, text):
    if app.registry["engine"].dialect.name != "sqlite":
        pytest.skip("how much a server reads is not known to its clients")
    # Else most steps would be those to examine as many, and the others not be seen beside them.
    monkeypatch.setattr(sqlite, "EXAMINED_MAX_COUNT", 5)
    for name in ("_before_examined_statement", "_candidates_statement"):
        monkeypatch.setattr(sqlite, name, getattr(sqlite, name).__wrapped__)
    board.clear()

    def fill(first: int, last: int) -> None:
        words = pack(tokenize("beans of coffee tea 커피 피콩"))
        with board.transaction() as session:
            session.execute(
                sql_text(
                    "WITH RECURSIVE ids (id) AS"
                    " (SELECT :first UNION ALL SELECT id + 1 FROM ids WHERE id < :last)"
                    " INSERT INTO post_search (rowid, title, body, author, version)"
                    " SELECT id, '', :words, '', 0 FROM ids"
                ),
                {"first": first, "last": last, "words": words},
            )
            session.execute(sql_text("INSERT INTO post_search (post_search) VALUES ('optimize')"))

    fill(1, 20_000)
    few = steps_of_search(app, text)
    fill(20_001, 60_000)
    assert steps_of_search(app, text) < 1.2 * few
