"""Files of a board that are not as the format says."""

from __future__ import annotations

import io
import json

import pytest

from qaboard.commands.export_format.reading import LineError, read_board

HEADER = {"format": "qaboard", "version": 1}
CODE = {"record": "recovery_code", "id": 1, "user_id": 1, "code_hash": "A" * 43 + "="}
VOTE = {
    "record": "vote", "post_id": 1, "user_id": 1, "value": 1,
    "created_at": "2026-01-31T12:34:56.000000Z",
}  # fmt: skip


def read(*lines: dict | bytes) -> list:
    content = b"".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines
    )
    return list(read_board(io.BytesIO(content)))


def end(count: int) -> dict:
    return {"record": "end", "records": count}


def test_records_come_with_their_lines_and_values():
    (code, vote) = read(HEADER, CODE, VOTE, end(2))
    assert (code.line, vote.line) == (2, 3)
    assert code.values["code_hash"] == b"\0" * 32
    assert vote.values["value"] == 1


def test_an_empty_board_is_a_header_and_an_end():
    assert read(HEADER, end(0)) == []


@pytest.mark.parametrize(
    ("lines", "number", "words"),
    [
        ([], 1, "not an exported board"),
        ([b"{}\n"], 1, "not an exported board"),
        ([{"format": "qaboard", "version": 2}], 1, "reads version 1"),
        ([HEADER | {"x": 1}], 1, "It should be"),
        ([HEADER], 2, "cut off"),
        ([HEADER, CODE], 3, "cut off"),
        ([HEADER, CODE, end(2)], 3, "there are 1 records"),
        ([HEADER, end(0), CODE], 3, "data after the end"),
        ([HEADER, VOTE, CODE, end(2)], 3, "cannot come after a vote"),
        ([HEADER, {"record": "note"}], 2, "no record type"),
        ([HEADER, CODE | {"x": 1}], 2, "has no 'x'"),
        ([HEADER, {"record": "vote"}], 2, "lacks post_id"),
        ([HEADER, VOTE | {"value": None}], 2, "value of the vote must be"),
        ([HEADER, VOTE | {"value": 3}], 2, "must be one of: -1, 1"),
        ([HEADER, b"\xff\n"], 2, "not UTF-8"),
        ([HEADER, b"nonsense\n"], 2, "not JSON"),
        ([HEADER, b"[]\n"], 2, "not a JSON object"),
        ([HEADER, b'{"record": "vote", "record": "user"}\n'], 2, "appears twice"),
        ([HEADER, b'{"record": NaN}\n'], 2, "is not a number"),
        ([HEADER, b"[" * 100_000 + b"\n"], 2, "not JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lines, number, words):
    with pytest.raises(LineError) as error:
        read(*lines)
    assert error.value.message.startswith(f"Line {number}: ")
    assert words in error.value.message
