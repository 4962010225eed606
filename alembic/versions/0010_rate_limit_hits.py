"""Rate limits are counted in the database, for all processes together.

What an operator must know: on PostgreSQL it adds an empty table, at once; it is unlogged, so after
a crash of the server all begin to count anew, and it is no part of a replica. On SQLite it changes
nothing: there the counters are a file beside the database, which is made when it is first needed
and need not be backed up. The release before leaves both alone.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "rate_limit_hits",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("counted_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_rate_limit_hits_key_counted_at", "rate_limit_hits", ["key", "counted_at"])
    op.create_index("ix_rate_limit_hits_expires_at", "rate_limit_hits", ["expires_at"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("rate_limit_hits")
