"""Documents, queries, and which documents answer them: read from a file of JSON.

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

A document without ``parent`` is a question, one with it an answer to that question, which stands
before or after it; a title and a body that are left out are empty. Judgements are the ids of the
relevant documents, graded (3 = exactly it, 2 = useful, 1 = related) or as a list, in which each
has grade 1. Ids are strings or whole numbers. Other keys are ignored, such as the ``why`` that
says what a query is for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class JudgedSetError(Exception):
    """The file is no judged set; the message says where."""


@dataclass(frozen=True, slots=True)
class Document:
    """A question, or an answer, whose ``parent`` is the id of its question."""

    id: str
    title: str
    body: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """What is searched for, and the grade of each relevant document."""

    text: str
    judgements: dict[str, int]


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Documents in the order of the file, and the queries that can be scored.

    ``unjudged`` counts the queries of the file that have no relevant document, and no score.
    """

    documents: list[Document]
    queries: list[JudgedQuery]
    unjudged: int


def read_judged_set(path: Path) -> JudgedSet:
    """Read a file of the format above.

    :raises JudgedSetError: when it has another one, or an id that no document has.
    :raises OSError: when it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        documents = [_document(item) for item in content["documents"]]
        queries = [JudgedQuery(str(item["query"]), _grades(item)) for item in content["queries"]]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JudgedSetError(f"{path} is not in the format of a judged set: {error!r}") from error
    judged_set = JudgedSet(
        documents,
        [query for query in queries if query.judgements],
        unjudged=sum(not query.judgements for query in queries),
    )
    _check_ids(judged_set)
    return judged_set


def _document(item: dict[str, Any]) -> Document:
    parent = item.get("parent")
    return Document(
        id=str(item["id"]),
        title=item.get("title") or "",
        body=item.get("body") or "",
        parent=None if parent is None else str(parent),
    )


def _grades(item: dict[str, Any]) -> dict[str, int]:
    judgements = item["judgements"]
    if isinstance(judgements, list):
        return {str(document): 1 for document in judgements}
    return {str(document): int(grade) for document, grade in judgements.items() if int(grade) > 0}


def _check_ids(judged_set: JudgedSet) -> None:
    ids = {document.id for document in judged_set.documents}
    if len(ids) < len(judged_set.documents):
        raise JudgedSetError("Two documents have the same id.")
    questions = {document.id for document in judged_set.documents if document.parent is None}
    for document in judged_set.documents:
        if document.parent is not None and document.parent not in questions:
            raise JudgedSetError(f"The parent of {document.id!r} is no question of the set.")
    for query in judged_set.queries:
        for document_id in query.judgements:
            if document_id not in ids:
                raise JudgedSetError(
                    f"The query {query.text!r} judges {document_id!r},"
                    " which is no document of the set."
                )
