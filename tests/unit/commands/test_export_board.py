"""The command that exports a board."""

from __future__ import annotations

import json


def test_a_board_is_written_line_by_line_into_a_new_file(people, command, tmp_path):
    people.question(people.user("minji"))
    file = tmp_path / "board.jsonl"
    result = command("export", str(file))
    assert "Exported 2 records." in result.stderr
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == {"format": "qaboard", "version": 1}
    assert [line["record"] for line in lines[1:]] == ["user", "question", "end"]
    assert "already exists" in command("export", str(file)).stderr


def test_standard_output_has_nothing_but_the_board(people, command):
    people.user()
    lines = command("export", "-").stdout.splitlines()
    assert [json.loads(line).get("record") for line in lines] == [None, "user", "end"]
