"""One's own settings."""

from __future__ import annotations

from pyramid.view import view_config

from qaboard.models import User
from qaboard.resources import AccountResource
from qaboard.security.permissions import Permission


@view_config(
    context=AccountResource,
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="accounts/account.jinja2",
)
def show_account(context: AccountResource, request):
    """What the board knows of the one who is logged in."""
    return {"user": request.dbsession.get_one(User, request.identity.user_id)}
