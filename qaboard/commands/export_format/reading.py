"""Reading the file of a board: line by line, and nothing that is not as the format says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import click

from qaboard.commands.export_format.limits import ROW_LIMITS, WrongValue
from qaboard.commands.export_format.records import END, HEADER, RECORDS, Record, decode

LINE_MAX_BYTES = 4 * 1024 * 1024
"""Far more than the longest text takes, and little memory."""

_SHOWN_CHARACTERS = 60
"""How much of what a file has in it is quoted in a sentence."""


class LineError(click.ClickException):
    """A line that cannot be read or stored; nothing was imported."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"Line {number:,}: {sentence} Nothing was imported.")


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record of a file: its line, counted from 1, and the values of its columns."""

    line: int
    record: Record
    values: dict[str, Any]


def read_board(file: IO[bytes]) -> Iterator[ReadRecord]:
    """The records of a file, in their order.

    :raises LineError: at the first line that is not as it must be, also when the end is missing.
    """
    number = 1
    _check_header(_read_line(file, number))
    place = 0
    while True:
        number += 1
        values = _read_line(file, number)
        if values is None:
            raise LineError(number, "The file is cut off here. Its last line is missing.")
        name = values.pop("record", None)
        if name == END:
            break
        index = next((i for i, record in enumerate(RECORDS) if record.name == name), None)
        if index is None:
            raise LineError(number, f"There is no record type {_quoted(name)}.")
        if index < place:
            raise LineError(number, f"A {name} cannot come after a {RECORDS[place].name}.")
        place = index
        yield ReadRecord(number, RECORDS[index], _decode(number, RECORDS[index], values))
    if values != {"records": number - 2}:
        raise LineError(number, f"It should say that there are {number - 2} records.")
    if _read_line(file, number + 1) is not None:
        raise LineError(number + 1, "There is data after the end.")


def _read_line(file: IO[bytes], number: int) -> dict[str, Any] | None:
    """The object in a line; ``None`` at the end of the file."""
    line = file.readline(LINE_MAX_BYTES)
    if not line:
        return None
    if len(line) == LINE_MAX_BYTES:
        raise LineError(number, f"It is longer than {LINE_MAX_BYTES:,} bytes.")
    try:
        values = json.loads(
            line.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise LineError(number, "It is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise LineError(number, f"It is not JSON ({str(error)[:_SHOWN_CHARACTERS]}).") from None
    if not isinstance(values, dict):
        raise LineError(number, "It is not a JSON object.")
    return values


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of two values under one name, readers would take either."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name appears twice")
    return values


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _check_header(header: dict[str, Any] | None) -> None:
    if header is None or header.get("format") != HEADER["format"]:
        raise LineError(1, f"It should be {json.dumps(HEADER)}. This is not an exported board.")
    if header.get("version") != HEADER["version"]:
        raise LineError(
            1,
            f"The format has version {_quoted(header.get('version'))}, and this release of qaboard "
            f"reads version {HEADER['version']}.",
        )
    if header != HEADER:
        raise LineError(1, f"It should be {json.dumps(HEADER)}.")


def _quoted(value: Any) -> str:
    return ascii(value)[:_SHOWN_CHARACTERS]


def _decode(number: int, record: Record, values: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in record.field_names if name not in values]
    if missing:
        raise LineError(number, f"The {record.name} lacks {', '.join(missing)}.")
    unknown = [name for name in values if name not in record.field_names]
    if unknown:
        raise LineError(number, f"A {record.name} has no {_quoted(unknown[0])}.")
    row: dict[str, Any] = dict(record.constants)
    for column in record.columns:
        value = values[column.name]
        if value is None and record.may_be_null(column):
            row[column.name] = None
            continue
        try:
            row[column.name] = decode(column, value)
        except WrongValue as error:
            raise LineError(number, f"The {column.name} of the {record.name} {error}.") from None
    for limit in ROW_LIMITS.get(record.table, ()):
        if not limit.holds(row):
            raise LineError(number, f"The {record.name} is wrong: {limit.sentence}.")
    return row
