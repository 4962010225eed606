"""Accounts: verified addresses, sessions with their devices, factors, single-use tokens, events.

What an operator must know: the table of users is written anew on SQLite, which takes seconds for a
hundred thousand. Nobody is logged out. All addresses count as not yet verified, and an address may
from now on stand in several accounts, as long as only one of them has verified it; going back down
is refused while one does, and forgets factors, links and events.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
compatible_since = "0002"

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
EMAIL = sa.String(762)

USER_COLUMNS = [
    ("email_verified_at", TIME),
    ("suspended_until", TIME),
    ("suspension_reason", sa.String(500)),
    ("purged_at", TIME),
    ("closing_at", TIME),
    ("closing_removes_posts", sa.Boolean),
    ("closed_at", TIME),
]
SESSION_COLUMNS = (
    "address",
    "user_agent",
    "wrong_code_count",
    "is_pending",
    "authenticated_at",
    "last_used_at",
)
VERIFIED = sa.text("email_verified_at IS NOT NULL")
CLOSING = sa.text("closing_at IS NOT NULL")
ADMINISTRATIVE = sa.text("is_administrative")


def upgrade() -> None:
    with op.batch_alter_table("users", table_kwargs={"sqlite_autoincrement": True}) as users:
        for name, column_type in USER_COLUMNS:
            users.add_column(sa.Column(name, column_type))
        users.alter_column("email", existing_type=EMAIL, nullable=True)
        users.drop_constraint("uq_users_email", type_="unique")
        users.create_check_constraint(
            op.f("ck_users_closed_has_no_email"), "(email IS NULL) = (closed_at IS NOT NULL)"
        )
    op.create_index("ix_users_email", "users", ["email"])
    op.create_index(
        "uq_users_verified_email",
        "users",
        ["email"],
        unique=True,
        sqlite_where=VERIFIED,
        postgresql_where=VERIFIED,
    )
    op.create_index(
        "ix_users_closing_at",
        "users",
        ["closing_at"],
        sqlite_where=CLOSING,
        postgresql_where=CLOSING,
    )
    extend_user_sessions()
    create_single_use_tokens()
    create_second_factors()
    create_security_events()


def extend_user_sessions() -> None:
    op.add_column("user_sessions", sa.Column("last_used_at", TIME))
    op.add_column("user_sessions", sa.Column("authenticated_at", TIME))
    op.execute("UPDATE user_sessions SET last_used_at = created_at, authenticated_at = created_at")
    with op.batch_alter_table("user_sessions") as sessions:
        sessions.alter_column("last_used_at", existing_type=TIME, nullable=False)
        sessions.alter_column("authenticated_at", existing_type=TIME, nullable=False)
        sessions.add_column(
            sa.Column("is_pending", sa.Boolean, nullable=False, server_default=sa.false())
        )
        sessions.add_column(
            sa.Column("wrong_code_count", sa.Integer, nullable=False, server_default="0")
        )
        sessions.add_column(sa.Column("user_agent", sa.String(300)))
        sessions.add_column(sa.Column("address", sa.String(45)))
    with op.batch_alter_table("user_sessions") as sessions:
        sessions.alter_column("is_pending", existing_type=sa.Boolean, server_default=None)
        sessions.alter_column("wrong_code_count", existing_type=sa.Integer, server_default=None)


def of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=f"fk_{table}_user_id_users", ondelete="CASCADE"
    )


def create_single_use_tokens() -> None:
    op.create_table(
        "single_use_tokens",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("purpose", sa.String(30), nullable=False),
        sa.Column("user_id", IDENTIFIER),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("email", EMAIL),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_single_use_tokens"),
        of_user("single_use_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_single_use_tokens_token_hash"),
    )
    op.create_index("ix_single_use_tokens_user_id", "single_use_tokens", ["user_id"])
    op.create_index("ix_single_use_tokens_expires_at", "single_use_tokens", ["expires_at"])


def create_second_factors() -> None:
    op.create_table(
        "totp_factors",
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("encrypted_secret", sa.String(500), nullable=False),
        sa.Column("last_step", sa.BigInteger),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp_factors"),
        of_user("totp_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        of_user("recovery_codes"),
        sa.UniqueConstraint("code_hash", name="uq_recovery_codes_code_hash"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        of_user("passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])


def create_security_events() -> None:
    op.create_table(
        "security_events",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("actor_id", IDENTIFIER),
        sa.Column("is_administrative", sa.Boolean, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("address", sa.String(45)),
        sa.Column("user_agent", sa.String(300)),
        sa.PrimaryKeyConstraint("id", name="pk_security_events"),
    )
    op.create_index("ix_security_events_user", "security_events", ["user_id", "id"])
    op.create_index(
        "ix_security_events_administrative",
        "security_events",
        ["id"],
        sqlite_where=ADMINISTRATIVE,
        postgresql_where=ADMINISTRATIVE,
    )
    forbid_changes_of_events()


def forbid_changes_of_events() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER security_events_no_update BEFORE UPDATE ON security_events"
            " BEGIN SELECT RAISE(ABORT, 'security events are not changed'); END"
        )
        op.execute(
            "CREATE TRIGGER security_events_no_delete BEFORE DELETE ON security_events"
            " WHEN OLD.is_administrative"
            " BEGIN SELECT RAISE(ABORT, 'administrative events are kept'); END"
        )
        # INSERT OR REPLACE deletes what is in its way without asking the trigger above.
        op.execute(
            "CREATE TRIGGER security_events_no_replace BEFORE INSERT ON security_events"
            " WHEN EXISTS (SELECT 1 FROM security_events WHERE id = NEW.id)"
            " BEGIN SELECT RAISE(ABORT, 'security events are not replaced'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_security_event() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'security events are kept as they are'; END $$"
    )
    op.execute(
        "CREATE TRIGGER security_events_no_update BEFORE UPDATE ON security_events"
        " FOR EACH ROW EXECUTE FUNCTION keep_security_event()"
    )
    op.execute(
        "CREATE TRIGGER security_events_no_delete BEFORE DELETE ON security_events"
        " FOR EACH ROW WHEN (OLD.is_administrative) EXECUTE FUNCTION keep_security_event()"
    )
    op.execute(
        "CREATE TRIGGER security_events_no_truncate BEFORE TRUNCATE ON security_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_security_event()"
    )


def downgrade() -> None:
    op.drop_table("security_events")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION keep_security_event")
    op.drop_table("passkeys")
    op.drop_table("recovery_codes")
    op.drop_table("totp_factors")
    op.drop_table("single_use_tokens")
    with op.batch_alter_table("user_sessions") as sessions:
        for name in SESSION_COLUMNS:
            sessions.drop_column(name)
    for name in ("ix_users_closing_at", "uq_users_verified_email", "ix_users_email"):
        op.drop_index(name, "users")
    with op.batch_alter_table("users", table_kwargs={"sqlite_autoincrement": True}) as users:
        users.drop_constraint(op.f("ck_users_closed_has_no_email"), type_="check")
        # Two accounts with one address, and closed ones without any, stop it here.
        users.alter_column("email", existing_type=EMAIL, nullable=False)
        users.create_unique_constraint("uq_users_email", ["email"])
        for name, _column_type in reversed(USER_COLUMNS):
            users.drop_column(name)
