"""BM25F ranking over title, body and author.

The formula is BM25F's (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009,
section 3.6): what a term counts in each field is weighed and added before it is saturated. It is
computed here and not by the databases, so that both rank alike, and over the candidates only, so
that a word of half of all posts costs no more than a rare one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qaboard.search.candidates import CANDIDATES_MAX_COUNT, Candidate, pack
from qaboard.search.query import Phrase, Query, Term

Counter = Callable[[str], float]

SATURATION = 1.2
LENGTH_WEIGHT = 0.5
"""The k1 and b of BM25: how soon more of the same counts no more, and how much length counts."""

TITLE_WEIGHT = 6.0
BODY_WEIGHT = 1.0
AUTHOR_WEIGHT = 0.1

OTHER_FORM_WEIGHT = 0.5
"""What a word in another form counts: with another particle, or divided by a space."""

TITLE_PHRASE_FACTOR = 1.6
BODY_PHRASE_FACTOR = 1.25
"""What a post counts more that has all words one after the other, as they were typed."""

VOTES_WEIGHT = 0.05

PARTICLE_SYLLABLES = "을를이가은는의에로도과와만"
ONE_SYLLABLE_INSIDE_WEIGHT = 0.2
"""What a searched syllable counts that begins a longer word."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """``coverage`` is how much of the query a post has, 0 to 1; rare words are more of it."""

    post_id: int
    score: float
    coverage: float


def rank(
    query: Query, candidates: Sequence[Candidate], document_counts: Sequence[int]
) -> list[Ranked]:
    """The candidates, best first; newer ones first among equals.

    :param document_counts: how many posts have each term of the query, counted up to
        ``CANDIDATES_MAX_COUNT``.
    """
    lengths = [_length(candidate.body) for candidate in candidates]
    mean_length = sum(lengths) / len(lengths) if lengths else 1.0
    rarities = [1 + math.log(CANDIDATES_MAX_COUNT / max(1, count)) for count in document_counts]
    weighed = list(zip(map(_term_frequency, query.terms), rarities, strict=True))
    count_whole = _phrase_counter(query.whole) if query.whole else None
    all_rarities = sum(rarities)
    ranked = []
    for candidate, length in zip(candidates, lengths, strict=True):
        norm = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / mean_length
        score = covered = 0.0
        for frequency_of, rarity in weighed:
            frequency = frequency_of(candidate, norm)
            if frequency:
                score += rarity * _saturate(frequency)
                covered += rarity
        if count_whole and count_whole(candidate.title):
            score *= TITLE_PHRASE_FACTOR
        elif count_whole and count_whole(candidate.body):
            score *= BODY_PHRASE_FACTOR
        score += VOTES_WEIGHT * math.copysign(
            math.log1p(abs(candidate.post_score)), candidate.post_score
        )
        ranked.append(Ranked(candidate.post_id, score, covered / all_rarities))
    return sorted(ranked, key=lambda each: (each.score, each.post_id), reverse=True)


def _length(packed: str) -> int:
    return packed.count("  ") + 1


def _saturate(frequency: float) -> float:
    return frequency * (SATURATION + 1) / (frequency + SATURATION)


def _term_frequency(term: Term) -> Callable[[Candidate, float], float]:
    """What tells how often a candidate has a term, weighed by field.

    Its second argument is what the length of the body is divided by.
    """
    if term.forms == (term.exact,) and not term.exact.is_prefix:
        # Most terms; each call that is saved counts for hundreds of candidates.
        packed = pack(list(term.exact.tokens))
        return lambda candidate, norm: (
            TITLE_WEIGHT * candidate.title.count(packed)
            + BODY_WEIGHT * candidate.body.count(packed) / norm
            + AUTHOR_WEIGHT * candidate.author.count(packed)
        )
    count = _term_counter(term)
    return lambda candidate, norm: (
        TITLE_WEIGHT * count(candidate.title)
        + BODY_WEIGHT * count(candidate.body) / norm
        + AUTHOR_WEIGHT * count(candidate.author)
    )


def _term_counter(term: Term) -> Counter:
    """What counts a term in a field; in another form than the typed one it counts less."""
    count_exact = _phrase_counter(term.exact)
    count_others = [_phrase_counter(form) for form in term.forms if form != term.exact]
    if not count_others:
        return count_exact

    def count(field: str) -> float:
        exact = count_exact(field)
        others = sum(count_other(field) for count_other in count_others)
        # Whatever has the typed form has its stem as well.
        return exact + OTHER_FORM_WEIGHT * max(0.0, others - exact)

    return count


def _phrase_counter(phrase: Phrase) -> Counter:
    """What counts a phrase in a field."""
    packed = pack(list(phrase.tokens))
    if not phrase.is_prefix:
        return lambda field: field.count(packed)
    begun = packed[:-1]
    if len(phrase.tokens) > 1:
        return lambda field: field.count(begun)
    word = re.compile(rf"{re.escape(begun)}[{PARTICLE_SYLLABLES}]? ")

    def count(field: str) -> float:
        begins = field.count(begun)
        if not begins:
            return 0.0
        words = len(word.findall(field))
        return words + ONE_SYLLABLE_INSIDE_WEIGHT * (begins - words)

    return count
