"""The measures on cases worked out by hand."""

from math import log2

import pytest
from measures import Scores, discounted_cumulative_gain, mean, ndcg, recall, reciprocal_rank, score

JUDGEMENTS = {"a": 3, "b": 2, "c": 1}


@pytest.mark.parametrize(
    ("ranking", "depth", "expected"),
    [
        (["a", "b", "c"], 10, 1),
        (["x", "a", "y", "b"], 10, 2 / 3),
        (["x", "a", "y", "b"], 2, 1 / 3),
        (["a", "b", "c"], 1, 1 / 3),
        (["x", "y"], 10, 0),
        ([], 10, 0),
    ],
)
def test_recall(ranking, depth, expected):
    assert recall(JUDGEMENTS, ranking, depth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [(["a"], 1), (["x", "c", "a"], 1 / 2), (["x", "y", "z", "b"], 1 / 4), (["x"], 0), ([], 0)],
)
def test_reciprocal_rank(ranking, expected):
    assert reciprocal_rank(JUDGEMENTS, ranking) == pytest.approx(expected)


def test_discounted_cumulative_gain():
    # Gains 7, 0, 3 and 1, divided by log2 of 2, 3, 4 and 5.
    assert discounted_cumulative_gain([3, 0, 2, 1]) == pytest.approx(7 + 3 / 2 + 1 / log2(5))
    assert discounted_cumulative_gain([]) == 0


def test_ndcg_of_the_best_ranking_is_one():
    assert ndcg(JUDGEMENTS, ["a", "b", "c", "x"], 10) == pytest.approx(1)


def test_ndcg_of_a_ranking_with_flaws():
    # Best: 7 + 3 / log2(3) + 1 / 2 = 9.392789; this one: 1 + 0 + 7 / 2 = 4.5.
    assert ndcg(JUDGEMENTS, ["c", "x", "a"], 10) == pytest.approx(4.5 / 9.392789, abs=1e-6)


def test_ndcg_counts_no_more_relevant_documents_than_the_depth():
    # Of three, the best ranking of depth 1 has only the first.
    assert ndcg(JUDGEMENTS, ["a"], 1) == pytest.approx(1)
    assert ndcg(JUDGEMENTS, ["b", "a"], 1) == pytest.approx(3 / 7)


def test_ndcg_of_nothing_relevant_is_zero():
    assert ndcg(JUDGEMENTS, ["x", "y"], 10) == 0
    assert ndcg(JUDGEMENTS, [], 10) == 0


def test_scores_look_at_ten_documents():
    below = [str(number) for number in range(10)]
    assert score({"a": 3}, [*below, "a"]) == Scores(0, 0, 0, 0)
    assert score({"a": 3}, [*below[:9], "a"]) == Scores(
        0, 1, pytest.approx(1 / 10), pytest.approx(1 / log2(11))
    )


def test_the_mean_is_taken_of_each_measure():
    assert mean([Scores(0, 1, 0.5, 0.25), Scores(1, 1, 1, 0.75)]) == Scores(0.5, 1, 0.75, 0.5)
