"""Posts and accounts keep the idempotency key of the form that made them.

A form that is sent twice so makes one post, and one account.

What an operator must know: it adds empty columns and an index, and rewrites no rows. The release
before leaves the columns alone.

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


def upgrade() -> None:
    for table in ("posts", "users"):
        op.add_column(table, sa.Column("idempotency_key", KEY))
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
    for table in ("posts", "users"):
        op.drop_column(table, "idempotency_key")
