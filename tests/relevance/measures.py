"""How good a ranking is, judged by people: the measures of information retrieval.

A ranking is a list of document ids, best first, without repetitions. Judgements say for each
relevant document how relevant it is, from 1 upwards; a document without a judgement is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from math import log2
from statistics import fmean


def recall(judgements: Mapping[str, int], ranking: Sequence[str], depth: int) -> float:
    """The share of the relevant documents, of any grade, that stand among the first ones.

    :param judgements: at least one.
    :param depth: how many of the first ones are looked at. With more relevant documents than
        that, 1 cannot be reached.
    """
    return sum(document in judgements for document in ranking[:depth]) / len(judgements)


def reciprocal_rank(judgements: Mapping[str, int], ranking: Sequence[str]) -> float:
    """One divided by the place of the first relevant document, of any grade; 0 without one.

    Its mean over the queries is the MRR (Voorhees, "The TREC-8 Question Answering Track Report",
    1999).
    """
    for place, document in enumerate(ranking, start=1):
        if document in judgements:
            return 1 / place
    return 0.0


def discounted_cumulative_gain(grades: Iterable[int]) -> float:
    """The sum of the gains at each place, worth less the further down they stand.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002; with the
    gain 2^grade - 1 and the discount log2(place + 1) that Burges et al. gave it in 2005.

    :param grades: those of the documents from the first place on; 0 is not relevant.
    """
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, start=1))


def ndcg(judgements: Mapping[str, int], ranking: Sequence[str], depth: int) -> float:
    """The discounted cumulative gain of the first ones, as a share of what the best ranking has.

    :param judgements: at least one, of a grade above 0.
    :param depth: how many of the first ones are looked at, in both rankings.
    """
    found = [judgements.get(document, 0) for document in ranking[:depth]]
    best = sorted(judgements.values(), reverse=True)[:depth]
    return discounted_cumulative_gain(found) / discounted_cumulative_gain(best)


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one query, or their means over several; each from 0 to 1."""

    recall_at_1: float
    recall_at_10: float
    reciprocal_rank: float
    ndcg_at_10: float


DEPTH = 10
"""How many documents a ranking needs for its scores; what stands below has no part in them."""


def score(judgements: Mapping[str, int], ranking: Sequence[str]) -> Scores:
    """All measures of the ranking that a query got."""
    ranking = ranking[:DEPTH]
    return Scores(
        recall_at_1=recall(judgements, ranking, 1),
        recall_at_10=recall(judgements, ranking, DEPTH),
        reciprocal_rank=reciprocal_rank(judgements, ranking),
        ndcg_at_10=ndcg(judgements, ranking, DEPTH),
    )


def mean(scores: Sequence[Scores]) -> Scores:
    """The mean of each measure over the queries, of which there must be one."""
    return Scores(*map(fmean, zip(*map(astuple, scores), strict=True)))
