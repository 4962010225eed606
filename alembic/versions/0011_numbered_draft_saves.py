"""Each save of a draft has a number, so that a late one does not overwrite a newer one.

What an operator must know: it adds a column with a default, at once. The release before leaves it
alone; a draft that it saves keeps its last number.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.Column("save_number", sa.Integer, nullable=False, server_default="0")
    op.add_column("drafts", number)


def downgrade() -> None:
    op.drop_column("drafts", "save_number")
