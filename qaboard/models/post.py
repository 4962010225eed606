"""`Post`: single-table base of questions and answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qaboard.models.base import (
    IDEMPOTENCY_KEY_MAX_CHARACTERS,
    Base,
    Identifier,
    OptionalTimestamp,
    PrimaryKey,
    Timestamp,
    utc_now,
)
from qaboard.models.user import User

BODY_MAX_CHARACTERS = 30_000
TITLE_MAX_CHARACTERS = 200

# The lists ask for "question_id IS NULL AND deleted_at IS NULL" in these very words: a partial
# index serves only a query whose text implies its condition, and a bound "kind = ?" does not.
LIVE_QUESTION = text("question_id IS NULL AND deleted_at IS NULL")
LIVE_ANSWER = text("question_id IS NOT NULL AND deleted_at IS NULL")

# True of every post; the lists, which do not ask for it, so leave the indexes of the search alone.
ANY_POST = text("id > 0")


def _partial_index(name: str, *columns: str, where, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Post(Base):
    """A text somebody wrote. Read and written through `Question` and `Answer`.

    ``version`` counts the edits, deletions and restorations; a form carries the one it was made
    from, and a row that another transaction changed meanwhile raises ``StaleDataError``.
    Votes and counters leave it alone. ``idempotency_key`` is that of the form which wrote the post.
    """

    __tablename__ = "posts"

    BODY_MAX_CHARACTERS = BODY_MAX_CHARACTERS
    RESTORABLE_FOR = timedelta(days=30)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    score: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[Timestamp] = mapped_column(default=utc_now)
    edited_at: Mapped[OptionalTimestamp]
    deleted_at: Mapped[OptionalTimestamp]
    idempotency_key: Mapped[str | None] = mapped_column(String(IDEMPOTENCY_KEY_MAX_CHARACTERS))

    # A question's own columns.
    title: Mapped[str | None] = mapped_column(String(TITLE_MAX_CHARACTERS))
    answer_count: Mapped[int | None]
    last_activity_at: Mapped[OptionalTimestamp]

    # An answer's own column.
    question_id: Mapped[int | None] = mapped_column(Identifier, ForeignKey("posts.id"))

    author: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint(
            "(kind = 'question' AND title IS NOT NULL AND answer_count IS NOT NULL"
            " AND last_activity_at IS NOT NULL AND question_id IS NULL)"
            " OR (kind = 'answer' AND title IS NULL AND answer_count IS NULL"
            " AND last_activity_at IS NULL AND question_id IS NOT NULL)",
            name="kind_has_its_columns",
        ),
        CheckConstraint("answer_count >= 0", name="answer_count_not_negative"),
        CheckConstraint(f"length(body) <= {BODY_MAX_CHARACTERS}", name="body_length"),
        CheckConstraint(f"length(title) <= {TITLE_MAX_CHARACTERS}", name="title_length"),
        _partial_index("ix_posts_newest", "created_at", "id", where=LIVE_QUESTION),
        _partial_index("ix_posts_active", "last_activity_at", "id", where=LIVE_QUESTION),
        _partial_index("ix_posts_votes", "score", "id", where=LIVE_QUESTION),
        _partial_index(
            "ix_posts_unanswered",
            "created_at",
            "id",
            where=text(f"{LIVE_QUESTION.text} AND answer_count = 0"),
        ),
        _partial_index("ix_posts_answers_votes", "question_id", "score", "id", where=LIVE_ANSWER),
        _partial_index(
            "ix_posts_answers_oldest", "question_id", "created_at", "id", where=LIVE_ANSWER
        ),
        # What the search finds by its operators alone.
        _partial_index("ix_posts_score", "score", "id", where=ANY_POST),
        _partial_index("ix_posts_created", "created_at", "id", where=ANY_POST),
        _partial_index(
            "uq_posts_idempotency_key",
            "author_id",
            "idempotency_key",
            where=text("idempotency_key IS NOT NULL"),
            unique=True,
        ),
        Index("ix_posts_author", "author_id", "kind", "created_at", "id"),
        {"sqlite_autoincrement": True},
    )
    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy reads this name, and nothing changes it.
        "polymorphic_on": "kind",
        "polymorphic_abstract": True,
        "version_id_col": version,
    }

    @property
    def is_erased(self) -> bool:
        """Whether its text is gone for good, because its author left and took it along."""
        return self.body == ""

    def erase(self) -> None:
        """Take the text away for good; what hangs on the post, such as others' answers, stays."""
        self.body = self.body_html = ""
        if self.title is not None:
            self.title = "–"

    def is_restorable(self, now: datetime) -> bool:
        """Whether its author may still bring it back."""
        return self.deleted_at is not None and now - self.deleted_at <= self.RESTORABLE_FOR
