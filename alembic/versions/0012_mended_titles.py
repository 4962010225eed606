"""Titles lose controls that turn the text around them, and marks that cover it.

New ones are mended when a form is sent; bodies, when they are rendered again.

What an operator must know: it reads all titles once. What it takes out is not brought back by a
downgrade.

Revision ID: 0012
Revises: 0011
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
MARKS_MAX_COUNT = 5
BATCH_SIZE = 1000


def upgrade() -> None:
    posts = sa.table("posts", sa.column("id", sa.BigInteger), sa.column("title", sa.String))
    connection, seen_id = op.get_bind(), 0
    while rows := connection.execute(
        sa.select(posts.c.id, posts.c.title)
        .where(posts.c.id > seen_id, posts.c.title.is_not(None))
        .order_by(posts.c.id)
        .limit(BATCH_SIZE)
    ).all():
        seen_id = rows[-1].id
        for post_id, title in rows:
            if not title.isascii() and (mended := mend(title)) != title:
                connection.execute(
                    sa.update(posts).where(posts.c.id == post_id).values(title=mended)
                )


def mend(title: str) -> str:
    # Of a title that was nothing else, something must be left to press.
    return limit_marks(TURNING.sub("", title)).strip() or "\u2013"


def limit_marks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += not unicodedata.name(character, "").startswith("VARIATION SELECTOR")
            if marks > MARKS_MAX_COUNT:
                continue
        elif category not in ("Mc", "Cf"):
            marks = 0
        kept.append(character)
    return "".join(kept)


def downgrade() -> None:
    pass
