"""Find and mark search matches in text; cut snippets."""

from __future__ import annotations

import re
from functools import lru_cache

from qaboard.search.analysis import RunKind, find_runs, stem_english
from qaboard.search.query import Query

SNIPPET_CHARACTERS = 200
_CONTEXT_CHARACTERS = 60


@lru_cache(maxsize=64)
def _searched(query: Query) -> tuple[frozenset[str], frozenset[str], re.Pattern | None]:
    """The stems of words, the signed words, and a pattern of the pieces of longer runs."""
    texts = {text for term in query.terms for text in term.texts}
    words = frozenset(stem_english(text) for kind, text in texts if kind is RunKind.WORD)
    signed = frozenset(text for kind, text in texts if kind is RunKind.SIGNED)
    pieces = sorted((text for kind, text in texts if kind is RunKind.CJK), key=len, reverse=True)
    return words, signed, re.compile("|".join(map(re.escape, pieces))) if pieces else None


def find_hits(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text, as (start, end) in characters, in order."""
    words, signed, pattern = _searched(query)
    hits = []
    for run in find_runs(text):
        if run.kind is RunKind.WORD:
            if stem_english(run.text) in words:
                hits.append((run.start, run.end))
        elif run.kind is RunKind.SIGNED:
            if run.text in signed or stem_english(run.text.lstrip(".")) in words:
                hits.append((run.start, run.end))
        elif pattern and len(run.text) == run.end - run.start:
            hits += [
                (run.start + match.start(), run.start + match.end())
                for match in pattern.finditer(run.text)
            ]
        elif pattern and pattern.search(run.text):
            # Normalising changed the length, so places inside it are not the text's own.
            hits.append((run.start, run.end))
    return hits


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
