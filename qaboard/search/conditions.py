"""What a query asks of a post beside its words, in SQL that both databases understand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from sqlalchemy import BindParameter, bindparam

from qaboard.models.base import UTCDateTime
from qaboard.search.query import Comparison, Query, State

VISIBLE = "posts.deleted_at IS NULL AND questions.deleted_at IS NULL"
"""What anybody may see: neither the post nor the question it answers is deleted."""

JOINED_POSTS = """
    JOIN posts ON posts.id = {id}
    LEFT JOIN posts AS questions ON questions.id = posts.question_id
"""

_STATES = {
    State.QUESTION: "posts.question_id IS NULL",
    State.ANSWER: "posts.question_id IS NOT NULL",
    State.ANSWERED: "posts.question_id IS NULL AND posts.answer_count > 0",
    State.UNANSWERED: "posts.question_id IS NULL AND posts.answer_count = 0",
}


@dataclass(slots=True)
class Conditions:
    """Conditions that must all hold, in SQL, and the values of their parameters."""

    clauses: list[str] = field(default_factory=list)
    parameters: list[BindParameter[Any]] = field(default_factory=list)

    def add(self, clause: str, **values: Any) -> None:
        """Add a condition; in it ``{name}`` stands for the parameter of this value."""
        names = {}
        for name, value in values.items():
            names[name] = f":value_{len(self.parameters)}"
            kind = UTCDateTime() if hasattr(value, "tzinfo") else None
            self.parameters.append(bindparam(names[name][1:], value, type_=kind))
        self.clauses.append(clause.format(**names))

    @property
    def sql(self) -> str:
        return " AND ".join(f"({clause})" for clause in self.clauses)


def conditions_of(query: Query, zone: tzinfo) -> Conditions:
    """What a post must be like to be found, whatever it says.

    :param zone: where the days of ``created:`` are days.
    """
    conditions = Conditions([VISIBLE])
    if query.author_key is not None:
        conditions.add(
            "posts.author_id = (SELECT id FROM users WHERE username_key = {key})",
            key=query.author_key,
        )
    conditions.clauses += [_STATES[state] for state in query.states]
    for bound in query.scores:
        sign = "=" if bound.comparison is Comparison.EXACTLY else bound.comparison.value
        conditions.add(f"posts.score {sign} {{score}}", score=bound.score)
    for bound in query.days:
        begin, end = bound.interval(zone)
        if begin is not None:
            conditions.add("posts.created_at >= {moment}", moment=begin)
        if end is not None:
            conditions.add("posts.created_at < {moment}", moment=end)
    return conditions
