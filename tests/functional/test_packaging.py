"""The wheel of the board, which is also what ``pip install .`` installs."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

from processes import run
from project import PROJECT

# For translators; a board does not read them.
LEFT_OUT = {f"qaboard/locale/{name}" for name in ("babel.cfg", "fill_english.py", "qaboard.pot")}


def test_the_wheel_carries_every_file_of_the_package(tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(PROJECT / "qaboard", copy / "qaboard", ignore=ignored)
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, copy)
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    done = run("pip", "wheel", *options, "--wheel-dir", tmp_path, copy)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if name.startswith("qaboard/")}
    files: list[Path] = [path for path in (copy / "qaboard").rglob("*") if path.is_file()]
    assert carried == {path.relative_to(copy).as_posix() for path in files} - LEFT_OUT
    assert any(
        name.startswith("qaboard/commands/demo/") and name.endswith(".md") for name in carried
    )
