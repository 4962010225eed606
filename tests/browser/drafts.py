"""Drafts on pages: what a form says of its own, and one that was begun elsewhere."""

from __future__ import annotations

from factories import Board
from playwright.sync_api import Locator, Page

from qaboard.models import User
from qaboard.services.board.draft import save_draft


def saved(page: Page) -> Locator:
    """What the form says of saving."""
    return page.locator("form .draft-status")


def offer(page: Page) -> Locator:
    return page.get_by_text("You have an unposted draft.")


def begin(board: Board, user: User, place: str, body: str) -> None:
    """Have the user begun a text on another device."""
    with board.transaction() as session:
        save_draft(
            session,
            user_id=user.id,
            place=place,
            writer="0123456789abcdef",
            number=1,
            seen=(),
            title="",
            body=body,
            post_version=None,
        )
