"""Finding posts by the index of this database, however far apart their ids are."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qaboard.db import make_session
from qaboard.markup import render
from qaboard.models import Question, utc_now
from qaboard.search import SearchSort, find_posts, find_similar_questions, index, parse_query
from qaboard.services.post import set_body, write_to_index

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
