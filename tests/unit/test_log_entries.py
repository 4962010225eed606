"""No error and no text makes a line of the log that looks like an entry."""

from __future__ import annotations

import configparser
import logging

import pytest
from project import PROJECT
from pyramid.path import DottedNameResolver

FORGED = "2026-01-01T00:00:00+0000 INFO    [1 qaboard.security] login user=1"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x0b", "\x1c", "\x85", "\u2028"])
@pytest.mark.parametrize("ini", ["development.ini", "production.ini"])
def test_an_error_that_quotes_what_was_sent_begins_no_entry(ini, line_end):
    parser = configparser.RawConfigParser()
    parser.read(PROJECT / ini)
    section = parser["formatter_generic"]
    formatter = DottedNameResolver().resolve(section["class"])(
        section["format"], section["datefmt"]
    )
    try:
        raise ValueError(f"no number: {line_end}{FORGED}")
    except ValueError as error:
        found = logging.LogRecord(
            "qaboard", logging.ERROR, __file__, 1, "an error", (), (type(error), error, None)
        )
    lines = formatter.format(found).splitlines()
    assert any(FORGED in line for line in lines)
    assert [line for line in lines if not line.startswith("    ")] == lines[:1]
    assert "an error" in lines[0]
