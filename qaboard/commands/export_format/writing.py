"""Writing a board into a file, in batches, so that it may be of any size."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qaboard.commands.export_format.records import END, HEADER, RECORDS, encode

BATCH_SIZE = 1000
"""How many rows are held in memory at once."""


def count_records(session: Session) -> int:
    """How many records there will be, without the first and the last line."""
    return sum(
        session.scalar(select(func.count()).select_from(record.select().order_by(None).subquery()))
        for record in RECORDS
    )


def write_board(session: Session, file: IO[bytes], advance: Callable[[int], object]) -> int:
    """Write all records of a board.

    :param session: sees one state of the database throughout.
    :param advance: is told each time how many records have been written more.
    :return: how many there were.
    """
    _write_line(file, HEADER)
    total = 0
    for record in RECORDS:
        columns = record.columns
        rows = session.execute(record.select(), execution_options={"yield_per": BATCH_SIZE})
        for batch in rows.partitions():
            for row in batch:
                values = {
                    column.name: encode(value) for column, value in zip(columns, row, strict=True)
                }
                _write_line(file, {"record": record.name, **values})
            total += len(batch)
            advance(len(batch))
    _write_line(file, {"record": END, "records": total})
    return total


def _write_line(file: IO[bytes], values: Mapping[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    file.write(text.encode("utf-8") + b"\n")
