"""Which posts come first."""

from __future__ import annotations

import pytest

from qaboard.search.analysis import tokenize
from qaboard.search.candidates import Candidate, pack
from qaboard.search.query import parse_query
from qaboard.search.ranking import rank


def candidate(post_id, title="", body="", author="", score=0):
    fields = (pack(tokenize(text)) for text in (title, body, author))
    return Candidate(post_id, *fields, score)


def order(searched: str, *candidates: Candidate, counts: list[int] | None = None) -> list[int]:
    query = parse_query(searched)
    ranked = rank(query, candidates, counts or [10] * len(query.terms))
    return [each.post_id for each in ranked]


@pytest.mark.parametrize(
    ("searched", "better", "worse"),
    [
        ("커피", {"title": "커피"}, {"title": "물", "body": "커피 커피 커피"}),
        ("커피", {"body": "커피"}, {"author": "커피"}),
        ("커피", {"body": "커피 커피"}, {"body": "커피 물물"}),
        ("커피", {"body": "커피 물"}, {"body": "커피 물 " + "다른 이야기 " * 50}),
        ("커피", {"body": "커피", "score": 20}, {"body": "커피", "score": -3}),
        # As it was typed, rather than in another form.
        ("강아지를", {"body": "강아지를"}, {"body": "강아지가"}),
        ("게시판질문", {"body": "게시판질문"}, {"body": "게시판 질문"}),
        ("드립 커피", {"body": "드립 커피"}, {"body": "커피 드립"}),
        ("hand drip", {"title": "hand drip"}, {"title": "drip hand"}),
        # The word itself, rather than a longer one that begins with it.
        ("칼", {"body": "칼을 갈아요"}, {"body": "칼슘을 먹어요"}),
    ],
)
def test_what_is_better(searched, better, worse):
    assert order(searched, candidate(1, **better), candidate(2, **worse)) == [1, 2]


def score(searched: str, body: str) -> float:
    (ranked,) = rank(parse_query(searched), [candidate(1, body=body)], [10])
    return ranked.score


def test_a_word_with_a_particle_counts_once_like_any_other():
    """Whatever has the typed form has its stem as well, which is not counted on top of it."""
    assert score("강아지를", "강아지를") == score("커피", "커피")


def test_a_word_in_another_form_counts_less_and_yet_something():
    assert 0 < score("강아지를", "강아지가") < score("강아지를", "강아지를")


def test_a_rare_word_counts_more_than_a_common_one():
    one = candidate(1, title="rare", body="common")
    other = candidate(2, title="common", body="rare")
    assert order("rare common", one, other, counts=[3, 1000]) == [1, 2]
    assert order("rare common", one, other, counts=[1000, 3]) == [2, 1]


def test_of_equals_the_newer_one():
    assert order("커피", candidate(1, body="커피"), candidate(2, body="커피")) == [2, 1]


def test_nothing_to_rank():
    assert order("커피") == []
