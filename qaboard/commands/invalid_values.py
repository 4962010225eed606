"""Find stored values that no form takes and the board never writes, table by table."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Row, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from qaboard.commands.export_format.limits import (
    ROW_LIMITS,
    WrongValue,
    accept_stored,
    limit_of,
    stored_form,
    wrong_type_on_sqlite,
)
from qaboard.commands.findings import EXAMPLES, Finding


def find_wrong_values(session: Session, table: Table) -> Finding:
    """Values of a table that no form takes and the board never writes."""
    key = [column.label(f"key_{column.name}") for column in table.primary_key.columns]
    conditions = _wrong_value_conditions(table, session.get_bind().dialect.name)
    examples: list[str] = []
    total = 0
    if conditions:
        labelled = [
            condition.label(f"wrong_{i}") for i, condition in enumerate(conditions.values())
        ]
        rows = session.execute(
            select(*key, *labelled, func.count().over())
            .where(or_(*conditions.values()))
            .order_by(*table.primary_key.columns)
            .limit(EXAMPLES)
        )
        for row in rows:
            total = row[-1]
            wrong = next(
                name for name, is_so in zip(conditions, row[len(key) :], strict=False) if is_so
            )
            examples.append(f"{_key_of(row, key)}: {wrong}")
    judged = [c for c in table.columns if (limit := limit_of(c)) and limit.exceeded is None]
    if judged:
        statement = select(*key, *map(stored_form, judged)).where(
            or_(*(column.is_not(None) for column in judged))
        )
        for row in session.execute(statement, execution_options={"yield_per": 1000}):
            try:
                for column, value in zip(judged, row[len(key) :], strict=True):
                    if value is not None:
                        name = column.name
                        accept_stored(column, value)
            except WrongValue as error:
                total += 1
                if len(examples) < EXAMPLES:
                    examples.append(f"{_key_of(row, key)}: its {name} {error}")
    return Finding(total, tuple(examples))


def _wrong_value_conditions(table: Table, dialect_name: str) -> dict[str, ColumnElement[bool]]:
    """The conditions for wrong values that the database itself can find, by what they find."""
    conditions = {}
    for each in table.columns:
        wrong = []
        if dialect_name == "sqlite":
            wrong.append(wrong_type_on_sqlite(each))
        limit = limit_of(each)
        if limit is not None and limit.exceeded is not None:
            wrong.append(limit.exceeded(each))
        if wrong:
            sentence = (limit and limit.sentence) or "must be of its column's type"
            conditions[f"its {each.name} {sentence}"] = and_(each.is_not(None), or_(*wrong))
    for limit in ROW_LIMITS.get(table, ()):
        conditions[limit.sentence] = limit.exceeded
    return conditions


def _key_of(row: Row, key: list) -> str:
    return " ".join(str(value) for value in row[: len(key)])
