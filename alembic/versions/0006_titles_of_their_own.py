"""On SQLite the search has an index of the titles alone.

A word of a title is in many more texts, all of which were looked at.

What an operator must know: on SQLite it reads the search index once, which takes some minutes for a
million questions, and nobody can write meanwhile. On PostgreSQL it does nothing, since titles have
had an index of their own there.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("CREATE VIRTUAL TABLE post_search_titles USING fts5(title, tokenize = 'ascii')")
    op.execute(
        "INSERT INTO post_search_titles (rowid, title)"
        " SELECT rowid, title FROM post_search WHERE title <> ''"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("post_search_titles")
