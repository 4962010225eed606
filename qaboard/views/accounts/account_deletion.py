"""Leaving: taking along what one wrote, and closing the account."""

from __future__ import annotations

from datetime import timedelta
from tempfile import SpooledTemporaryFile

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import FileIter, Response
from pyramid.security import forget
from pyramid.view import view_config, view_defaults

from qaboard.database.transaction import make_session, make_snapshot_session
from qaboard.i18n import _
from qaboard.i18n.localization import format_full_time
from qaboard.mail.account_mails import announce
from qaboard.models import EventKind, Post, Question, User, username_key
from qaboard.resources import AccountResource
from qaboard.schemas.accounts.account_deletion import REMOVE, CloseAccountSchema
from qaboard.security.permissions import Permission
from qaboard.services.accounts.account_deletion import request_closing, undo_closing
from qaboard.services.accounts.archive import write_archive
from qaboard.services.accounts.security_event import record_event
from qaboard.services.errors import Refusal
from qaboard.settings.rate_limits import RateLimit

IN_MEMORY_MAX_BYTES = 5 * 1024 * 1024
"""A larger archive is kept in a temporary file while it is sent."""


@view_config(
    context=AccountResource,
    name="download",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="GET",
    renderer="accounts/download.jinja2",
    recent_authentication=True,
)
def show_download(_context: AccountResource, _request):
    return {}


@view_config(
    context=AccountResource,
    name="download",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication=True,
)
def download(_context: AccountResource, request):
    """All that one wrote, and what the board knows of one, in a file."""
    engine = request.registry["engine"]
    user_id = request.identity.user_id
    request.limit_rate(RateLimit.DOWNLOAD, user_id)
    # In a transaction of its own: that of the request would keep others from writing on SQLite
    # until the archive is made.
    with make_session(engine, writes=True) as session, session.begin():
        record_event(
            session,
            EventKind.DATA_DOWNLOAD,
            user_id=user_id,
            actor_id=user_id,
            client=request.client,
        )
    site_address = request.registry["settings"].site_address
    questions = request.resource_path(request.site_root["questions"])

    def address_of(post: Post) -> str:
        if isinstance(post, Question):
            return f"{site_address}{questions}{post.id}/"
        return f"{site_address}{questions}{post.question_id}/answers/{post.id}/"

    file = SpooledTemporaryFile(IN_MEMORY_MAX_BYTES)  # noqa: SIM115 - closed when it is sent
    try:
        with make_snapshot_session(engine) as session:
            write_archive(session, session.get_one(User, user_id), file, address_of=address_of)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Response(
        app_iter=FileIter(file),
        content_length=size,
        content_type="application/zip",
        content_disposition='attachment; filename="qaboard.zip"',
    )


@view_defaults(
    context=AccountResource,
    name="close",
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/delete.jinja2",
    recent_authentication=True,
)
class CloseAccountView:
    def __init__(self, context: AccountResource, request) -> None:
        self.context = context
        self.request = request
        self.delay = timedelta(days=request.registry["settings"].accounts.closing_days)
        self.form = request.create_form(
            CloseAccountSchema(),
            name="close",
            submit_title=_("Delete account"),
            button_style="btn-danger",
        )

    @view_config(request_method="GET")
    def show(self):
        return {"form": self.form, "days": self.delay.days}

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.close, self.show)

    def close(self, values):
        request = self.request
        identity = request.identity
        if username_key(values["username"]) != username_key(identity.username):
            raise Refusal({"username": _("That isn’t your username.")})
        request.begin_writing()
        user = request_closing(
            request.dbsession,
            identity.user_id,
            delay=self.delay,
            removes_posts=values["posts"] == REMOVE,
            client=request.client,
        )
        announce(request, "closing", user, recipient=user.email, moment=user.closing_at)
        headers = forget(request)
        request.session.invalidate()
        request.flash(
            _("Your account will be deleted on ${time}. Until then you can log in and keep it."),
            time=format_full_time(request, user.closing_at),
        )
        response = HTTPSeeOther(request.resource_path(request.site_root), headers=headers)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@view_config(
    context=AccountResource,
    name="keep",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
)
def keep(context: AccountResource, request):
    """Undo the closing while there is time."""
    request.begin_writing()
    undo_closing(request.dbsession, request.identity.user_id, request.client)
    request.flash(_("Your account won’t be deleted."))
    return HTTPSeeOther(request.resource_path(context))
