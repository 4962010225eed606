"""Proving again who one is, before something that a thief of the browser would do."""

from __future__ import annotations

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import remember
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.models import EventKind, User
from qaboard.resources import AccountResource
from qaboard.schemas.reauthentication import ReauthenticationSchema
from qaboard.security.next_address import safe_next_address
from qaboard.security.permissions import Permission
from qaboard.services.refusal import Refusal
from qaboard.services.security_event import record_event
from qaboard.services.user_session import WrongPassword, renew_session
from qaboard.views.addresses import requested_next
from qaboard.views.user_session import check_password


@view_defaults(
    context=AccountResource,
    name="confirm",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="account/confirm.jinja2",
)
class ReauthenticationView:
    def __init__(self, _context, request) -> None:
        self.request = request
        self.form = request.create_form(
            ReauthenticationSchema(),
            name="confirm",
            submit_title=_("Continue"),
            values={"next": requested_next(request)},
        )

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.confirm, self.show)

    def confirm(self, values):
        request = self.request
        user = request.dbsession.get_one(User, request.identity.user_id)
        try:
            check_password(request, user.username, values["password"])
        except WrongPassword as refusal:
            raise Refusal({"password": _("This is not your password.")}) from refusal
        return self.authenticated(values["next"])

    def authenticated(self, next_address: str) -> HTTPSeeOther:
        """Go on with a login that has another token from now on."""
        request = self.request
        identity = request.identity
        token = renew_session(request.dbsession, identity.session_id, authenticated=True)
        record_event(
            request.dbsession,
            EventKind.REAUTHENTICATION,
            user_id=identity.user_id,
            actor_id=identity.user_id,
            client=request.client,
        )
        new_csrf_token(request)
        return HTTPSeeOther(safe_next_address(next_address), headers=remember(request, token))
