"""The names by which ACLs speak of people."""

from datetime import UTC, datetime

from pyramid.authorization import Authenticated, Everyone

from qaboard.models import Role

__all__ = [
    "ADMIN",
    "MODERATOR",
    "READ_ONLY",
    "Authenticated",
    "Everyone",
    "purged_principal",
    "role_principal",
    "user_principal",
]

READ_ONLY = "status:read_only"
"""Who may log in and read but not write for now, as suspended people; ACLs deny it first."""


def user_principal(user_id: int) -> str:
    """The principal of one user."""
    return f"user:{user_id}"


def purged_principal(moment: datetime) -> str:
    """The principal of whose posts were all taken back at this moment."""
    return f"purged:{moment.astimezone(UTC).isoformat()}"


def role_principal(role: Role) -> str:
    """The principal of all users of one role."""
    return f"role:{role}"


MODERATOR = role_principal(Role.MODERATOR)
ADMIN = role_principal(Role.ADMIN)
