"""The table of settings in docs/operating.md is that of the ini files and of the code."""

from __future__ import annotations

import configparser
import re

import pytest
from project import PROJECT

from qaboard.settings import SettingsError, load_settings

ENVIRONMENT = {
    "QABOARD_SECRET": "xq5nV0Jt8mZr2LkWc7Ay4HdPs9TfEu1B",
    "QABOARD_DATABASE_URL": "postgresql://board:pw@localhost/board",
}
ROW = re.compile(r"\| `([a-z_.]+)` \| ([^|]+) \| ([^|]*)\| ([^|]*)\| ([^|]+) \|")
NOT_OURS = ("use", "pyramid.", "debugtoolbar.")

# What is no value of a type; of others any text is one.
WRONG_VALUES = {
    "number": "many",
    "true or false": "perhaps",
    "rate": "often",
    "networks": "10.0.0.0/99",
    "time zone": "Asia/Atlantis",
    "folder": "relative/path",
    "path": "relative/path",
    "address": "board",
    "database": "nonsense",
}
ANY_TEXT = {"text", "words", "counters"}


def rows() -> dict[str, tuple[str, str, str]]:
    """The type of each setting, and its values in production and development."""
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    section = text.partition("\n## Configure\n")[2].partition("\n## ")[0]
    return {name: (kind, *values) for name, kind, *values, _meaning in ROW.findall(section)}


def settings_of(ini: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(default_section="")
    parser.read(PROJECT / ini)
    section = parser["app:main"]
    return {name: value for name, value in section.items() if not name.startswith(NOT_OURS)}


@pytest.mark.parametrize(("column", "ini"), [(1, "production.ini"), (2, "development.ini")])
def test_the_table_has_every_setting_with_the_value_of_the_file(column, ini):
    told = {name: row[column].strip() for name, row in rows().items()}
    there = {name: f"`{value}`" if value else "" for name, value in settings_of(ini).items()}
    assert {name: value for name, value in told.items() if value != "–"} == there


@pytest.mark.parametrize("name", rows())
def test_a_value_of_another_type_is_refused_by_its_name(name):
    kind, in_production, _in_development = rows()[name]
    if kind in ANY_TEXT:
        return
    wrong = WRONG_VALUES.get(kind)
    if wrong is None:
        # The values there are: one of them is none of the others.
        assert " or " in kind
        wrong = "neither"
    ini, environment = settings_of("production.ini"), dict(ENVIRONMENT)
    if in_production.strip() == "–":
        ini, environment = settings_of("development.ini"), {}
    ini = {key: value.replace("%(here)s", str(PROJECT)) for key, value in ini.items()}
    load_settings(ini, environment)
    with pytest.raises(SettingsError, match=re.escape(name)):
        load_settings(ini | {name: wrong}, environment)
