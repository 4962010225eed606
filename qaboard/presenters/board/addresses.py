"""Addresses: where a browser lands, and what the address it asks for says."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from qaboard.http.redirect_target import MAX_CHARACTERS
from qaboard.presenters.board.question import answer_anchor
from qaboard.resources import AnswerResource, QuestionResource
from qaboard.services.board.answer import page_of_answer

Choice = TypeVar("Choice", bound=StrEnum)


def post_location(request: Request, resource: QuestionResource | AnswerResource) -> str:
    """The address of a post: its question, on the page of the answers that shows it."""
    if isinstance(resource, QuestionResource):
        return request.resource_path(resource)
    page_number = page_of_answer(
        request.dbsession, resource.answer, request.registry["settings"].answer_page_size
    )
    return request.resource_path(
        resource.__parent__.__parent__,
        query={"page": page_number} if page_number > 1 else None,
        anchor=answer_anchor(resource.answer.id),
    )


def requested_choice(request: Request, name: str, choices: type[Choice]) -> Choice:
    """What the address chooses by a field such as ``?sort=``; the first one by default.

    :raises HTTPNotFound: when it names something that there is not, or comes twice.
    """
    values = request.GET.getall(name)
    if not values:
        return next(iter(choices))
    try:
        (value,) = values
        return choices(value)
    except ValueError:
        raise HTTPNotFound from None


def requested_text(request: Request, name: str) -> str:
    """What the address says for a field; empty when it says nothing, or several things."""
    values = request.GET.getall(name)
    return values[0] if len(values) == 1 else ""


def requested_next(request: Request) -> str:
    """Where the address says to go afterwards; it is judged when it is followed."""
    # What is longer is refused then, and need not stand in the page.
    return requested_text(request, "next")[: MAX_CHARACTERS + 1]
