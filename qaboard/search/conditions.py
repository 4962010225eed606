"""What a query asks of a post beside its words; the same on both databases."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import tzinfo

from sqlalchemy import ColumnElement, Select, Table, and_, column, func, select, table
from sqlalchemy.orm import aliased

from qaboard.models import Post, User
from qaboard.search.candidates import RANKED_CHARACTERS
from qaboard.search.query import Comparison, Query, State

PARENT = aliased(Post.__table__)
"""The question that an answer is below."""

_STATES = {
    State.QUESTION: Post.question_id.is_(None),
    State.ANSWER: Post.question_id.is_not(None),
    State.ANSWERED: and_(Post.question_id.is_(None), Post.answer_count > 0),
    State.UNANSWERED: and_(Post.question_id.is_(None), Post.answer_count == 0),
}
_OPERATORS = {
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.EXACTLY: operator.eq,
}


def index_table(id_name: str) -> Table:
    """The table of the index, as one that SQLAlchemy can name.

    :param id_name: the column with the id of the post.
    """
    names = (id_name, "title", "body", "author", "version", "document")
    return table("post_search", *map(column, names))


def select_ids(query: Query, zone: tzinfo) -> Select:
    """The ids of the posts that anybody may see and that are as asked for, whatever they say."""
    return (
        select(Post.id)
        .outerjoin(PARENT, PARENT.c.id == Post.question_id)
        .where(Post.deleted_at.is_(None), PARENT.c.deleted_at.is_(None))
        .where(*conditions_of(query, zone))
        .order_by(Post.id.desc())
    )


def select_candidates(index: Table, index_id: ColumnElement[int]) -> Select:
    """The columns of a `Candidate`, of the posts that anybody may see."""
    return (
        select(
            Post.id,
            index.c.title,
            func.substr(index.c.body, 1, RANKED_CHARACTERS),
            index.c.author,
            Post.score,
        )
        .select_from(index)
        .join(Post, Post.id == index_id)
        .outerjoin(PARENT, PARENT.c.id == Post.question_id)
        .where(Post.deleted_at.is_(None), PARENT.c.deleted_at.is_(None))
    )


def conditions_of(query: Query, zone: tzinfo) -> list[ColumnElement[bool]]:
    """What a post must be like to be found, whatever it says.

    :param zone: where the days of ``created:`` are days.
    """
    return [*conditions_of_states(query.states), *bounds_of(query, zone)]


def conditions_of_states(states: Iterable[State]) -> list[ColumnElement[bool]]:
    """Those of the operator ``is:``."""
    return [_STATES[state] for state in states]


def bounds_of(query: Query, zone: tzinfo) -> list[ColumnElement[bool]]:
    """Those of the operators that have values of their own."""
    conditions = []
    if query.author_key is not None:
        author = select(User.id).where(User.username_key == query.author_key)
        conditions.append(Post.author_id == author.scalar_subquery())
    conditions += [_OPERATORS[bound.comparison](Post.score, bound.score) for bound in query.scores]
    for bound in query.days:
        begin, end = bound.interval(zone)
        if begin is not None:
            conditions.append(Post.created_at >= begin)
        if end is not None:
            conditions.append(Post.created_at < end)
    return conditions
