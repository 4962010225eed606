"""Addresses of posts, and fields of addresses."""

from __future__ import annotations

from enum import StrEnum

import pytest
from pyramid.httpexceptions import HTTPNotFound

from qaboard.presenters.board.addresses import (
    post_location,
    requested_choice,
    requested_next,
    requested_text,
)


class Sort(StrEnum):
    NEW = "new"
    OLD = "old"


@pytest.mark.usefixtures("small_pages")
def test_a_post_is_where_its_page_shows_it(people, ask):
    question = people.question()
    answers = [people.answer(question) for _ in range(3)]
    request = ask()
    resource = request.context["questions"][str(question.id)]
    path = f"/questions/{question.id}/"
    assert post_location(request, resource) == path
    places = [post_location(request, resource["answers"][str(each.id)]) for each in answers]
    assert places == [
        f"{path}#answer-{answers[0].id}",
        f"{path}#answer-{answers[1].id}",
        f"{path}?page=2#answer-{answers[2].id}",
    ]


@pytest.mark.parametrize(("query", "sort"), [("", Sort.NEW), ("?sort=old", Sort.OLD)])
def test_an_address_chooses_among_what_there_is(make_request, query, sort):
    assert requested_choice(make_request(f"/{query}"), "sort", Sort) is sort


@pytest.mark.parametrize("query", ["?sort=", "?sort=other", "?sort=new&sort=old", "?sort=NEW"])
def test_another_choice_is_not_found(make_request, query):
    with pytest.raises(HTTPNotFound):
        requested_choice(make_request(f"/{query}"), "sort", Sort)


@pytest.mark.parametrize(("query", "text"), [("", ""), ("?q=a", "a"), ("?q=a&q=b", "")])
def test_a_field_that_says_several_things_says_nothing(make_request, query, text):
    assert requested_text(make_request(f"/{query}"), "q") == text


def test_a_way_back_that_is_too_long_is_cut_and_refused_later(make_request):
    assert len(requested_next(make_request(f"/?next=/{'a' * 5000}"))) == 2001
