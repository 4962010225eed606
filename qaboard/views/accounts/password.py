"""Changing one's password."""

from __future__ import annotations

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import remember
from pyramid.view import view_config, view_defaults

from qaboard.i18n import _
from qaboard.mail.account_mails import announce
from qaboard.models import EventKind, User
from qaboard.resources import AccountResource
from qaboard.schemas.accounts.password import ChangePasswordSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.password import change_password, check_new_password
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.user_session import WrongPassword, renew_session
from qaboard.services.errors import Refusal
from qaboard.views.accounts.user_session import begin_writing_as, check_password


@view_defaults(
    context=AccountResource,
    name="password",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/password.jinja2",
    recent_authentication=True,
)
class PasswordView:
    def __init__(self, context: AccountResource, request) -> None:
        self.context = context
        self.request = request
        self.form = request.create_form(
            ChangePasswordSchema(), name="password", submit_title=_("Change password")
        )
        self.form.account_name = request.identity.username

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.change, self.show)

    def change(self, values):
        request = self.request
        session = request.dbsession
        user = session.get_one(User, request.identity.user_id)
        try:
            credentials = check_password(request, user.username, values["current_password"])
        except WrongPassword as refusal:
            raise Refusal({"current_password": _("That isn’t your current password.")}) from refusal
        check_new_password(
            values["password"],
            username=user.username,
            email=user.email or "",
            site_name=request.registry["settings"].site_name,
        )
        password_hash = request.passwords.hash(values["password"])
        session_id = request.identity.session_id
        user = begin_writing_as(request, credentials)
        change_password(session, user, password_hash, keep_session=session_id)
        record_event(
            session,
            EventKind.PASSWORD_CHANGE,
            user_id=user.id,
            actor_id=user.id,
            client=request.client,
        )
        if user.email:
            announce(request, "password_changed", user, recipient=user.email)
        token = renew_session(session, session_id, authenticated=True)
        new_csrf_token(request)
        request.flash(_("Password changed. You’re logged out everywhere else."))
        return HTTPSeeOther(request.resource_path(self.context), headers=remember(request, token))
