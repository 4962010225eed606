"""Keep at least one administrator who can act."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import Role, User, utc_now
from qaboard.services.errors import WHOLE_FORM, Refusal


def lock_accounts(session: Session, user_ids: Collection[int]) -> dict[int, User]:
    """Lock some accounts, and those of all admins.

    :return: the users by their ids, as they are now.
    """
    condition = or_(User.id.in_(user_ids), User.role == Role.ADMIN)
    users = session.scalars(
        select(User)
        .where(condition)
        # One order for all, so that no two wait for each other.
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {user.id: user for user in users}


def has_rights(user: User) -> bool:
    """Whether a user has the rights of their role now."""
    return not user.is_suspended(utc_now()) and user.closed_at is None


def check_not_last_admin(session: Session, user: User) -> None:
    """Refuse to take an admin's rights when no other one has any, and keeps them.

    :param user: from `lock_accounts`, so that no other admin's rights go at the same time.
    :raises Refusal: when nobody could give them back.
    """
    if user.role != Role.ADMIN:
        return
    admins = session.scalars(select(User).where(User.role == Role.ADMIN, User.id != user.id))
    if not any(has_rights(admin) and admin.closing_at is None for admin in admins):
        raise Refusal(
            {
                WHOLE_FORM: _(
                    "This is the only administrator. Make someone else an administrator first."
                )
            }
        )
