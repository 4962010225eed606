"""On PostgreSQL the search looks through the newest posts first, and knows titles by themselves.

A GIN index gives all posts with a word, in no order. Now it also knows in which ranges of ids a
post is, so that it can be asked for the newest ones (``qaboard/search/postgresql.py``). The column
with the lexemes was a copy of what the index has; it goes.

What is searched for by a score or a day alone has indexes of its own.

What an operator must know: it reads all posts twice. On PostgreSQL the index of the search is built
anew, which takes about five minutes for a million posts, and nobody can write meanwhile.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
compatible_since = "0005"

# True of every post: the lists, which do not ask for it, must not take these indexes for theirs.
ANY_POST = sa.text("id > 0")


def upgrade() -> None:
    for name, column in (("ix_posts_score", "score"), ("ix_posts_created", "created_at")):
        op.create_index(
            name, "posts", [column, "id"], sqlite_where=ANY_POST, postgresql_where=ANY_POST
        )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("ALTER TABLE post_search DROP COLUMN document")
    op.execute(
        "CREATE FUNCTION search_lexemes(tokens text, post_id bigint) RETURNS tsvector"
        " LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        " SELECT array_to_tsvector(array_remove(string_to_array(tokens, ' '), '') || ARRAY["
        "'@12:' || (post_id >> 12), '@14:' || (post_id >> 14), '@16:' || (post_id >> 16),"
        " '@18:' || (post_id >> 18), '@20:' || (post_id >> 20)]) $$"
    )
    op.execute(
        "CREATE INDEX ix_post_search_lexemes ON post_search"
        " USING gin (search_lexemes(title || body || author, post_id))"
    )
    op.execute(
        "CREATE INDEX ix_post_search_title_lexemes ON post_search"
        " USING gin (search_lexemes(title, post_id)) WHERE title <> ''"
    )


def downgrade() -> None:
    op.drop_index("ix_posts_created", "posts")
    op.drop_index("ix_posts_score", "posts")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_post_search_title_lexemes")
    op.execute("DROP INDEX ix_post_search_lexemes")
    op.execute("DROP FUNCTION search_lexemes(text, bigint)")
    op.execute("ALTER TABLE post_search ADD COLUMN document tsvector")
    op.execute(
        "UPDATE post_search SET document ="
        " array_to_tsvector(array_remove(string_to_array(title || body || author, ' '), ''))"
    )
    op.execute("ALTER TABLE post_search ALTER COLUMN document SET NOT NULL")
    op.execute("CREATE INDEX ix_post_search_document ON post_search USING gin (document)")
