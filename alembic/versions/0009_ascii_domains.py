"""Mail addresses with their domain in the ASCII form of IDNA 2008, of accounts and of mailed links.

Until now ``minji@예시.한국`` and ``minji@xn--vv4b11d.xn--3e0b707e`` were two addresses, which two
accounts could have confirmed.

What an operator must know: it reads the addresses that are not ASCII, and no other row. Where two
accounts have confirmed one address, the later one keeps it as it is stored now: both can still log
in and have a link sent, and ``qaboard doctor`` names the later one. Domains with "ß" were stored
with "ss" by the releases before, which cannot be undone: whoever has confirmed such an address owns
the one with "ss". While processes of the release before still run, they do not find a converted
address when it is typed in Unicode. Going back down makes all domains Unicode again.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import idna
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

USERS = sa.table(
    "users",
    sa.column("id", sa.BigInteger),
    sa.column("email", sa.String),
    sa.column("email_verified_at", sa.DateTime),
)
TOKENS = sa.table(
    "single_use_tokens", sa.column("id", sa.BigInteger), sa.column("email", sa.String)
)


def upgrade() -> None:
    is_not_ascii = {"sqlite": "email GLOB '*[^ -~]*'", "postgresql": "email ~ '[^ -~]'"}
    convert(to_ascii, sa.text(is_not_ascii[op.get_bind().dialect.name]))


def downgrade() -> None:
    convert(to_unicode, sa.column("email").contains("xn--"))


def convert(change, condition) -> None:
    """Change addresses, but no confirmed one into that of another account."""
    connection = op.get_bind()
    for table in (USERS, TOKENS):
        rows = connection.execute(sa.select(table).where(condition).order_by(table.c.id)).all()
        for row in rows:
            email = changed(row.email, change)
            if email == row.email:
                continue
            if table is USERS and row.email_verified_at is not None and is_confirmed(email):
                continue
            connection.execute(table.update().where(table.c.id == row.id).values(email=email))


def is_confirmed(email: str) -> bool:
    is_taken = sa.select(USERS.c.id).where(
        USERS.c.email == email, USERS.c.email_verified_at.is_not(None)
    )
    return op.get_bind().execute(is_taken).first() is not None


def changed(email: str, change) -> str:
    mailbox, at, domain = email.rpartition("@")
    try:
        return f"{mailbox}{at}{change(domain)}"
    except idna.IDNAError:
        # No such domain can exist, so no mail goes there in any form.
        return email


def to_ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")


def to_unicode(domain: str) -> str:
    return ".".join(
        idna.ulabel(label) if label.startswith("xn--") else label for label in domain.split(".")
    )
