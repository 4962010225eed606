"""Triggers, indexes and other objects of a database that the migrations did not make, or did."""

from __future__ import annotations

import pytest
from sqlalchemy import text


@pytest.fixture
def own(make_board):
    """A small board in a database of its own."""
    board = make_board()
    board.vote(board.answer(board.question(board.user("minji"), title="두유 라떼")))
    return board


def is_on_sqlite(board) -> bool:
    return board.engine.dialect.name == "sqlite"


def execute(board, *statements: str) -> None:
    with board.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def wrong_lines(result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("FAIL")]


def names_of(board, kind: str) -> list[tuple[str, str]]:
    """All triggers or indexes of the board, with their tables."""
    if is_on_sqlite(board):
        query = (
            "SELECT name, tbl_name FROM sqlite_master"
            " WHERE type = :kind AND sql IS NOT NULL ORDER BY name"
        )
    elif kind == "trigger":
        query = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal ORDER BY tgname"
        )
    else:
        query = (
            "SELECT indexname, tablename FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY indexname"
        )
    with board.transaction() as session:
        return [
            tuple(row)
            for row in session.execute(
                text(query).bindparams(kind=kind) if ":kind" in query else text(query)
            )
        ]


def drop(board, kind: str) -> int:
    names = names_of(board, kind)
    of_table = kind == "trigger" and not is_on_sqlite(board)
    execute(
        board,
        *(f"DROP {kind} {name}" + (f" ON {table}" if of_table else "") for name, table in names),
    )
    return len(names)


@pytest.mark.parametrize("kind", ["trigger", "index"])
def test_lost_ones_are_found_and_made_again(own, tmp_path, kind):
    before = names_of(own, kind)
    count = drop(own, kind)
    own.command("backup", tmp_path / "monday")
    for result in (own.command("doctor"), own.command("verify", tmp_path / "monday")):
        assert result.exit_code == 1
        (line,) = wrong_lines(result)
        assert f"match the migrations: fails for {count} (the {kind} " in line
        assert line.endswith("Run: qaboard doctor --repair")
    result = own.command("doctor", "--repair")
    assert result.exit_code == 0, result.output
    assert f"Repaired {count} triggers, indexes and other objects." in result.stdout
    assert names_of(own, kind) == before


def test_a_trigger_that_makes_an_admin_does_not_survive(own, make_board, tmp_path):
    if is_on_sqlite(own):
        execute(
            own,
            "CREATE TRIGGER posts_users_promote AFTER INSERT ON posts BEGIN"
            " UPDATE users SET role = 'admin' WHERE id = NEW.author_id; END",
        )
    else:
        execute(
            own,
            "CREATE FUNCTION promote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " UPDATE users SET role = 'admin' WHERE id = NEW.author_id; RETURN NEW; END $$",
            "CREATE TRIGGER posts_users_promote AFTER INSERT ON posts"
            " FOR EACH ROW EXECUTE FUNCTION promote()",
        )
    own.command("backup", tmp_path / "monday")
    result = own.command("verify", tmp_path / "monday")
    assert result.exit_code == 1
    assert "posts_users_promote does not belong to the board" in wrong_lines(result)[0]
    assert own.command("doctor").exit_code == 1
    other = make_board()
    result = other.command("restore", tmp_path / "monday")
    assert result.exit_code == 0, result.output
    assert "Repaired" in result.stdout
    assert own.command("doctor", "--repair").exit_code == 0
    for board in (own, other):
        author = board.user("newcomer")
        board.question(author)
        assert {user.username: user.role for user in board.users()}["newcomer"] == "member"


@pytest.mark.parametrize("kind", ["view", "index", "rule", "policy", "function", "constraint"])
def test_a_foreign_object_is_found_and_dropped(own, kind):
    statements = {
        "view": "CREATE VIEW strangers AS SELECT * FROM users",
        "index": "CREATE INDEX strange ON users (locale)",
        "rule": "CREATE RULE strange AS ON DELETE TO posts DO INSTEAD NOTHING",
        "policy": "CREATE POLICY strange ON posts USING (false)",
        "function": "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "constraint": "ALTER TABLE posts ADD CONSTRAINT strange CHECK (score < 1000)",
    }
    if is_on_sqlite(own) and kind not in ("view", "index"):
        # It has none.
        return
    execute(own, statements[kind])
    result = own.command("doctor")
    assert result.exit_code == 1
    assert f"the {kind} " in wrong_lines(result)[0]
    result = own.command("doctor", "--repair")
    assert result.exit_code == 0, result.output


def test_a_trigger_that_does_something_else_is_found_and_made_again(own):
    if is_on_sqlite(own):
        execute(
            own,
            "DROP TRIGGER security_events_no_update",
            "CREATE TRIGGER security_events_no_update BEFORE UPDATE ON security_events"
            " BEGIN SELECT 1; END",
        )
        sentence = "the trigger security_events_no_update differs from the migrations"
    else:
        execute(
            own,
            "CREATE OR REPLACE FUNCTION keep_security_event() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "ALTER TABLE security_events DISABLE TRIGGER security_events_no_delete",
        )
        sentence = "the function keep_security_event() differs from the migrations"
    result = own.command("doctor")
    assert result.exit_code == 1
    assert sentence in wrong_lines(result)[0]
    assert own.command("doctor", "--repair").exit_code == 0


def test_a_table_that_differs_is_told_and_left_alone(own):
    execute(
        own,
        "ALTER TABLE users ADD COLUMN karma INTEGER",
        "CREATE TABLE loot (id INTEGER)",
    )
    result = own.command("doctor", "--repair")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert "the table loot does not belong to the board" in line
    # SQLite keeps the text of a whole table, PostgreSQL each column.
    assert "the table users differs" in line or "the column users.karma does" in line
    assert "export the board and import it into a new database" in line


def test_comparing_leaves_nothing_behind(own):
    if is_on_sqlite(own):
        # There the tables to compare with are in memory.
        return
    own.command("doctor")
    with own.transaction() as session:
        names = session.scalars(text("SELECT nspname FROM pg_namespace")).all()
    assert not [name for name in names if name.startswith("qaboard")]


def test_html_that_the_renderer_did_not_make_is_found_and_rendered_again(own, make_board, tmp_path):
    execute(own, "UPDATE posts SET body_html = '<script>alert(1)</script>' WHERE title <> ''")
    own.command("backup", tmp_path / "monday")
    for result in (own.command("doctor"), own.command("verify", tmp_path / "monday")):
        assert result.exit_code == 1
        (line,) = wrong_lines(result)
        assert "the HTML of every post is safe: fails for 1 (" in line
        assert line.endswith("Run: qaboard render --all")
    other = make_board()
    result = other.command("restore", tmp_path / "monday")
    assert result.exit_code == 0, result.output
    with other.transaction() as session:
        assert session.scalars(text("SELECT body_html FROM posts WHERE title <> ''")).all() == [
            "<p>I have a kettle.</p>"
        ]
