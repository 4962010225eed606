"""The names by which ACLs speak of people."""

from pyramid.authorization import Authenticated, Everyone

from qaboard.models import Role

__all__ = ["ADMIN", "MODERATOR", "Authenticated", "Everyone", "role_principal", "user_principal"]


def user_principal(user_id: int) -> str:
    """The principal of one user."""
    return f"user:{user_id}"


def role_principal(role: Role) -> str:
    """The principal of all users of one role."""
    return f"role:{role}"


MODERATOR = role_principal(Role.MODERATOR)
ADMIN = role_principal(Role.ADMIN)
