"""The page of what was found."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from qaboard import markup
from qaboard.http.list_address import ListAddress
from qaboard.http.pagination import Page, requested_page
from qaboard.models import Answer, Post, Question
from qaboard.presenters.accounts.user_name import name_of
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource, QuestionsResource
from qaboard.search import Query, SearchSort, cut_snippet, find_posts, split_at_hits

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
    """``is_cut`` says that more were found than can be paged through; ``has_all_words`` is false
    when nothing has all words, and these have the most of them."""

    query: Query
    sort: SearchSort
    page: Page
    is_cut: bool
    has_all_words: bool
    hits: list[SearchHit]
    address: ListAddress


def present_search_page(
    request: Request, questions: QuestionsResource, query: Query, sort: SearchSort
) -> SearchPage:
    """One page of the posts that were found.

    :raises NoSuchPageError: when the address names a page that is not there.
    """
    session = request.dbsession
    settings = request.registry["settings"]
    found = find_posts(session, query, sort=sort, zone=settings.time_zone)
    page = requested_page(request.GET, size=settings.page_size, total=len(found.post_ids))
    post_ids = found.post_ids[page.offset : page.offset + page.size]
    parent = aliased(Question)
    rows = session.execute(
        select(Post, parent)
        .outerjoin(parent, Post.question_id == parent.id)
        .options(joinedload(Post.author, innerjoin=True))
        .where(Post.id.in_(post_ids))
    )
    posts = {post.id: (post, question or post) for post, question in rows}
    hits = []
    for post_id in post_ids:
        post, question = posts[post_id]
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
    address = ListAddress(
        request.questions_path, {"q": query.text, "sort": sort}, {"sort": SearchSort.RELEVANCE}
    )
    return SearchPage(query, sort, page, found.is_cut, found.has_all_words, hits, address)
