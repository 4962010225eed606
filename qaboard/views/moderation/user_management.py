"""The pages on which moderators and admins manage accounts, and the log of what they did."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

import colander
import deform
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults
from translationstring import TranslationString

from qaboard.http.numbers import parse_natural_number
from qaboard.i18n import _
from qaboard.markup import as_line, mend
from qaboard.models import Role, User, utc_now
from qaboard.presenters.board.addresses import requested_choice
from qaboard.presenters.moderation.moderation_log import present_audit_log
from qaboard.presenters.moderation.user_management import (
    UserStatus,
    present_managed_user,
    present_user_list,
)
from qaboard.resources import UserResource, UsersResource
from qaboard.schemas.moderation.user_management import (
    LENGTHS,
    RoleSchema,
    SuspensionLength,
    SuspensionSchema,
)
from qaboard.security.permissions import Permission
from qaboard.services.errors import WHOLE_FORM, Refusal
from qaboard.services.moderation.purge import NothingTaken, begin_purge, begin_undo, finish_purge
from qaboard.services.moderation.user_management import (
    Actor,
    change_role,
    end_all_sessions,
    end_suspension,
    suspend,
)

PURGE_SECONDS = 2
"""How long the page of a moderator waits for the posts to be taken or given back."""


@view_config(
    context=UsersResource,
    permission=Permission.MANAGE_USERS,
    request_method="GET",
    renderer="moderation/user_list.jinja2",
)
def list_users(context: UsersResource, request):
    """All users, or with ``?q=`` those who are found."""
    status = requested_choice(request, "status", UserStatus)
    typed = mend(as_line(" ".join(request.GET.getall("q"))))[: User.EMAIL_MAX_CHARACTERS]
    # What shows nothing is in no name, and no database takes all of it.
    text = "".join(character for character in typed if character.isprintable()).strip()
    return {"list": present_user_list(request, context, status, text)}


@view_config(
    context=UsersResource,
    name="log",
    permission=Permission.ADMINISTER,
    request_method="GET",
    renderer="moderation/log.jinja2",
)
def show_log(_context: UsersResource, request):
    """What was done to accounts; with ``?user=`` by one user or to one."""
    return {"log": present_audit_log(request, requested_user(request))}


def requested_user(request: Request) -> int | None:
    """The id that the address names by ``?user=``.

    :raises HTTPNotFound: when it is none, or comes twice.
    """
    values = request.GET.getall("user")
    if not values:
        return None
    try:
        (value,) = values
        return parse_natural_number(value)
    except ValueError:
        raise HTTPNotFound from None


@view_defaults(
    context=UserResource,
    renderer="moderation/manage_user.jinja2",
    # The page asks too, so that nothing is typed in vain.
    recent_authentication="manage",
)
class ManageUserView:
    """One account. Each act is a form of its own; one that is refused is shown with the page."""

    def __init__(self, context: UserResource, request) -> None:
        self.context = context
        self.request = request
        self.session = request.dbsession
        self.user = context.user
        identity = request.identity
        self.actor = Actor(identity.user_id, identity.role, request.client)
        self.submitted: deform.Form | None = None

    @view_config(name="manage", permission=Permission.MANAGE_USERS, request_method="GET")
    def show(self):
        return {
            # A refused form is shown at an address that is for sending it alone.
            "next": self.request.resource_path(self.context, "manage"),
            "resource": self.context,
            "managed": present_managed_user(self.request, self.context),
            "denial_reason": denial_reason(self.request, self.user),
            "form": self.form,
            "has_error": bool(self.submitted and self.submitted.error),
        }

    def form(self, name: str) -> deform.Form:
        """The form of an act; the one that was sent, as it was typed."""
        if self.submitted is not None and self.submitted.formid == name:
            return self.submitted
        schema, title, style, values = {
            "suspend": (
                SuspensionSchema(),
                _("Suspend"),
                "btn-danger",
                {"until": SuspensionLength.WEEK},
            ),
            "unsuspend": (colander.Schema(), _("Lift suspension"), "btn-outline-primary", {}),
            "role": (RoleSchema(), _("Change role"), None, {"role": self.user.role}),
            "end-sessions": (colander.Schema(), _("Log out everywhere"), "btn-outline-danger", {}),
            "purge": (colander.Schema(), _("Delete all as spam"), "btn-danger", {}),
            "unpurge": (colander.Schema(), _("Undo spam deletion"), "btn-outline-primary", {}),
        }[name]
        return self.request.create_form(
            schema,
            name=name,
            submit_title=title,
            action=self.request.resource_path(self.context, name),
            values=values,
            button_style=style,
        )

    def submit(self, name: str, act) -> Any:
        self.submitted = self.form(name)

        def act_and_go(values: dict[str, Any]) -> HTTPSeeOther:
            self.request.begin_writing()
            act(values)
            return HTTPSeeOther(self.request.resource_path(self.context, "manage"))

        return self.request.submit_form(self.submitted, act_and_go, self.show)

    def tell(self, message, **mapping: Any) -> None:
        self.request.flash(message, username=self.user.username, **mapping)

    @view_config(
        name="suspend", permission=Permission.SUSPEND, request_method="POST", require_csrf=False
    )
    def suspend(self):
        return self.submit("suspend", self._suspend)

    def _suspend(self, values: dict[str, Any]) -> None:
        zone = self.request.registry["settings"].time_zone
        until = end_of_suspension(values["until"], values["date"], zone)
        suspend(self.session, self.user.id, until=until, reason=values["reason"], actor=self.actor)
        self.tell(_("${username} is suspended."))

    @view_config(
        name="unsuspend", permission=Permission.SUSPEND, request_method="POST", require_csrf=False
    )
    def unsuspend(self):
        return self.submit("unsuspend", self._unsuspend)

    def _unsuspend(self, _values: dict[str, Any]) -> None:
        end_suspension(self.session, self.user.id, actor=self.actor)
        self.tell(_("${username} is no longer suspended."))

    @view_config(
        name="role", permission=Permission.SET_ROLE, request_method="POST", require_csrf=False
    )
    def role(self):
        return self.submit("role", self._change_role)

    def _change_role(self, values: dict[str, Any]) -> None:
        if change_role(self.session, self.user.id, Role(values["role"]), actor=self.actor):
            self.tell(_("${username} has a new role and was logged out everywhere."))
        else:
            self.tell(_("${username} already has this role."))

    @view_config(
        name="end-sessions",
        permission=Permission.END_SESSIONS,
        request_method="POST",
        require_csrf=False,
    )
    def end_sessions(self):
        return self.submit("end-sessions", self._end_sessions)

    def _end_sessions(self, _values: dict[str, Any]) -> None:
        end_all_sessions(self.session, self.user.id, actor=self.actor)
        self.tell(_("${username} was logged out everywhere."))

    @view_config(
        name="purge", permission=Permission.PURGE, request_method="POST", require_csrf=False
    )
    def purge(self):
        return self.submit("purge", self._purge)

    def _purge(self, _values: dict[str, Any]) -> None:
        posts = begin_purge(self.session, self.user.id, actor=self.actor)
        self.treat_posts()
        self.tell(
            _("Posts deleted as spam: ${posts}. ${username} is suspended indefinitely."),
            posts=posts,
        )

    def treat_posts(self) -> None:
        """Have the posts follow after the commit: at once, or those of large accounts after the
        answer, since nobody waits for minutes."""
        registry, user_id = self.request.registry, self.user.id

        def finish(is_committed: bool) -> None:
            engine = registry["engine"]
            if is_committed and not finish_purge(engine, user_id, seconds=PURGE_SECONDS):
                registry["housekeeping"].worker.submit(partial(finish_purge, engine, user_id))

        self.request.tm.get().addAfterCommitHook(finish)

    @view_config(
        name="unpurge", permission=Permission.PURGE, request_method="POST", require_csrf=False
    )
    def unpurge(self):
        return self.submit("unpurge", self._unpurge)

    def _unpurge(self, _values: dict[str, Any]) -> None:
        try:
            posts = begin_undo(self.session, self.user.id, actor=self.actor)
        except NothingTaken as refusal:
            # All is back already, as after a form that was sent twice.
            self.tell(refusal.errors[WHOLE_FORM])
            return
        self.treat_posts()
        self.tell(_("Posts restored for ${username}: ${posts}."), posts=posts)


def denial_reason(request: Request, user: User) -> TranslationString | None:
    """Why the one who is asking may do nothing to an account; ``None`` when they may."""
    if request.has_permission(Permission.END_SESSIONS):
        return None
    if user.closed_at is not None:
        return _("This account is deleted, so there’s nothing to manage.")
    if user.id == request.identity.user_id:
        return _("You can’t manage your own account. Ask another administrator.")
    return _("Moderators can manage members only. Ask an administrator.")


def end_of_suspension(
    length: str, last_day: datetime.date | None, zone: datetime.tzinfo
) -> datetime.datetime:
    """When a suspension ends.

    :param length: a `SuspensionLength`, which counts from now.
    :param last_day: a day in the site's time zone, at whose end it ends; it comes first.
    :raises Refusal: when that day is over.
    """
    now = utc_now()
    if last_day is not None:
        # Its last second, so that what is told is that day and not the next one.
        until = datetime.datetime.combine(last_day, datetime.time(23, 59, 59), tzinfo=zone)
        if until <= now:
            raise Refusal({"date": _("That date has passed. Choose a later one.")})
        return until
    if length == SuspensionLength.FOR_GOOD:
        return User.SUSPENDED_FOR_GOOD
    return now + LENGTHS[SuspensionLength(length)]
