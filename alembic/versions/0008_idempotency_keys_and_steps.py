"""Idempotency keys of posts and accounts, and how far purging or closing an account has come.

A form that is sent twice makes one post, or one account, since both keep its key. An account whose
posts are being treated is gone on with after an interruption.

What an operator must know: it adds empty columns and an index, and rewrites no rows. The release
before leaves the columns alone; it does not go on with a purge that was interrupted.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.String(64)
IDENTIFIER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for table in ("posts", "users"):
        op.add_column(table, sa.Column("idempotency_key", KEY))
    op.add_column("users", sa.Column("closing_post_id", IDENTIFIER))
    op.add_column("users", sa.Column("purge_step", sa.String(10)))
    is_given = sa.text("idempotency_key IS NOT NULL")
    op.create_index(
        "uq_posts_idempotency_key",
        "posts",
        ["author_id", "idempotency_key"],
        unique=True,
        sqlite_where=is_given,
        postgresql_where=is_given,
    )


def downgrade() -> None:
    op.drop_index("uq_posts_idempotency_key", "posts")
    op.drop_column("posts", "idempotency_key")
    for name in ("idempotency_key", "closing_post_id", "purge_step"):
        op.drop_column("users", name)
