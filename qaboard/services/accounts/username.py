"""Usernames that nobody may choose: reserved ones, and those that look like one of the staff."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.i18n.confusables import skeleton
from qaboard.models import Role, User
from qaboard.services.errors import Refusal

_SEPARATORS = str.maketrans("", "", "._-")


def reserved_usernames() -> list[str]:
    """Names that speak for the board, or for nobody, without separators."""
    file = files("qaboard.security") / "reserved_usernames.txt"
    return file.read_text(encoding="utf-8").split()


def check_new_username(session: Session, username: str) -> None:
    """Refuse a name that others would take for one of the staff.

    :raises Refusal: when it is reserved, or looks like a reserved name or like one of the staff.
    """
    if _is_reserved(username):
        raise Refusal({"username": _("This username is reserved. Choose another.")})
    if _appearance(username) in _appearances_of_staff(session):
        raise Refusal(
            {
                "username": _(
                    "This username looks like that of an administrator or moderator. "
                    "Choose another."
                )
            }
        )


def find_members_like_staff(session: Session) -> Iterator[int]:
    """The ids of members whose names could not be chosen now."""
    of_staff = _appearances_of_staff(session)
    members = session.execute(
        select(User.id, User.username)
        .where(User.role == Role.MEMBER, User.closed_at.is_(None))
        .order_by(User.id)
        .execution_options(yield_per=1000)
    )
    for user_id, username in members:
        if _is_reserved(username) or _appearance(username) in of_staff:
            yield user_id


def _appearance(username: str) -> str:
    return skeleton(username.translate(_SEPARATORS))


def _is_reserved(username: str) -> bool:
    """Whether a name is reserved or looks so, with a number behind it too."""
    return _appearance(username.rstrip("._-0123456789")) in _reserved_appearances()


@cache
def _reserved_appearances() -> frozenset[str]:
    return frozenset(map(_appearance, reserved_usernames()))


def _appearances_of_staff(session: Session) -> set[str]:
    staff = session.scalars(
        select(User.username).where(User.role != Role.MEMBER, User.closed_at.is_(None))
    )
    return set(map(_appearance, staff))
