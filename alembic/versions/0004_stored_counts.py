"""Counts that are stored: of the lists of questions, in segments, and of each user's posts.

Triggers keep them, whoever writes. The segments of a list begin at a place in its order each, so
that any page of it is found without walking to it; ``list_segments.py`` in the services says how.

What an operator must know: it reads all posts once. Of a long list, pages far from the first one
are slow until the board has divided its segments, which it does by itself after its first request.
A later migration that copies the table posts or users on SQLite must drop these triggers first and
create them again.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# What a post must be like to be in a list, and the column that it is ordered by. The placeholder
# stands for the row.
LISTED = "{0}.question_id IS NULL AND {0}.deleted_at IS NULL"
LISTS = {
    "newest": ("created_at", LISTED),
    "active": ("last_activity_at", LISTED),
    "votes": ("score", LISTED),
    "unanswered": ("created_at", LISTED + " AND {0}.answer_count = 0"),
}
# Before every key there is: no time is as early, and no score as low.
FIRST_KEY = -(2**62)

USER_COUNTS = ("question_count", "answer_count", "written_question_count", "written_answer_count")


def upgrade() -> None:
    op.drop_index("ix_posts_author", "posts")
    op.create_index("ix_posts_author", "posts", ["author_id", "kind", "created_at", "id"])
    for name in USER_COUNTS:
        op.add_column("users", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "list_segments",
        sa.Column("list", sa.String(20), nullable=False),
        sa.Column("key", IDENTIFIER, nullable=False),
        sa.Column("post_id", IDENTIFIER, nullable=False),
        sa.Column("post_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("list", "key", "post_id", name="pk_list_segments"),
    )
    for name, (_column, condition) in LISTS.items():
        op.execute(
            "INSERT INTO list_segments (list, key, post_id, post_count)"
            f" SELECT '{name}', {FIRST_KEY}, 0, count(*) FROM posts"
            f" WHERE {condition.format('posts')}"
        )
    count_posts_of_users()
    if op.get_bind().dialect.name == "sqlite":
        create_sqlite_triggers()
    else:
        create_postgresql_triggers()


def count_posts_of_users() -> None:
    of_user = "SELECT count(*) FROM posts AS post WHERE post.author_id = users.id"
    is_live = "post.deleted_at IS NULL"
    below_live = (
        "NOT EXISTS (SELECT 1 FROM posts AS question WHERE question.id = post.question_id"
        " AND question.deleted_at IS NOT NULL)"
    )
    op.execute(
        "UPDATE users SET"
        f" question_count = ({of_user} AND post.kind = 'question' AND {is_live}),"
        f" answer_count = ({of_user} AND post.kind = 'answer' AND {is_live} AND {below_live}),"
        f" written_question_count = ({of_user} AND post.kind = 'question'),"
        f" written_answer_count = ({of_user} AND post.kind = 'answer')"
    )


def create_sqlite_triggers() -> None:
    for name, (column, condition) in LISTS.items():

        def count(change, row, name=name, column=column, condition=condition):
            key = f"{row}.{column}"
            if column != "score":
                # Stored as "2026-01-31 12:34:56.789012". SQLite would round the fraction.
                key = (
                    f"CAST(strftime('%s', substr({key}, 1, 19)) AS INTEGER) * 1000000"
                    f" + CAST(substr({key}, 21, 6) AS INTEGER)"
                )
            return (
                f"UPDATE list_segments SET post_count = post_count {change}"
                f" WHERE {condition.format(row)} AND rowid = (SELECT rowid FROM list_segments"
                f" WHERE list = '{name}' AND (key, post_id) <= ({key}, {row}.id)"
                " ORDER BY key DESC, post_id DESC LIMIT 1);"
            )

        columns = {column: None, "deleted_at": None}
        if name == "unanswered":
            columns["answer_count"] = None
        op.execute(
            f"CREATE TRIGGER posts_list_{name}_insert AFTER INSERT ON posts"
            f" WHEN NEW.question_id IS NULL BEGIN {count('+ 1', 'NEW')} END"
        )
        op.execute(
            f"CREATE TRIGGER posts_list_{name}_update AFTER UPDATE OF {', '.join(columns)} ON posts"
            f" WHEN NEW.question_id IS NULL BEGIN {count('- 1', 'OLD')} {count('+ 1', 'NEW')} END"
        )
        op.execute(
            f"CREATE TRIGGER posts_list_{name}_delete AFTER DELETE ON posts"
            f" WHEN OLD.question_id IS NULL BEGIN {count('- 1', 'OLD')} END"
        )

    def is_visible(row):
        return (
            f"({row}.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM posts WHERE"
            f" id = {row}.question_id AND deleted_at IS NOT NULL))"
        )

    def count_whole(sign, row):
        return (
            "UPDATE users SET"
            f" question_count = question_count {sign} ({row}.question_id IS NULL"
            f" AND {is_visible(row)}),"
            f" answer_count = answer_count {sign} ({row}.question_id IS NOT NULL"
            f" AND {is_visible(row)}),"
            f" written_question_count = written_question_count {sign} ({row}.question_id IS NULL),"
            f" written_answer_count = written_answer_count {sign} ({row}.question_id IS NOT NULL)"
            f" WHERE id = {row}.author_id;"
        )

    op.execute(
        "CREATE TRIGGER posts_users_insert AFTER INSERT ON posts"
        f" BEGIN {count_whole('+', 'NEW')} END"
    )
    op.execute(
        "CREATE TRIGGER posts_users_delete AFTER DELETE ON posts"
        f" BEGIN {count_whole('-', 'OLD')} END"
    )
    change = "(OLD.deleted_at IS NOT NULL) - (NEW.deleted_at IS NOT NULL)"
    op.execute(
        "CREATE TRIGGER posts_users_update_question AFTER UPDATE OF deleted_at ON posts"
        f" WHEN NEW.question_id IS NULL AND {change} <> 0 BEGIN"
        f" UPDATE users SET question_count = question_count + {change} WHERE id = NEW.author_id;"
        f" UPDATE users SET answer_count = answer_count + ({change}) * below.total"
        " FROM (SELECT author_id, count(*) AS total FROM posts WHERE question_id = NEW.id"
        " AND deleted_at IS NULL GROUP BY author_id) AS below"
        " WHERE users.id = below.author_id;"
        " END"
    )
    op.execute(
        "CREATE TRIGGER posts_users_update_answer AFTER UPDATE OF deleted_at ON posts"
        f" WHEN NEW.question_id IS NOT NULL AND {change} <> 0 BEGIN"
        f" UPDATE users SET answer_count = answer_count + {change} WHERE id = NEW.author_id"
        " AND NOT EXISTS (SELECT 1 FROM posts"
        " WHERE id = NEW.question_id AND deleted_at IS NOT NULL);"
        " END"
    )


def create_postgresql_triggers() -> None:
    places = []
    for name, (column, condition) in LISTS.items():
        key = f"$1.{column}"
        if column != "score":
            key = f"round(extract(epoch FROM {key}) * 1000000)"
        places.append(f"SELECT '{name}', CAST({key} AS bigint) WHERE {condition.format('$1')}")
    op.execute(
        "CREATE FUNCTION places_in_lists(posts) RETURNS TABLE (list text, key bigint)"
        f" LANGUAGE sql STABLE AS $$ {' UNION ALL '.join(places)} $$"
    )
    # A segment is locked until the end of the transaction, so one that gains what it loses is left
    # alone, and the others come in one order, in which nobody waits for whoever waits for them.
    # Whoever divides a segment locks the table; the lock here is a statement of its own, so that
    # the next one sees what was divided while this one waited.
    op.execute(
        "CREATE FUNCTION count_in_lists() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE segment record;"
        " BEGIN"
        "  LOCK TABLE list_segments IN ROW EXCLUSIVE MODE;"
        "  FOR segment IN"
        "   SELECT found.list, found.key, found.post_id, sum(place.change) AS change FROM ("
        "     SELECT list, key, OLD.id AS id, -1 AS change FROM places_in_lists(OLD)"
        "     WHERE TG_OP <> 'INSERT'"
        "     UNION ALL"
        "     SELECT list, key, NEW.id, 1 FROM places_in_lists(NEW) WHERE TG_OP <> 'DELETE'"
        "   ) AS place CROSS JOIN LATERAL ("
        "     SELECT list_segments.list, list_segments.key, list_segments.post_id"
        "     FROM list_segments WHERE list_segments.list = place.list"
        "     AND (list_segments.key, list_segments.post_id) <= (place.key, place.id)"
        "     ORDER BY list_segments.key DESC, list_segments.post_id DESC LIMIT 1"
        "   ) AS found"
        "   GROUP BY 1, 2, 3 HAVING sum(place.change) <> 0 ORDER BY 1, 2, 3"
        "  LOOP"
        "   UPDATE list_segments SET post_count = post_count + segment.change"
        "   WHERE list = segment.list AND key = segment.key AND post_id = segment.post_id;"
        "  END LOOP;"
        "  RETURN NULL;"
        " END $$"
    )
    op.execute(
        "CREATE TRIGGER posts_lists_insert AFTER INSERT ON posts"
        " FOR EACH ROW WHEN (NEW.question_id IS NULL) EXECUTE FUNCTION count_in_lists()"
    )
    op.execute(
        "CREATE TRIGGER posts_lists_delete AFTER DELETE ON posts"
        " FOR EACH ROW WHEN (OLD.question_id IS NULL) EXECUTE FUNCTION count_in_lists()"
    )
    op.execute(
        "CREATE TRIGGER posts_lists_update AFTER UPDATE OF"
        " created_at, last_activity_at, score, answer_count, deleted_at ON posts"
        " FOR EACH ROW WHEN (NEW.question_id IS NULL) EXECUTE FUNCTION count_in_lists()"
    )
    op.execute(
        "CREATE FUNCTION is_post_visible(posts) RETURNS boolean LANGUAGE sql STABLE AS $$"
        " SELECT $1.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM posts"
        " WHERE posts.id = $1.question_id AND posts.deleted_at IS NOT NULL) $$"
    )
    op.execute(
        "CREATE FUNCTION count_of_user() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE post posts; change integer; visible integer;"
        " BEGIN"
        "  IF TG_OP = 'INSERT' THEN post := NEW; change := 1;"
        "  ELSE post := OLD; change := -1; END IF;"
        "  visible := change * CAST(is_post_visible(post) AS integer);"
        "  IF post.question_id IS NULL THEN"
        "   UPDATE users SET question_count = question_count + visible,"
        "   written_question_count = written_question_count + change WHERE id = post.author_id;"
        "  ELSE"
        "   UPDATE users SET answer_count = answer_count + visible,"
        "   written_answer_count = written_answer_count + change WHERE id = post.author_id;"
        "  END IF;"
        "  RETURN NULL;"
        " END $$"
    )
    op.execute(
        "CREATE TRIGGER posts_users_insert AFTER INSERT ON posts"
        " FOR EACH ROW EXECUTE FUNCTION count_of_user()"
    )
    op.execute(
        "CREATE TRIGGER posts_users_delete AFTER DELETE ON posts"
        " FOR EACH ROW EXECUTE FUNCTION count_of_user()"
    )
    # Before each row and not after the statement: of a question and an answer below it that are
    # hidden by one statement, the one that comes second must see what was done to the first.
    op.execute(
        "CREATE FUNCTION count_visible_of_user() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE change integer :="
        "  CAST(NEW.deleted_at IS NULL AS integer) - CAST(OLD.deleted_at IS NULL AS integer);"
        " BEGIN"
        "  IF change = 0 THEN RETURN NEW; END IF;"
        "  IF NEW.question_id IS NULL THEN"
        "   UPDATE users SET question_count = question_count + change WHERE id = NEW.author_id;"
        "   UPDATE users SET answer_count = answer_count + change * below.total"
        "   FROM (SELECT author_id, CAST(count(*) AS integer) AS total FROM posts"
        "    WHERE question_id = NEW.id AND deleted_at IS NULL GROUP BY author_id) AS below"
        "   WHERE users.id = below.author_id;"
        "  ELSIF NOT EXISTS (SELECT 1 FROM posts"
        "   WHERE id = NEW.question_id AND deleted_at IS NOT NULL) THEN"
        "   UPDATE users SET answer_count = answer_count + change WHERE id = NEW.author_id;"
        "  END IF;"
        "  RETURN NEW;"
        " END $$"
    )
    op.execute(
        "CREATE TRIGGER posts_users_update BEFORE UPDATE OF deleted_at ON posts"
        " FOR EACH ROW EXECUTE FUNCTION count_visible_of_user()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        drop_sqlite_triggers()
    else:
        drop_postgresql_triggers()
    op.drop_table("list_segments")
    with op.batch_alter_table("users", table_kwargs={"sqlite_autoincrement": True}) as users:
        for name in USER_COUNTS:
            users.drop_column(name)
    op.drop_index("ix_posts_author", "posts")
    op.create_index("ix_posts_author", "posts", ["author_id", "created_at", "id"])


def drop_sqlite_triggers() -> None:
    for name in LISTS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER posts_list_{name}_{event}")
    for event in ("insert", "delete", "update_question", "update_answer"):
        op.execute(f"DROP TRIGGER posts_users_{event}")


def drop_postgresql_triggers() -> None:
    for event in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER posts_lists_{event} ON posts")
        op.execute(f"DROP TRIGGER posts_users_{event} ON posts")
    for function in ("count_in_lists", "count_of_user", "count_visible_of_user"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION places_in_lists(posts)")
    op.execute("DROP FUNCTION is_post_visible(posts)")
