"""Phrases as they stand among the tokens of a post."""

from __future__ import annotations

from qaboard.search.analysis import tokenize
from qaboard.search.candidates import pack
from qaboard.search.query import Phrase, Query


def packed_phrase(phrase: Phrase) -> str:
    """What a field holds that has the phrase."""
    packed = pack(list(phrase.tokens))
    # The last token may go on.
    return packed[:-1] if phrase.is_prefix else packed


def author_phrase(query: Query) -> Phrase | None:
    """The tokens of the name after ``user:``, which the posts of that author have, and few others:
    finding those first saves looking at all posts that have the words."""
    tokens = tokenize(query.author_key or "")
    return Phrase(tuple(tokens), is_prefix=False) if tokens else None
