"""Begin the write transaction of a request, and check again what was decided before it."""

from __future__ import annotations

from pyramid.interfaces import ISecurityPolicy
from pyramid.location import lineage
from pyramid.request import Request
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models.locks import lock_users


def begin_writing(request: Request) -> None:
    """Let a view write from now on, after it has done all that takes time.

    Until then the request only reads, in a transaction of its own. Who is asking and what they may
    do with the context was found out there, so both are asked for again.

    :raises StaleDataError: when one of them has changed meanwhile. The request then runs again, and
        finds that out where it says so to people.
    """
    if request.dbsession.is_writing:
        return
    policy = request.registry.getUtility(ISecurityPolicy)
    before = _rights(request)
    request.dbsession.begin_writing()
    policy.read_identity_again(request)
    if _rights(request) != before:
        raise StaleDataError("the rights of who is asking changed meanwhile")
    if getattr(request.context, "belongs_to_user", False):
        lock_users(request.dbsession, [request.identity.user_id])


def _rights(request: Request) -> tuple[object, ...]:
    """Who is asking, and the ACLs that say what they may do."""
    identity = request.identity
    who = identity and (identity.session_id, identity.principals)
    resources = lineage(request.context)
    return who, [each.__acl__() for each in resources if hasattr(each, "__acl__")]


def includeme(config) -> None:
    config.add_request_method(begin_writing)
