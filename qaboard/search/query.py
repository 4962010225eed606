"""What somebody searches for, read from the search box, and where it stands in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qaboard.folding import fold
from qaboard.search.analysis import Run, find_runs, tokens_of_run

QUERY_MAX_CHARACTERS = 200
QUERY_MAX_TERMS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """Something that stands between spaces: its tokens must follow one another.

    ``is_prefix`` says that the last token is only the beginning of what is looked for.
    """

    runs: tuple[Run, ...]
    tokens: tuple[str, ...]
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Query:
    """The terms of a search, all of which must be found. It may have none."""

    text: str
    terms: tuple[Term, ...]


def parse_query(text: str) -> Query:
    """Read what was typed; anything can be, and is at worst a search for nothing."""
    text = " ".join(text[:QUERY_MAX_CHARACTERS].split())
    terms = [_parse_term(chunk) for chunk in text.split(" ")]
    return Query(text, tuple(term for term in terms if term is not None)[:QUERY_MAX_TERMS])


def _parse_term(chunk: str) -> Term | None:
    runs = tuple(find_runs(fold(chunk)))
    if not runs:
        return None
    tokens = [token for run in runs[:-1] for token in tokens_of_run(run)]
    tokens += tokens_of_run(runs[-1], is_complete=False)
    return Term(runs, tuple(tokens), is_prefix=runs[-1].is_cjk and len(runs[-1].text) == 1)


def find_hits(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text, as (start, end) in characters, in order."""
    words = {run.text for term in query.terms for run in term.runs if not run.is_cjk}
    pieces = {run.text for term in query.terms for run in term.runs if run.is_cjk}
    pattern = re.compile("|".join(map(re.escape, sorted(pieces, key=len, reverse=True))))
    hits = []
    for run in find_runs(text):
        if not run.is_cjk:
            if run.text in words:
                hits.append((run.start, run.end))
        elif pieces and len(run.text) == run.end - run.start:
            hits += [
                (run.start + match.start(), run.start + match.end())
                for match in pattern.finditer(run.text)
            ]
        elif pieces and pattern.search(run.text):
            # Normalising changed the length, so places inside it are not the text's own.
            hits.append((run.start, run.end))
    return hits


SNIPPET_CHARACTERS = 200
_CONTEXT_CHARACTERS = 60


def cut_snippet(text: str, query: Query) -> str:
    """The part of a text around the first hit, about ``SNIPPET_CHARACTERS`` long, cut at spaces."""
    text = " ".join(text.split())
    hits = find_hits(text, query)
    start = max(0, hits[0][0] - _CONTEXT_CHARACTERS) if hits else 0
    if start:
        space = text.find(" ", start, hits[0][0])
        start = space + 1 if space >= 0 else start
    end = start + SNIPPET_CHARACTERS
    if end < len(text):
        space = text.rfind(" ", start + SNIPPET_CHARACTERS // 2, end)
        end = space if space >= 0 else end
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


def split_at_hits(text: str, query: Query) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is a hit, for a page to mark."""
    pieces, position = [], 0
    for start, end in find_hits(text, query):
        if start > position:
            pieces.append((text[position:start], False))
        pieces.append((text[start:end], True))
        position = end
    if position < len(text):
        pieces.append((text[position:], False))
    return pieces
