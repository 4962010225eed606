"""Search query parser.

The language: words, which must all be found; ``"a phrase"``; ``-without``; ``user:name``;
``is:question``, ``is:answer``, ``is:answered``, ``is:unanswered``; ``score:>3`` and
``created:>2026-01-01`` with ``>``, ``>=``, ``<``, ``<=`` or nothing for exactly. Anything can be
typed: what is none of these is searched for as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from qaboard.i18n.normalization import fold
from qaboard.models import username_key
from qaboard.search.analysis import Run, RunKind, find_runs, tokens_of_run
from qaboard.search.korean import is_ending, stem_of

QUERY_MAX_CHARACTERS = 200
QUERY_MAX_TERMS = 16
SCORE_MAX_DIGITS = 9

COMPOUND_MIN_SYLLABLES = 4
COMPOUND_MAX_SYLLABLES = 10
PART_MIN_SYLLABLES = 2
"""A word of so many syllables is also found as two words of so many at least."""


class State(StrEnum):
    """What ``is:`` asks for."""

    QUESTION = "question"
    ANSWER = "answer"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class Comparison(StrEnum):
    """How ``score:`` and ``created:`` compare."""

    MORE = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    EXACTLY = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow one another.

    ``is_prefix`` says that the last one is only the beginning of what is looked for.
    """

    tokens: tuple[str, ...]
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Term:
    """Something that stands between spaces or quotes.

    It is found as any of ``forms``; ``exact`` is the form in which it was typed, and
    ``texts`` are the pieces to be marked in what is found.
    """

    exact: Phrase
    forms: tuple[Phrase, ...]
    texts: tuple[tuple[RunKind, str], ...]


@dataclass(frozen=True, slots=True)
class ScoreBound:
    comparison: Comparison
    score: int


@dataclass(frozen=True, slots=True)
class DayBound:
    comparison: Comparison
    day: date

    def interval(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From when, and until before when, something of these days was made; in UTC.

        :param zone: where the day is one.
        """
        begin = datetime.combine(self.day, time.min, zone).astimezone(UTC)
        end = datetime.combine(self.day + timedelta(days=1), time.min, zone).astimezone(UTC)
        return {
            Comparison.MORE: (end, None),
            Comparison.AT_LEAST: (begin, None),
            Comparison.LESS: (None, begin),
            Comparison.AT_MOST: (None, end),
            Comparison.EXACTLY: (begin, end),
        }[self.comparison]


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; all of it must hold.

    ``text`` is what was typed. ``terms`` must be found and ``excluded`` not; ``whole`` is all terms
    as one phrase, where there are several. ``author_key`` is the folded name of ``user:``.
    ``misread`` are the pieces that look like an operator and are searched for as words.
    """

    text: str
    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    whole: Phrase | None = None
    author_key: str | None = None
    states: tuple[State, ...] = ()
    scores: tuple[ScoreBound, ...] = ()
    days: tuple[DayBound, ...] = ()
    misread: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so that nothing is found."""
        return not (
            self.terms
            or self.excluded
            or self.author_key
            or self.states
            or self.scores
            or self.days
        )


# A quoted phrase, with the sign before it, or whatever stands between spaces.
_PIECE = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"(?=\s|$)|(?P<plain>\S+)')
_OPERATOR = re.compile(r"(?P<name>user|is|score|created):(?P<value>.+)", re.IGNORECASE)
_BOUND = re.compile(r"(?P<comparison>[<>]=?|)(?P<value>.+)")
_LOOKS_LIKE_OPERATOR = re.compile(r"(?:user|is|score|created):", re.IGNORECASE)


def parse_query(text: str) -> Query:
    """Read what was typed; anything can be, and is at worst a search for nothing."""
    text = " ".join(text[:QUERY_MAX_CHARACTERS].split())
    terms: list[Term] = []
    excluded: list[Term] = []
    typed: list[str] = []
    filters: dict[str, object] = {"states": [], "scores": [], "days": [], "author_key": None}
    misread: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match["phrase"] is not None:
            if match["minus"]:
                _add(excluded, _parse_phrase(match["phrase"]))
            else:
                _add(terms, _parse_phrase(match["phrase"]))
                typed.append(match["phrase"])
            continue
        if _read_operator(piece, filters):
            continue
        if _LOOKS_LIKE_OPERATOR.match(piece) or piece.count('"') % 2:
            misread.append(piece)
        if piece.startswith("-") and len(piece) > 1 and not piece.startswith("--"):
            _add(excluded, _parse_word(piece[1:]))
        else:
            _add(terms, _parse_word(piece))
            typed.append(piece)
    whole = _parse_phrase(" ".join(typed)) if len(terms) > 1 else None
    return Query(
        text,
        tuple(terms[:QUERY_MAX_TERMS]),
        tuple(excluded[:QUERY_MAX_TERMS]),
        whole.exact if whole else None,
        filters["author_key"],
        tuple(filters["states"]),
        tuple(filters["scores"]),
        tuple(filters["days"]),
        tuple(misread),
    )


def parse_title(text: str) -> Query:
    """The title of a question as a search for others like it: its words, none an operator."""
    return _parse_title(text[:QUERY_MAX_CHARACTERS])


@lru_cache(maxsize=128)
def _parse_title(text: str) -> Query:
    pieces = text.split()
    terms = [term for term in map(_parse_word, pieces) if term is not None]
    whole = _parse_phrase(" ".join(pieces)) if len(terms) > 1 else None
    return Query(
        text,
        tuple(terms[:QUERY_MAX_TERMS]),
        whole=whole.exact if whole else None,
        states=(State.QUESTION,),
    )


def _add(terms: list[Term], term: Term | None) -> None:
    if term is not None:
        terms.append(term)


def _read_operator(piece: str, filters: dict) -> bool:
    """Read one operator into the filters; whether it is a well-formed one."""
    match = _OPERATOR.fullmatch(piece)
    if match is None:
        return False
    name, value = match["name"].lower(), match["value"]
    if name == "user":
        if filters["author_key"] is not None:
            return False
        filters["author_key"] = username_key(value.removeprefix("@"))
        return bool(filters["author_key"])
    if name == "is":
        if value.lower() not in set(State):
            return False
        filters["states"].append(State(value.lower()))
        return True
    bound = _BOUND.fullmatch(value)
    comparison = Comparison(bound["comparison"])
    if name == "score":
        if not re.fullmatch(rf"-?[0-9]{{1,{SCORE_MAX_DIGITS}}}", bound["value"]):
            return False
        filters["scores"].append(ScoreBound(comparison, int(bound["value"])))
        return True
    try:
        day = date.fromisoformat(bound["value"])
    except ValueError:
        return False
    # Beyond these, a day of another zone is no time any more.
    if not 1 < day.year < 9999:
        return False
    filters["days"].append(DayBound(comparison, day))
    return True


def _parse_phrase(text: str) -> Term | None:
    """A phrase in quotes: as it was typed, in no other form."""
    runs = list(find_runs(fold(text)))
    if not runs:
        return None
    phrase = _phrase(runs)
    return Term(phrase, (phrase,), _texts(runs))


def _parse_word(text: str) -> Term | None:
    """A word: in its other forms too."""
    runs = list(find_runs(fold(text)))
    if not runs:
        return None
    exact = _phrase(runs)
    last = runs[-1]
    stem = stem_of(last.text) if last.is_cjk else last.text
    stemmed = [*runs[:-1], Run(stem, last.start, last.end, last.kind)]
    if len(runs) > 1 and is_ending(last.text):
        stemmed.pop()
    # Whatever has the word has its stem, so the stem alone is asked for.
    forms = [_phrase(stemmed)]
    texts = _texts(stemmed)
    if len(runs) == 1 and last.is_cjk:
        for position in _places_to_divide(stem):
            parts = [
                Run(stem[:position], last.start, last.end, last.kind),
                Run(stem[position:], last.start, last.end, last.kind),
            ]
            forms.append(_phrase(parts))
            texts += _texts(parts)
    return Term(exact, tuple(forms), texts)


def _places_to_divide(word: str) -> range:
    if not COMPOUND_MIN_SYLLABLES <= len(word) <= COMPOUND_MAX_SYLLABLES:
        return range(0)
    return range(PART_MIN_SYLLABLES, len(word) - PART_MIN_SYLLABLES + 1)


def _phrase(runs: list[Run]) -> Phrase:
    tokens = [token for run in runs[:-1] for token in tokens_of_run(run)]
    tokens += tokens_of_run(runs[-1], is_complete=False)
    return Phrase(tuple(tokens), is_prefix=runs[-1].is_cjk and len(runs[-1].text) == 1)


def _texts(runs: list[Run]) -> tuple[tuple[RunKind, str], ...]:
    return tuple((run.kind, run.text) for run in runs)
