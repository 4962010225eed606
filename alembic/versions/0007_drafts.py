"""Texts that members have begun are kept on the server until they are sent.

What an operator must know: it adds an empty table, at once. The release before leaves it alone; an
account that it closes meanwhile keeps its drafts until they are 90 days old.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", IDENTIFIER, primary_key=True),
        sa.Column(
            "user_id", IDENTIFIER, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("post_version", sa.Integer),
        sa.Column("writer", sa.String(32), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_drafts_user_id_place")),
        sa.CheckConstraint("length(body) <= 30000", name=op.f("ck_drafts_body_length")),
    )
    op.create_index("ix_drafts_updated_at", "drafts", ["updated_at"])


def downgrade() -> None:
    op.drop_table("drafts")
