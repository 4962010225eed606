"""No error and no text makes a line of the log that looks like an entry."""

from __future__ import annotations

import configparser
import json
import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from project import PROJECT
from pyramid.path import DottedNameResolver

from qaboard.http.request_context import RequestRecord, current_record
from qaboard.server.log_formatters import JSONFormatter

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


@pytest.fixture
def in_request():
    token = current_record.set(RequestRecord("0123456789abcdef"))
    yield
    current_record.reset(token)


def entry(message: str, **more) -> logging.LogRecord:
    found = logging.LogRecord("qaboard", logging.ERROR, __file__, 1, message, (), None)
    vars(found).update(more)
    return found


@pytest.mark.parametrize("ini", ["development.ini", "production.ini"])
def test_an_entry_has_the_id_of_its_request(ini, in_request):
    parser = configparser.RawConfigParser()
    parser.read(PROJECT / ini)
    section = parser["formatter_generic"]
    formatter = DottedNameResolver().resolve(section["class"])(section["format"])
    assert " 0123456789abcdef] an error" in formatter.format(entry("an error"))
    current_record.set(None)
    assert " -] an error" in formatter.format(entry("an error"))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x0b", "\x1c", "\x85", "\u2028"])
def test_an_entry_in_json_is_one_line(line_end, in_request):
    try:
        raise ValueError(f"no number: {line_end}{FORGED}")
    except ValueError:
        found = entry(f"an error{line_end}", exc_info=sys.exc_info(), status=500)
    (line,) = JSONFormatter().format(found).splitlines()
    told = json.loads(line)
    assert told["message"] == f"an error{line_end}"
    assert told["request_id"] == "0123456789abcdef"
    assert told["status"] == 500
    assert told["level"] == "ERROR"
    assert told["traceback"].endswith(f"ValueError: no number: {line_end}{FORGED}")
    assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}\+00:00", told["time"])
    assert told.keys() == {
        *("time", "level", "logger", "process", "request_id", "message", "status", "traceback")
    }


def test_json_has_whatever_an_entry_was_logged_with():
    found = entry("an error", stack_info="Stack: here", when=datetime(2026, 1, 1, tzinfo=UTC))
    found.path, found.thing = PurePosixPath("/questions"), object()
    told = json.loads(JSONFormatter().format(found))
    assert told["stack"] == "Stack: here"
    assert told["when"].startswith("2026-01-01T00:00:00")
    assert told["path"] == "/questions"
    assert told["thing"].startswith("<object object at ")


def test_json_is_what_both_ini_files_name():
    for ini in ("development.ini", "production.ini"):
        parser = configparser.RawConfigParser()
        parser.read(PROJECT / ini)
        formatter = DottedNameResolver().resolve(parser["formatter_json"]["class"])
        # As logging.config makes it.
        told = json.loads(formatter(None, None, "%").format(entry("so")))
        assert (told["message"], told["request_id"]) == ("so", "-")
