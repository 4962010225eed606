"""SQL filters for search operators, for both databases."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import tzinfo

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    TableClause,
    and_,
    column,
    false,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.orm import aliased

from qaboard.models import Post, User
from qaboard.search.candidates import EXAMINED_MAX_COUNT, RANKED_CHARACTERS
from qaboard.search.query import Comparison, Query, State

_POSTS = Post.__table__.c
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
    names = (id_name, "title", "body", "author", "version")
    return table("post_search", *map(column, names))


def select_ids(query: Query, zone: tzinfo) -> Select:
    """The ids of the posts that anybody may see and that are as asked for, whatever they say.

    They come in the order of the index by which they are found, and of that no more than
    ``EXAMINED_MAX_COUNT`` are looked at: the posts of one author, the best, the youngest, or those
    with the highest ids.
    """
    examined = select_examined(query, zone).subquery()
    return (
        select(Post.id)
        .join(examined, examined.c.id == Post.id)
        .outerjoin(PARENT, PARENT.c.id == Post.question_id)
        .where(Post.deleted_at.is_(None), PARENT.c.deleted_at.is_(None))
        .where(*conditions_of_states(query.states))
        .order_by(*_order_without_words(query))
    )


def _order_without_words(query: Query) -> list[ColumnElement]:
    if query.author_key is None and query.days:
        return [Post.created_at.desc(), Post.id.desc()]
    if query.author_key is None and query.scores:
        return [Post.score.desc(), Post.id.desc()]
    return [Post.id.desc()]


def select_examined(query: Query, zone: tzinfo) -> Select:
    """The ids of the posts of which `select_ids` takes some."""
    return (
        select(Post.id)
        # In the words of the indexes by score and by time.
        .where(Post.id > literal_column("0"), *bounds_of(query, zone))
        .order_by(*_order_without_words(query))
        .limit(literal_column(str(EXAMINED_MAX_COUNT)))
    )


def select_candidates(
    examined: Subquery, index: Table, index_id: ColumnElement[int], states: Iterable[State]
) -> Select:
    """The columns of a `Candidate`, of the posts that anybody may see, in the order in which they
    are examined: sorting them would examine all.

    :param examined: what has the ids of posts, in a column ``id``.
    :param index_id: the column of the index that is the id of the post.
    """
    # Outer joins, though nothing is missing: they have both databases take one of the examined
    # after the other, and stop when they have enough. They stay outer ones only while no condition
    # says that something is there (`in_order`).
    return (
        select(
            _POSTS.id,
            index.c.title,
            func.substr(index.c.body, 1, RANKED_CHARACTERS),
            index.c.author,
            _POSTS.score,
        )
        .select_from(examined)
        .outerjoin(Post.__table__, _POSTS.id == examined.c.id)
        .outerjoin(PARENT, PARENT.c.id == _POSTS.question_id)
        .outerjoin(index, index_id == examined.c.id)
        .where(_POSTS.deleted_at.is_(None), PARENT.c.deleted_at.is_(None))
        .where(*map(in_order, conditions_of_states(states)))
    )


def in_order(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition in words of which a database cannot tell that they are false of what is missing:
    it could then make another join of an outer one, and take the rows in another order."""
    return func.coalesce(condition, false())


def select_titles(examined: Subquery, index: TableClause, index_id: ColumnElement[int]) -> Select:
    """The columns of a `Candidate` that are known without reading its post: those of the title.

    :param examined: as in `select_candidates`.
    """
    nothing = literal_column("''")
    return (
        select(
            examined.c.id,
            index.c.title,
            nothing.label("body"),
            nothing.label("author"),
            literal_column("0").label("post_score"),
        )
        .select_from(examined)
        .outerjoin(index, index_id == examined.c.id)
    )


def conditions_of_states(states: Iterable[State]) -> list[ColumnElement[bool]]:
    """Those of the operator ``is:``."""
    return [_STATES[state] for state in states]


def bounds_of(query: Query, zone: tzinfo) -> list[ColumnElement[bool]]:
    """Those of the operators that have values of their own.

    :param zone: where the days of ``created:`` are days.
    """
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
