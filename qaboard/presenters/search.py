"""The page of what was found."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from qaboard import markup
from qaboard.models import Answer, Post, Question
from qaboard.pagination import Page, requested_page
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource, QuestionsResource
from qaboard.search import Query, count_hits, cut_snippet, find_post_ids, split_at_hits
from qaboard.templating import name_of

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it was searched for."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A post that was found; ``title`` is that of its question."""

    post: Post
    resource: QuestionResource | AnswerResource
    title: Pieces
    snippet: Pieces
    author: Pieces


@dataclass(frozen=True, slots=True)
class SearchPage:
    query: Query
    page: Page
    hits: list[SearchHit]


def present_search_page(request: Request, questions: QuestionsResource, query: Query) -> SearchPage:
    """One page of the posts that have all that was searched for.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    page = requested_page(
        request.GET, size=request.registry["settings"].page_size, total=count_hits(session, query)
    )
    post_ids = find_post_ids(session, query, limit=page.size, offset=page.offset)
    parent = aliased(Question)
    rows = session.execute(
        select(Post, parent)
        .outerjoin(parent, Post.question_id == parent.id)
        .options(joinedload(Post.author, innerjoin=True))
        .where(Post.id.in_(post_ids))
    )
    found = {post.id: (post, question or post) for post, question in rows}
    hits = []
    for post_id in post_ids:
        post, question = found[post_id]
        resource = QuestionResource(question, questions)
        if isinstance(post, Answer):
            resource = AnswerResource(post, AnswersResource(resource))
        snippet = cut_snippet(markup.plain_text(post.body_html), query)
        hits.append(
            SearchHit(
                post,
                resource,
                split_at_hits(question.title, query),
                split_at_hits(snippet, query),
                split_at_hits(name_of(request, post.author), query),
            )
        )
    return SearchPage(query, page, hits)
