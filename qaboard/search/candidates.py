"""What the index of either database hands on to be ranked."""

from __future__ import annotations

from dataclasses import dataclass

CANDIDATES_MAX_COUNT = 1000
"""How many posts are ranked, the newest; a search for what more of them have says "1,000+"."""

TITLE_CANDIDATES_MAX_COUNT = 500
"""How many more are ranked of those that have everything in the title, however old they are."""

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


def pack(tokens: list[str]) -> str:
    """Tokens as they are stored: each between spaces of its own, so that each can be counted."""
    return "".join(f" {token} " for token in tokens)
