"""How well does the search find what people judged?  ``python bench/relevance.py FILE.json``

Puts the documents of the file into an empty database, searches for each of its queries and prints
the means of recall@1, recall@10, MRR (of the first ten) and nDCG@10. The file is JSON:

    {
      "documents": [
        {"id": "soup", "title": "How long do I boil soup?", "body": "It has bones in it."},
        {"id": "soup-answer", "parent": "soup", "body": "Three hours."}
      ],
      "queries": [
        {"query": "boil soup", "judgements": {"soup": 3}},
        {"query": "hours", "judgements": ["soup-answer"]}
      ]
    }

A document with ``parent`` is an answer to that question. Judgements are the ids of the relevant
documents, graded (3 is best) or as a list; queries without any are passed over and counted.
``tests/relevance/judged_set.py`` says more, and ``tests/relevance/collection.json`` is such a file.

A body is taken as plain text, not as Markdown, which would cost more than all the rest. Titles and
bodies that the board would refuse as too long are cut, and counted.

The database is a temporary one of SQLite, or with ``--database-url postgresql://…`` one that has
no tables yet; those that are made there are removed in the end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alembic.command
import alembic.config
from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from qaboard.commands.context import progress_bar
from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.models import Answer, Post, Question, User, utc_now
from qaboard.search import find_posts, index_post, parse_query
from qaboard.settings import SettingsError, load_database_url

PROJECT = Path(__file__).resolve().parent.parent
# Sets are read and measured by the very code of the tests, whose folder is no package; so it must
# be on the path before these imports (E402).
sys.path.insert(0, str(PROJECT / "tests" / "relevance"))

from judged_set import Document, JudgedSetError, read_judged_set  # noqa: E402
from measures import DEPTH, mean, score  # noqa: E402

BATCH = 1_000
"""How many documents are written in one transaction."""


@contextmanager
def empty_board(database_url: str) -> Iterator[Engine]:
    """The tables of the newest migration in a database that has none, for as long as it lasts.

    :raises SystemExit: when it has tables.
    """
    try:
        url = load_database_url({}, {"QABOARD_DATABASE_URL": database_url})
    except SettingsError as error:
        raise SystemExit(str(error)) from error
    engine = make_engine(url)
    try:
        # What a former run leaves is Alembic's own table, without a row.
        if set(inspect(engine).get_table_names()) - {"alembic_version"}:
            raise SystemExit("The database has tables already; name an empty one.")
        migrate(engine, alembic.command.upgrade, "head")
        try:
            yield engine
        finally:
            # A file of SQLite is thrown away.
            if url.get_backend_name() == "postgresql":
                migrate(engine, alembic.command.downgrade, "base")
    finally:
        engine.dispose()


def migrate(engine: Engine, command, revision: str) -> None:
    configuration = alembic.config.Config(str(PROJECT / "development.ini"))
    with engine.execution_options(writes=True).connect() as connection:
        configuration.attributes["connection"] = connection
        command(configuration, revision)


def index(session: Session, post: Post, document: Document) -> None:
    """Make a post found by its own words alone: it has no author whose name is one."""
    index_post(session, post, text=document.body, author_name="")


def search(session: Session, text: str) -> list[int]:
    """The ids of the posts that are found, best first."""
    return find_posts(session, parse_query(text)).post_ids[:DEPTH]


def fill(engine: Engine, documents: list[Document]) -> dict[int, str]:
    """Write the documents as posts and index them.

    :return: the id of each document by the id of its post.
    """
    with make_session(engine, writes=True) as session, session.begin():
        author = User(username="author", username_key="author", email="author@example.com")
        author.password_hash = ""
        session.add(author)
        session.flush()
        author_id = author.id
    post_ids = {document.id: number for number, document in enumerate(documents, start=1)}
    answer_counts = Counter(document.parent for document in documents)
    now = utc_now()

    def make_post(document: Document) -> Post:
        body = document.body[: Post.BODY_MAX_CHARACTERS]
        common = {
            "id": post_ids[document.id],
            "author_id": author_id,
            "body": body,
            "body_html": "",
            "renderer_version": 0,
            "created_at": now,
        }
        if document.parent is not None:
            return Answer(question_id=post_ids[document.parent], **common)
        return Question(
            title=document.title[: Question.TITLE_MAX_CHARACTERS],
            answer_count=answer_counts[document.id],
            last_activity_at=now,
            **common,
        )

    # An answer can only be written when its question is there.
    in_order = sorted(documents, key=lambda document: document.parent is not None)
    with progress_bar(len(in_order), "Writing documents") as bar:
        for start in range(0, len(in_order), BATCH):
            batch = in_order[start : start + BATCH]
            with make_session(engine, writes=True) as session, session.begin():
                posts = [make_post(document) for document in batch]
                for kind in (Question, Answer):
                    session.add_all(post for post in posts if isinstance(post, kind))
                    session.flush()
                for post, document in zip(posts, batch, strict=True):
                    index(session, post, document)
            bar.update(len(batch))
    return {post_id: document_id for document_id, post_id in post_ids.items()}


def evaluate(path: Path, database_url: str) -> None:
    judged_set = read_judged_set(path)
    if not judged_set.queries:
        raise SystemExit("The file has no query with a relevant document.")
    with empty_board(database_url) as engine:
        document_ids = fill(engine, judged_set.documents)
        scores = []
        with (
            make_session(engine, writes=False) as session,
            progress_bar(len(judged_set.queries), "Searching") as bar,
        ):
            for query in judged_set.queries:
                found = search(session, query.text)
                scores.append(score(query.judgements, [document_ids[number] for number in found]))
                bar.update(1)
    cut = sum(
        len(document.title) > Question.TITLE_MAX_CHARACTERS
        or len(document.body) > Post.BODY_MAX_CHARACTERS
        for document in judged_set.documents
    )
    reached = mean(scores)
    print(f"documents  {len(judged_set.documents):,} ({cut:,} cut)")
    print(f"queries    {len(scores):,} ({judged_set.unjudged:,} more without judgements)")
    print(f"recall@1   {reached.recall_at_1:.4f}")
    print(f"recall@10  {reached.recall_at_10:.4f}")
    print(f"MRR        {reached.reciprocal_rank:.4f}")
    print(f"nDCG@10    {reached.ndcg_at_10:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="documents, queries and judgements, as JSON")
    parser.add_argument("--database-url", help="of PostgreSQL; a database without tables")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="qaboard-relevance-") as directory:
            evaluate(
                arguments.file,
                arguments.database_url or f"sqlite:///{directory}/qaboard.sqlite",
            )
    except (JudgedSetError, OSError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
