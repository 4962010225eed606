"""Recent activity of the user’s own account."""

from __future__ import annotations

from pyramid.view import view_config

from qaboard.resources import AccountResource
from qaboard.security.permissions import Permission
from qaboard.services.accounts.security_event import list_events


@view_config(
    context=AccountResource,
    name="activity",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="accounts/activity.jinja2",
)
def show_activity(_context: AccountResource, request):
    return {"events": list_events(request.dbsession, request.identity.user_id)}
