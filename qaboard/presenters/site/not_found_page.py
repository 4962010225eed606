"""Search suggestions for the 404 page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy.exc import SQLAlchemyError

from qaboard.http.client import rate_limited_address
from qaboard.presenters.board.similar_questions import (
    SimilarQuestion,
    present_similar_questions,
)
from qaboard.resources import QuestionsResource, RootResource
from qaboard.search.query import QUERY_MAX_CHARACTERS
from qaboard.settings.rate_limits import RateLimit

_WORD = re.compile(r"[^\W_]+")

# Parts of addresses of this board that say nothing of what a page is about.
_OWN_NAMES = frozenset({"answers", "delete", "edit", "questions", "restore", "users", "vote"})


@dataclass(frozen=True, slots=True)
class MissingPage:
    """``text`` are the words of the address, as they can be searched for; empty when it has
    none."""

    text: str = ""
    similar: Sequence[SimilarQuestion] = ()


def present_missing_page(request: Request) -> MissingPage:
    """Look for questions that say what the address says.

    Nothing goes wrong here: without the database, or after too many searches, there are just the
    words.
    """
    text = words_of_address(request)
    if not text or request.method not in ("GET", "HEAD"):
        return MissingPage(text)
    # Nobody need be told that it was too often: they asked for no search.
    limiter = request.registry["rate_limiter"]
    if limiter.seconds_to_wait(RateLimit.SEARCH, rate_limited_address(request)):
        return MissingPage(text)
    try:
        return MissingPage(text, present_similar_questions(request, text))
    except SQLAlchemyError:
        return MissingPage(text)


def words_of_address(request: Request) -> str:
    """The words of the part of a path that led nowhere.

    Below a post there are none, so that a hidden one is not told from one that never was; nor has a
    file any, which browsers and programs ask for by themselves.
    """
    if not isinstance(getattr(request, "context", None), RootResource | QuestionsResource):
        return ""
    # Files of the board have a route.
    if getattr(request, "matched_route", None) is not None:
        return ""
    names = [request.view_name, *request.subpath]
    if "." in names[-1]:
        return ""
    path = "/".join(names)[:QUERY_MAX_CHARACTERS]
    words = [word for word in _WORD.findall(path) if not word.isdecimal()]
    return " ".join(word for word in words if word.lower() not in _OWN_NAMES)
