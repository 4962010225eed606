"""Files that are there whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import click
import pytest

from qaboard.commands.atomic_write import COMPANIONS, new_file


def test_a_file_is_there_at_the_end_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "board.jsonl"
    with new_file(path) as unfinished:
        unfinished.write_text("whole")
        assert not path.exists()
        assert unfinished.parent == tmp_path
    assert path.read_text() == "whole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_one_that_was_interrupted(tmp_path, error):
    def write() -> None:
        with new_file(tmp_path / "x") as unfinished:
            for suffix in COMPANIONS:
                Path(f"{unfinished}{suffix}").touch()
            raise error

    with pytest.raises(error):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_link", [True, False])
def test_another_file_is_not_overwritten(tmp_path, is_link):
    path = tmp_path / "x"
    if is_link:
        path.symlink_to("nowhere")
    else:
        path.write_text("old")
    with pytest.raises(click.ClickException, match="already exists"), new_file(path):
        raise AssertionError


def test_a_file_that_came_meanwhile_is_not_overwritten_either(tmp_path):
    path = tmp_path / "x"
    with pytest.raises(click.ClickException, match="already exists"), new_file(path):
        path.write_text("old")
    assert path.read_text() == "old"


def test_what_the_file_system_refuses_is_said_in_a_sentence(tmp_path):
    path = tmp_path / "nowhere" / "x"
    with pytest.raises(click.ClickException, match="No such file"), new_file(path):
        raise AssertionError
