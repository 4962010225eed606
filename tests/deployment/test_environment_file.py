"""The environment file of an installed board, as its command reads it and as systemd does.

What is expected here was printed by systemd 252 itself; `test_installation.py` asks it again.
"""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from project import PROJECT

HARMLESS = "postgresql://u:{}@h/d?sslmode=verify-full&sslrootcert=/etc/root.pem"


def load_command():
    path = str(PROJECT / "deploy" / "qaboard")
    loader = SourceFileLoader("installed_command", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


parse_environment = load_command().parse_environment


LINES = (
    ("=" + HARMLESS.format("pw"), HARMLESS.format("pw")),
    ("=" + HARMLESS.format("a$b c;d#e'f\"g"), HARMLESS.format("a$b c;d#e'f\"g")),
    ("=a $HOME;touch /tmp/x # no comment", "a $HOME;touch /tmp/x # no comment"),
    ("='single $x \"y\" \\ z'  ", 'single $x "y" \\ z'),
    ('="double \\$x \\\\ \\q `id` $(id)"', "double $x \\ \\q `id` $(id)"),
    ("=a\\ b\\\nc", "a bc"),
    (" = spaced   ", "spaced"),
    ("='one' \"two\"three", "onetwothree"),
    ('="more\nlines"', "more\nlines"),
    ("=a\tb", "a\tb"),
    ("=", ""),
    ("=한글", "한글"),
    ("=trailing\\ ", "trailing "),
)


@pytest.mark.parametrize(("line", "value"), LINES)
def test_values_are_those_of_systemd(line, value):
    text = f"# a comment \\\nA=still the comment\n;A=another\n1A=no name\nexport A=none\nA{line}\n"
    assert parse_environment(text) == {"A": value}
    # The last line need not end.
    assert parse_environment(f"A{line}") == {"A": value}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
@example("p$w d;#'\"\\`")
def test_any_value_in_quotes_is_itself(value):
    quoted = "".join(f"\\{each}" if each in '"\\`$' else each for each in value)
    expected = {"A": value, "B": "1"}
    assert parse_environment(f'A="{quoted}"\nB=1\n') == expected
    if "'" not in value:
        assert parse_environment(f"A='{value}'\nB=1\n") == expected


@given(st.text(st.sampled_from("AB=='\"\\ \t\n\r#;$`x")))
def test_any_file_is_read_to_its_end(text):
    assert all(name.isidentifier() for name in parse_environment(text))
