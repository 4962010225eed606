"""The search index: a row for each post, written in the transaction of the post.

Each database keeps it in its own way, so each has its own module with the same three functions.
"""

from __future__ import annotations

from types import ModuleType

from sqlalchemy.orm import Session

from qaboard.models import Post
from qaboard.search import postgresql, sqlite
from qaboard.search.analysis import tokenize
from qaboard.search.query import Query

_ENGINES: dict[str, ModuleType] = {"postgresql": postgresql, "sqlite": sqlite}


def _engine_of(session: Session) -> ModuleType:
    return _ENGINES[session.get_bind().dialect.name]


def index_post(session: Session, post: Post, *, text: str, author_name: str) -> None:
    """Put a post into the index, or put it there anew.

    :param text: what the post says, without markup.
    """
    _engine_of(session).write_row(
        session,
        post.id,
        title=tokenize(post.title or ""),
        body=tokenize(text),
        author=tokenize(author_name),
    )


def count_hits(session: Session, query: Query) -> int:
    """How many posts that anybody may see have all terms of the query."""
    if not query.terms:
        return 0
    return _engine_of(session).count_hits(session, query)


def find_post_ids(session: Session, query: Query, *, limit: int, offset: int) -> list[int]:
    """The posts that have all terms of the query, best first; newer ones first among equals.

    :param limit: how many ids at most.
    :param offset: how many to pass over.
    """
    if not query.terms:
        return []
    return _engine_of(session).find_post_ids(session, query, limit, offset)
