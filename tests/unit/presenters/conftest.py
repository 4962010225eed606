"""Requests on a board, and the tree below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pyramid.request import Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qaboard.database.transaction import make_session
from qaboard.models import User
from qaboard.resources import RootResource


@pytest.fixture
def small_pages(settings, registry, monkeypatch) -> None:
    """Two rows on a page."""
    small = replace(settings, page_size=2, answer_page_size=2)
    monkeypatch.setitem(registry, "settings", small)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that reads, as presenters do; meanwhile others may write."""
    with make_session(engine, writes=False) as session:
        yield session


@pytest.fixture
def ask(people, read_identity, make_request, session) -> Callable[..., Request]:
    """A request of a user, or of a visitor, that reads the board as it is now."""

    def make(address: str = "/", user: User | None = None, **options: object) -> Request:
        identity = read_identity(user) if user else None
        session.rollback()
        request = make_request(address, identity=identity, session=session, **options)
        request.context = RootResource(request)
        return request

    return make
