"""Search candidates handed from the index to the ranking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Row

CANDIDATES_MAX_COUNT = 1000
"""How many posts are ranked, the newest; a search for what more of them have says "1,000+"."""

TITLE_CANDIDATES_MAX_COUNT = 500
"""How many more are ranked of those that have everything in the title, however old they are."""

EXAMINED_MAX_COUNT = 5000
"""How many of the newest posts that have all words are looked at for whether they may be seen and
are as the operators ask; a common word and a rare score would otherwise read all of them."""

RANKED_CHARACTERS = 6000
"""How much of the tokens of a body counts for its rank."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that has what was searched for, with its tokens as `pack` makes them of each field.

    ``post_score`` is what its votes add up to.
    """

    post_id: int
    title: str
    body: str
    author: str
    post_score: int


def newest_first(rows: Iterable[Row]) -> list[Candidate]:
    """Candidates of rows that the database gave in whatever order; there is none without a post,
    nor where the index has lost its tokens."""
    candidates = [Candidate(*row) for row in rows if None not in row]
    return sorted(candidates, key=lambda candidate: candidate.post_id, reverse=True)


def pack(tokens: list[str]) -> str:
    """Tokens as they are stored: each between spaces of its own, so that each can be counted."""
    return "".join(f" {token} " for token in tokens)
