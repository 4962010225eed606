"""The search index keeps the tokens themselves, by field, and which analysis made them.

What an operator must know: the index is empty afterwards, in both directions; nothing else is.
``qaboard reindex`` fills it while the site serves, and can be interrupted. Until then a search
finds only what has been written since.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
compatible_since = "0003"


def upgrade() -> None:
    op.drop_table("post_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE post_search"
            " USING fts5(title, body, author, version UNINDEXED, tokenize = 'ascii')"
        )
        return
    op.execute(
        "CREATE TABLE post_search ("
        " post_id bigint CONSTRAINT pk_post_search PRIMARY KEY"
        " CONSTRAINT fk_post_search_post_id_posts REFERENCES posts (id) ON DELETE CASCADE,"
        " title text NOT NULL,"
        " body text NOT NULL,"
        " author text NOT NULL,"
        " version smallint NOT NULL,"
        " document tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_post_search_document ON post_search USING gin (document)")


def downgrade() -> None:
    op.drop_table("post_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE post_search USING fts5(title, body, author, tokenize = 'ascii')"
        )
        return
    op.execute(
        "CREATE TABLE post_search ("
        " post_id bigint CONSTRAINT pk_post_search PRIMARY KEY"
        " CONSTRAINT fk_post_search_post_id_posts REFERENCES posts (id) ON DELETE CASCADE,"
        " document tsvector NOT NULL,"
        " is_long boolean NOT NULL)"
    )
    op.execute("CREATE INDEX ix_post_search_document ON post_search USING gin (document)")
