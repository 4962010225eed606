"""Compare the tables, indexes and triggers of a database with those that the migrations make."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import alembic.command
from alembic.config import Config
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from qaboard.commands.findings import EXAMPLES, Check, Finding
from qaboard.database.engine import make_engine

_NOT_MENDED = frozenset({"table", "column", "sequence", "type", "child table", "cast"})
"""What holds rows, or what rows are made of."""

# Whatever hangs on another kind comes before it.
_DROP_ORDER = (
    "event trigger",
    "rule",
    "policy",
    "trigger",
    "view",
    "index",
    "constraint",
    "operator",
    "function",
)


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """An object of a database; ``definition`` is the same for the same object of two databases.

    ``create`` and ``drop`` are the statements for it, or empty.
    """

    kind: str
    name: str
    definition: str
    create: str = ""
    drop: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that is missing (``found`` is empty), foreign (``expected`` is), or another one."""

    expected: SchemaObject | None
    found: SchemaObject | None

    @property
    def object(self) -> SchemaObject:
        return self.expected or self.found

    @property
    def sentence(self) -> str:
        if self.found is None:
            state = "is missing"
        elif self.expected is None:
            state = "does not belong to the board"
        else:
            state = "differs from the migrations"
        return f"the {self.object.kind} {self.object.name} {state}"

    @property
    def can_be_mended(self) -> bool:
        return self.object.kind not in _NOT_MENDED


def compare_schema(
    engine: Engine, ini_path: str, revisions: Iterable[str]
) -> list[Difference] | None:
    """Compare the objects of a database with those of a fresh one at the same migrations.

    :param ini_path: says where the migrations are.
    :param revisions: the migrations that the database is at.
    :return: what differs; ``None`` where the role may not make the schema to compare with.
    """
    with engine.connect() as connection:
        found = _read(connection)
        if engine.dialect.name == "postgresql":
            # The fresh tables are in the same database.
            found |= {each.key: each for each in _read_postgresql(connection, _OF_THE_DATABASE)}
    expected = _read_fresh(engine, ini_path, revisions)
    if expected is None:
        return None
    differences = []
    for key in sorted({*expected, *found}):
        before, now = expected.get(key), found.get(key)
        if before is None or now is None or before.definition != now.definition:
            differences.append(Difference(before, now))
    lost = {each.object.name for each in differences if each.object.kind == "table"}
    # A table that is missing or foreign says so for its columns too.
    return [
        each
        for each in differences
        if each.object.kind != "column" or each.object.name.partition(".")[0] not in lost
    ]


def schema_check(differences: list[Difference]) -> Check:
    """The check that nothing differs."""
    if all(each.can_be_mended for each in differences):
        advice = "Run: qaboard doctor --repair"
    else:
        advice = (
            "Restore a backup, or export the board and import it into a new database. Drop tables "
            "that do not belong to the board."
        )
    finding = Finding(len(differences), tuple(each.sentence for each in differences[:EXAMPLES]))
    return Check(
        "tables, indexes and triggers match the migrations",
        lambda _session: finding,
        advice,
    )


NOT_COMPARED = (
    "skip   tables, indexes and triggers not compared: the role of this board cannot create a "
    "schema (GRANT CREATE ON DATABASE …)"
)


def mend_schema(connection: Connection, differences: Iterable[Difference]) -> int:
    """Drop what is none of the board's and make what is missing, but leave tables alone.

    :return: how many objects were mended.
    """
    mended = [each for each in differences if each.can_be_mended]
    rank = {kind: place for place, kind in enumerate(_DROP_ORDER)}
    for each in sorted(mended, key=lambda each: rank.get(each.object.kind, 0)):
        # A function is replaced, since triggers that stay may hang on it.
        is_replaced = each.object.kind == "function" and each.expected is not None
        if each.found is not None and each.found.drop and not is_replaced:
            connection.exec_driver_sql(each.found.drop)
    for each in sorted(mended, key=lambda each: -rank.get(each.object.kind, 0)):
        if each.expected is not None:
            connection.exec_driver_sql(each.expected.create)
    return len(mended)


def _read_fresh(
    engine: Engine, ini_path: str, revisions: Iterable[str]
) -> dict[tuple[str, str], SchemaObject] | None:
    """The objects of a database that has just been migrated; it is gone afterwards."""
    config = Config(ini_path)
    if engine.dialect.name == "sqlite":
        fresh = make_engine(make_url("sqlite://"))
        try:
            with fresh.execution_options(writes=True).connect() as connection:
                # As env.py does it: SQLite writes references of a renamed table in another way.
                driver_connection = connection.connection.driver_connection
                driver_connection.execute("PRAGMA foreign_keys = OFF").close()
                _migrate(config, connection, revisions)
                return _read(connection)
        finally:
            fresh.dispose()
    name = f"qaboard_compare_{secrets.token_hex(6)}"
    # Nothing of it is committed.
    with engine.execution_options(writes=True).connect() as connection:
        try:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == "42501":  # insufficient_privilege
                return None
            raise
        connection.exec_driver_sql(f"SET LOCAL search_path TO {name}")
        config.attributes["schema"] = name
        _migrate(config, connection, revisions)
        found = _read(connection)
        connection.rollback()
        return found


def _migrate(config: Config, connection: Connection, revisions: Iterable[str]) -> None:
    config.attributes["connection"] = connection
    for revision in revisions:
        alembic.command.upgrade(config, revision)


def _read(connection: Connection) -> dict[tuple[str, str], SchemaObject]:
    read = _read_sqlite if connection.dialect.name == "sqlite" else _read_postgresql
    return {each.key: each for each in read(connection)}


def _read_sqlite(connection: Connection) -> Iterable[SchemaObject]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    for kind, name, sql in connection.execute(text("SELECT type, name, sql FROM sqlite_master")):
        # SQLite's own: the last ids, and statistics.
        if kind == "table" and re.fullmatch("sqlite_(sequence|stat[0-9])", name):
            continue
        drop = f"DROP {kind} {quote(name)}" if kind in ("trigger", "index", "view") else ""
        definition = " ".join((sql or "").split())
        if kind == "table":
            # Alembic writes the constraints of a copied table in any order.
            definition = " ".join(sorted(_parts(definition)))
        yield SchemaObject(kind, name, definition, sql or "", drop)


def _parts(definition: str) -> list[str]:
    """A statement cut at the commas and parentheses of its outermost pair of parentheses."""
    parts, depth, start = [], 0, 0
    # Quoted text and names in one piece.
    for piece in re.finditer(r"""'[^']*'|"[^"]*"|[(),]""", definition):
        depth += (piece[0] == "(") - (piece[0] == ")")
        if piece[0] in "()," and depth == (0 if piece[0] == ")" else 1):
            parts.append(definition[start : piece.start()].strip())
            start = piece.end()
    parts.append(definition[start:].strip())
    return parts


def _read_postgresql(connection: Connection, query: str | None = None) -> Iterable[SchemaObject]:
    schema = connection.scalar(text("SELECT current_schema()"))
    for row in connection.execute(text(query or _OF_THE_SCHEMA)):
        definition = (row.definition or "").replace(f"{schema}.", "")
        create = (row.statement or "").replace(f"{schema}.", "")
        name = row.name.replace(f"{schema}.", "")
        if row.kind in ("constraint", "index"):
            # A condition that went through pg_dump has its casts at other places.
            definition = re.sub(r"::(text|character varying|bpchar)(\[\])?|[()\s]", "", definition)
        yield SchemaObject(row.kind, name, definition, create, row.removal or "")


_OF_THE_SCHEMA = """
SELECT kind, name, definition, statement, removal FROM (
SELECT c.oid AS object, CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
   WHEN 'm' THEN 'view' WHEN 'c' THEN 'type' ELSE 'table' END AS kind,
  relname AS name,
  concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
   CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END) AS definition,
  '' AS statement,
  CASE relkind WHEN 'v' THEN format('DROP VIEW %I', relname)
   WHEN 'm' THEN format('DROP MATERIALIZED VIEW %I', relname) END AS removal
 FROM pg_class AS c
 WHERE relnamespace = current_schema()::regnamespace AND relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT c.oid, 'column', relname || '.' || attname,
  concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
   pg_get_expr(adbin, adrelid), attcollation::regcollation), '', ''
 FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid
 LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
 WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f')
 AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT c.oid, 'index', c.relname, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid),
  pg_get_indexdef(indexrelid), format('DROP INDEX %I', c.relname)
 FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
 WHERE c.relnamespace = current_schema()::regnamespace AND NOT EXISTS
  (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
UNION ALL
SELECT k.oid, 'constraint', relname || '.' || conname,
  concat_ws(' ', pg_get_constraintdef(k.oid), convalidated),
  format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(k.oid)),
  format('ALTER TABLE %I DROP CONSTRAINT %I', relname, conname)
 FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = conrelid
 WHERE relnamespace = current_schema()::regnamespace AND contype NOT IN ('n', 't')
UNION ALL
SELECT t.oid, 'trigger', relname || '.' || tgname,
  concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled),
  pg_get_triggerdef(t.oid), format('DROP TRIGGER %I ON %I', tgname, relname)
 FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid
 WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal
UNION ALL
SELECT r.oid, 'rule', relname || '.' || rulename,
  concat_ws(' ', pg_get_ruledef(r.oid), ev_enabled),
  pg_get_ruledef(r.oid), format('DROP RULE %I ON %I', rulename, relname)
 FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = ev_class
 WHERE relnamespace = current_schema()::regnamespace AND rulename <> '_RETURN'
UNION ALL
SELECT pg_policy.oid, 'policy', relname || '.' || polname,
  concat_ws(' ', polcmd, polpermissive, pg_get_expr(polqual, polrelid),
   pg_get_expr(polwithcheck, polrelid)),
  '', format('DROP POLICY %I ON %I', polname, relname)
 FROM pg_policy JOIN pg_class AS c ON c.oid = polrelid
 WHERE relnamespace = current_schema()::regnamespace
UNION ALL
SELECT p.oid, 'function', p.oid::regprocedure::text,
  CASE prokind WHEN 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END,
  CASE prokind WHEN 'a' THEN '' ELSE pg_get_functiondef(p.oid) END,
  'DROP ROUTINE ' || p.oid::regprocedure
 FROM pg_proc AS p WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT o.oid, 'operator', o.oid::regoperator::text, o.oprcode::text, '',
  'DROP OPERATOR ' || o.oid::regoperator
 FROM pg_operator AS o WHERE oprnamespace = current_schema()::regnamespace
UNION ALL
SELECT y.oid, 'type', typname, typtype::text, '', ''
 FROM pg_type AS y
 WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('d', 'e', 'r')
UNION ALL
SELECT c.oid, 'child table', inhrelid::regclass::text, inhparent::regclass::text, '', ''
 FROM pg_inherits JOIN pg_class AS c ON c.oid = inhparent
 WHERE relnamespace = current_schema()::regnamespace
) AS found
WHERE NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = object AND deptype = 'e')
"""
_OF_THE_DATABASE = """
SELECT kind, name, definition, statement, removal FROM (
SELECT a.oid AS object, 'cast' AS kind,
  format('%s AS %s', castsource::regtype, casttarget::regtype) AS name,
  castfunc::text AS definition, '' AS statement, '' AS removal
 FROM pg_cast AS a WHERE a.oid >= 16384
UNION ALL
SELECT e.oid, 'event trigger', evtname, evtfoid::regproc::text, '',
  format('DROP EVENT TRIGGER %I', evtname)
 FROM pg_event_trigger AS e
) AS found
WHERE NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = object AND deptype = 'e')
"""
