"""docs/security.md has every requirement once, and names only files and tests that exist."""

from __future__ import annotations

import configparser
import re
from collections import Counter
from importlib import import_module
from pkgutil import walk_packages

import colander
import pytest
from project import PROJECT

from qaboard import schemas
from qaboard.http.request_body import BODY_MAX_BYTES, FIELDS_MAX_COUNT
from qaboard.models import Passkey, Post, Question, User
from qaboard.schemas.accounts.passkey import CREDENTIAL_MAX_CHARACTERS
from qaboard.schemas.accounts.two_factor import CODE_MAX_CHARACTERS
from qaboard.schemas.fields import honeypot_field, stamp_field
from qaboard.search.query import QUERY_MAX_CHARACTERS, QUERY_MAX_TERMS
from qaboard.services.accounts.password import MIN_CHARACTERS_BESIDE_NAME
from qaboard.services.accounts.two_factor.passkey import PASSKEYS_MAX_COUNT
from qaboard.services.accounts.two_factor.verification import WRONG_CODES_MAX_COUNT
from qaboard.services.accounts.user_session import SESSIONS_MAX_COUNT
from qaboard.views.accounts.mailed_link import TOKEN_MAX_CHARACTERS

DOCUMENT = (PROJECT / "docs" / "security.md").read_text()

# The ids of ASVS 5.0.0 by level, from its own list.
LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1
3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5
6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2
8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1
12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
LEVEL_2 = """
1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11
1.4.1 1.4.2 1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3 3.4.4
3.4.5 3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 5.1.1 5.2.3
5.4.1 5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2
6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3
7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2 9.2.3 9.2.4 10.1.1 10.1.2 10.2.1
10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 10.4.8 10.4.9 10.4.10 10.4.11 10.5.1 10.5.2
10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 11.1.1 11.1.2 11.2.1 11.2.2 11.2.3
11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 12.3.1 12.3.2 12.3.3 12.3.4 13.1.1
13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 14.1.1 14.1.2
14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5
15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1
16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 17.1.1 17.2.1 17.2.2 17.2.3 17.2.4 17.3.1 17.3.2
"""
LEVELS = {1: LEVEL_1.split(), 2: LEVEL_2.split()}

# The sections that hold what ASVS wants to be decided and written down.
DECISIONS = (
    "Attack surface",
    "Passwords",
    "Sessions",
    "Limits",
    "Input",
    "Fields",
    "Cryptography",
    "Data",
    "Log",
    "Communication",
    "Expensive operations",
    "Dependencies",
)

INI = configparser.RawConfigParser()
INI.read(PROJECT / "production.ini")
PRODUCTION = dict(INI["app:main"]) | dict(INI["server:main"])

NUMBERS = (
    f"{User.PASSWORD_MIN_CHARACTERS} to {User.PASSWORD_MAX_CHARACTERS} characters of any kind",
    f"{User.USERNAME_MIN_CHARACTERS} to {User.USERNAME_MAX_CHARACTERS} letters, marks and digits",
    f"at most {User.EMAIL_MAX_CHARACTERS} characters",
    f"one line, {Question.TITLE_MAX_CHARACTERS} characters at most",
    f"no control characters, {Post.BODY_MAX_CHARACTERS:,} characters at most",
    f"{BODY_MAX_BYTES // 1024**2} MiB, {FIELDS_MAX_COUNT} fields",
    f"| wrong codes of one login | {WRONG_CODES_MAX_COUNT} |",
    f"| passkeys | {PASSKEYS_MAX_COUNT} |",
    f"| sessions | {SESSIONS_MAX_COUNT} |",
    f"An account may have {SESSIONS_MAX_COUNT} sessions",
    f"fewer than {MIN_CHARACTERS_BESIDE_NAME} characters beside one of these words",
    f"{User.SUSPENSION_REASON_MIN_CHARACTERS} to "
    f"{User.SUSPENSION_REASON_MAX_CHARACTERS} characters",
    f"one line, {CODE_MAX_CHARACTERS} characters at most",
    f"JSON of at most {CREDENTIAL_MAX_CHARACTERS:,} characters",
    f"one line, {Passkey.NAME_MAX_CHARACTERS} characters at most",
    f"ASCII, {TOKEN_MAX_CHARACTERS} characters at most",
    f"cut after {QUERY_MAX_CHARACTERS} characters and {QUERY_MAX_TERMS} words",
    f"ends {PRODUCTION['accounts.session_idle_days']} days after it was last used, and "
    f"{PRODUCTION['accounts.session_lifetime_days']} days after the login",
    f"a proof that is {PRODUCTION['accounts.recent_authentication_minutes']} minutes old at most",
    f"{PRODUCTION['accounts.activity_days']} days for events",
    f"argon2id, {int(PRODUCTION['passwords.memory_kib']) // 1024} MiB, "
    f"{PRODUCTION['passwords.passes']} passes, {PRODUCTION['passwords.lanes']} lane",
)

ID = re.compile(r"[0-9]+(?:\.[0-9]+){2}")
# A path of the project, and perhaps a test in it: `tests/unit/http/test_numbers.py::test_a`.
PATH = re.compile(r"`((?:\.ci|(?!var\b)[a-z]+)/[\w./-]+|[a-z]+\.(?:ini|py|md))(?:::(\w+))?`")


def rows() -> list[list[str]]:
    """The cells of each row whose first cell has nothing but ids."""
    table_rows = re.findall(r"^\| (.*) \|$", DOCUMENT, re.MULTILINE)
    split = [row.split(" | ") for row in table_rows]
    return [cells for cells in split if all(map(ID.fullmatch, cells[0].split(", ")))]


def test_the_standard_has_so_many_requirements():
    assert {level: len(ids) for level, ids in LEVELS.items()} == {1: 70, 2: 183}
    assert set(Counter(LEVELS[1] + LEVELS[2]).values()) == {1}


def test_every_requirement_is_there_once():
    found = Counter(requirement for cells in rows() for requirement in cells[0].split(", "))
    assert found == Counter(LEVELS[1] + LEVELS[2])


def test_a_row_has_its_level_and_every_cell():
    for cells in rows():
        assert all(cell.strip() for cell in cells), cells
        if len(cells) > 2:
            assert cells[0] in LEVELS[int(cells[1])], cells[0]
        assert len(cells) in (2, 4, 5), cells


def test_every_file_and_test_that_is_named_exists():
    named = PATH.findall(DOCUMENT)
    assert len(named) > 100
    wrong = []
    for path, test in named:
        file = PROJECT / path
        if not file.exists() or (test and f"\ndef {test}(" not in file.read_text()):
            wrong.append(f"{path}::{test}" if test else path)
    assert wrong == []


def test_what_is_met_names_a_test():
    met = [cells for cells in rows() if len(cells) == 5]
    without = [cells[0] for cells in met if not re.search(r"`tests/[\w/]+\.py", cells[4])]
    assert without == []


def test_nothing_is_pending():
    assert [line for line in DOCUMENT.splitlines() if "PENDING" in line] == []


def test_every_decision_has_its_section():
    sections = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n)+)", DOCUMENT, re.MULTILINE))
    for name in DECISIONS:
        assert len(sections[name].split()) > 30, name
    for anchor in re.findall(r"\]\(#([\w-]+)\)", DOCUMENT):
        assert anchor in {name.lower().replace(" ", "-") for name in sections}


@pytest.mark.parametrize("sentence", NUMBERS)
def test_numbers_are_those_of_the_code(sentence):
    assert sentence in " ".join(DOCUMENT.split())


def test_limits_are_those_of_production():
    limits = {}
    for row in re.findall(r"^\| (.*) \|$", section("Limits"), re.MULTILINE):
        _what, how_often, _for, setting = row.split(" | ")
        if re.fullmatch(r"`[\w.]+`", setting):
            limits[setting.strip("`")] = how_often
    named = {name for name in PRODUCTION if name.startswith("rate_limits.")}
    assert named - {"rate_limits.storage"} <= set(limits)
    assert all(
        re.match(rf"{PRODUCTION[name]}\b", how_often) for name, how_often in limits.items()
    ), limits


def test_every_field_of_a_form_has_its_rule():
    names = set()
    for module in walk_packages(schemas.__path__, f"{schemas.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, colander.Schema):
                names |= {node.name for node in value().children}
    names |= {honeypot_field().name, stamp_field("").name}
    assert len(names) > 15
    assert {name for name in names if f"`{name}`" not in section("Input")} == set()


def section(name: str) -> str:
    """What stands below a heading."""
    return re.search(rf"^## {name}\n\n((?:(?!^## ).*\n)+)", DOCUMENT, re.MULTILINE)[1]
