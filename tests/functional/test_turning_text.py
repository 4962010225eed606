"""Characters that turn or cover the text around them, in every field that others read."""

from __future__ import annotations

import alembic.command
import pytest
from databases import OwnBoard
from project import alembic_configuration, environment
from sqlalchemy import text

from qaboard.schemas.fields import title_field, username_field
from qaboard.schemas.passkey import AddPasskeySchema
from qaboard.schemas.user_management import SuspensionSchema

OVERRIDE, ISOLATE, ZALGO = "\u202e", "\u2067", "z" + "\u0335\u0489" * 30


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        (title_field(), f"A{OVERRIDE}title{ISOLATE}", "Atitle"),
        (title_field(), ZALGO, "z" + ("\u0335\u0489" * 3)[:5]),
        (username_field(), f"min{OVERRIDE}ji\u200e", "minji"),
        (username_field(), ZALGO + "eta", "z" + ("\u0335\u0489" * 3)[:5] + "eta"),
        (AddPasskeySchema()["name"], f"my{OVERRIDE}key", "mykey"),
        (SuspensionSchema()["reason"], f"too{ISOLATE} rude", "too rude"),
        (title_field(), "A\x00 title\tin\r\ntwo lines", "A title in two lines"),
        (AddPasskeySchema()["name"], "my\x1b\nkey\x9f", "my key"),
        (SuspensionSchema()["reason"], "too\x00\r\nrude", "too\nrude"),
    ],
    ids=[
        *("title", "zalgo", "name", "zalgo-name", "passkey", "reason"),
        *("title-of-controls", "passkey-of-controls", "reason-of-controls"),
    ],
)
def test_a_field_mends_what_is_typed(field, typed, stored):
    assert field.deserialize(typed) == stored


def test_a_question_and_a_search_turn_nothing(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = f"Coffee{OVERRIDE}?", f"`a{OVERRIDE}b` {ISOLATE}c"
    page = form.submit("submit").follow()
    assert page.html.h1.text == "Coffee?"
    searched = {"q": f"Coffee{OVERRIDE}{ISOLATE}"}
    for address, fields in (
        (page.request.path, {}),
        ("/questions/", {}),
        ("/questions/", searched),
    ):
        page = client.get(address, fields)
        assert OVERRIDE not in page.text
        assert ISOLATE not in page.text
        assert "Coffee" in page.html.main.text


def test_a_search_has_no_control_characters(browser, board):
    board.question(title="Coffee beans")
    page = browser().get("/questions/", {"q": "cof\x00fee\tbeans\x1b"})
    assert page.html.find(id="search")["value"] == "coffee beans"
    assert "1 result" in page
    page = browser().get("/questions/similar", {"title": "Cof\x00fee\nbeans"})
    assert "Coffee beans" in page


def test_titles_of_older_releases_are_mended_by_the_migration(make_database):
    url = make_database()
    configuration = alembic_configuration()
    with environment(QABOARD_DATABASE_URL=url):
        alembic.command.upgrade(configuration, "head")
        board = OwnBoard(url)
        titles = {f"A{OVERRIDE}b": "Ab", ZALGO: "z" + ("\u0335\u0489" * 3)[:5], "한글": "한글"}
        ids = {board.question(title=title).id: stored for title, stored in titles.items()}
        board.engine.dispose()
        alembic.command.downgrade(configuration, "0011")
        alembic.command.upgrade(configuration, "head")
        with board.transaction() as session:
            rows = session.execute(text("SELECT id, title FROM posts")).all()
        assert dict(map(tuple, rows)) == ids
        board.engine.dispose()
