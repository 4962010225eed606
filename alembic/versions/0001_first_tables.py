"""The first tables: users and their sessions, posts, votes, and the search index.

What an operator must know: nothing; it starts from an empty database. Going down drops everything.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)

LIVE_QUESTION = sa.text("question_id IS NULL AND deleted_at IS NULL")
UNANSWERED_QUESTION = sa.text("question_id IS NULL AND deleted_at IS NULL AND answer_count = 0")
LIVE_ANSWER = sa.text("question_id IS NOT NULL AND deleted_at IS NULL")


def create_partial_index(name: str, columns: list[str], where) -> None:
    op.create_index(name, "posts", columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("username", sa.String(25), nullable=False),
        sa.Column("username_key", sa.String(100), nullable=False),
        sa.Column("email", sa.String(762), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("locale", sa.String(10)),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint(
            "role IN ('member', 'moderator', 'admin')", name=op.f("ck_users_role_known")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_sessions_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_user_sessions_token_hash"),
    )
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"])
    op.create_index("ix_user_sessions_expires_at", "user_sessions", ["expires_at"])
    op.create_table(
        "posts",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("author_id", IDENTIFIER, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("body_html", sa.Text, nullable=False),
        sa.Column("renderer_version", sa.Integer, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.Column("title", sa.String(200)),
        sa.Column("answer_count", sa.Integer),
        sa.Column("last_activity_at", TIME),
        sa.Column("question_id", IDENTIFIER),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_posts_author_id_users"),
        sa.ForeignKeyConstraint(["question_id"], ["posts.id"], name="fk_posts_question_id_posts"),
        sa.CheckConstraint(
            "(kind = 'question' AND title IS NOT NULL AND answer_count IS NOT NULL"
            " AND last_activity_at IS NOT NULL AND question_id IS NULL)"
            " OR (kind = 'answer' AND title IS NULL AND answer_count IS NULL"
            " AND last_activity_at IS NULL AND question_id IS NOT NULL)",
            name=op.f("ck_posts_kind_has_its_columns"),
        ),
        sa.CheckConstraint("answer_count >= 0", name=op.f("ck_posts_answer_count_not_negative")),
        sa.CheckConstraint("length(body) <= 30000", name=op.f("ck_posts_body_length")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_posts_title_length")),
        sqlite_autoincrement=True,
    )
    create_partial_index("ix_posts_newest", ["created_at", "id"], LIVE_QUESTION)
    create_partial_index("ix_posts_active", ["last_activity_at", "id"], LIVE_QUESTION)
    create_partial_index("ix_posts_votes", ["score", "id"], LIVE_QUESTION)
    create_partial_index("ix_posts_unanswered", ["created_at", "id"], UNANSWERED_QUESTION)
    create_partial_index("ix_posts_answers_votes", ["question_id", "score", "id"], LIVE_ANSWER)
    create_partial_index(
        "ix_posts_answers_oldest", ["question_id", "created_at", "id"], LIVE_ANSWER
    )
    op.create_index("ix_posts_author", "posts", ["author_id", "created_at", "id"])
    op.create_table(
        "votes",
        sa.Column("post_id", IDENTIFIER, nullable=False),
        sa.Column("user_id", IDENTIFIER, nullable=False),
        sa.Column("value", sa.SmallInteger, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("post_id", "user_id", name="pk_votes"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_votes_post_id_posts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_votes_user_id_users"),
        sa.CheckConstraint("value IN (-1, 1)", name=op.f("ck_votes_value_known")),
    )
    create_search_index()


def create_search_index() -> None:
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


def downgrade() -> None:
    op.drop_table("post_search")
    op.drop_table("votes")
    op.drop_table("posts")
    op.drop_table("user_sessions")
    op.drop_table("users")
