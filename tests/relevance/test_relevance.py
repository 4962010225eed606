"""Does the search find what people mean, best first?  Over ``collection.json``, a judged board."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import Board
from judged_set import JudgedQuery, JudgedSet, read_judged_set
from measures import DEPTH, Scores, mean, score
from sqlalchemy.orm import Session

from qaboard.search import find_posts, parse_query

JUDGED_SET = read_judged_set(Path(__file__).parent / "collection.json")

FLOORS = {"all": 0.95, "Korean": 0.94, "English": 0.95}
"""What the mean nDCG@10 must not fall below on either database: a little less than is reached, and
to be raised with it. It was 0.695, 0.724 and 0.636 on SQLite before the search knew particles,
stems and BM25."""

WORST_SHOWN = 15


def is_korean(query: JudgedQuery) -> bool:
    """Whether the query has a Korean word, composed or not."""
    return any("가" <= character <= "힣" for character in unicodedata.normalize("NFC", query.text))


LANGUAGES = {
    "all": JUDGED_SET.queries,
    "Korean": [query for query in JUDGED_SET.queries if is_korean(query)],
    "English": [query for query in JUDGED_SET.queries if not is_korean(query)],
}


@pytest.fixture(scope="module")
def names(filled_board: Board) -> Iterator[dict[int, str]]:
    """The posts of the collection, written as people write them; their names in it by id."""
    filled_board.clear()
    yield fill(filled_board, JUDGED_SET)
    filled_board.clear()


def fill(board: Board, judged_set: JudgedSet) -> dict[int, str]:
    """Write the documents of a set; answers stand behind their questions in it.

    :return: the id of each document by the id of its post.
    """
    # The author's name is searched too, so it must be no word of a query.
    author = board.user("judge0")
    posts = {}
    for document in judged_set.documents:
        if document.parent is None:
            post = board.question(author, document.title, document.body)
        else:
            post = board.answer(posts[document.parent], author, document.body)
        posts[document.id] = post
    return {post.id: name for name, post in posts.items()}


def search(session: Session, text: str) -> list[int]:
    """The ids of the posts that are found, best first."""
    return find_posts(session, parse_query(text)).post_ids[:DEPTH]


@pytest.fixture(scope="module")
def rankings(names: dict[int, str], filled_board: Board) -> dict[str, list[str]]:
    """What the search finds for each query, best first."""
    with filled_board.transaction() as session:
        return {
            query.text: [names[post_id] for post_id in search(session, query.text)]
            for query in JUDGED_SET.queries
        }


def test_the_collection_is_as_large_as_promised():
    korean = LANGUAGES["Korean"]
    assert len(JUDGED_SET.documents) >= 160
    assert len(JUDGED_SET.queries) >= 66
    assert len(korean) >= 44
    assert JUDGED_SET.unjudged == 0
    assert {grade for query in korean for grade in query.judgements.values()} == {1, 2, 3}
    texts = [query.text for query in JUDGED_SET.queries]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("language", FLOORS)
def test_the_search_finds_what_is_meant(language: str, rankings: dict[str, list[str]]):
    scored = [
        (score(query.judgements, rankings[query.text]), query) for query in LANGUAGES[language]
    ]
    reached = mean([scores for scores, _query in scored])
    assert reached.ndcg_at_10 >= FLOORS[language], report(reached, scored, rankings)


def report(
    reached: Scores, scored: list[tuple[Scores, JudgedQuery]], rankings: dict[str, list[str]]
) -> str:
    """The means, and the worst queries with what was found and what should have been."""
    worst = sorted(scored, key=lambda pair: pair[0].ndcg_at_10)[:WORST_SHOWN]
    lines = [
        f"{scores.ndcg_at_10:.3f}  {query.text}\n"
        f"       found:  {', '.join(rankings[query.text]) or 'nothing'}\n"
        f"       judged: {', '.join(f'{name} {grade}' for name, grade in query.judgements.items())}"
        for scores, query in worst
    ]
    return "\n".join([str(reached), *lines])
