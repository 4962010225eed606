"""Telling what happened to an account: a sentence for each kind of event."""

from __future__ import annotations

from datetime import datetime

from translationstring import TranslationString

from qaboard.i18n import _, pgettext
from qaboard.models import EventKind, Role, SecurityEvent, User

# Without a subject, so that they fit one's own activity and the log of the admins alike.
_SENTENCES = {
    EventKind.SIGN_UP: _("Signed up"),
    EventKind.LOGIN: _("Logged in"),
    EventKind.LOGIN_FAILURE: _("Wrong password entered"),
    EventKind.LOGOUT: _("Logged out"),
    EventKind.SESSION_END: _("Sessions ended"),
    EventKind.REAUTHENTICATION: _("Identity confirmed"),
    EventKind.PASSWORD_CHANGE: _("Password changed"),
    EventKind.RESET_REQUEST: _("Password reset requested"),
    EventKind.PASSWORD_RESET: _("Password reset"),
    EventKind.EMAIL_VERIFICATION: _("Email address confirmed"),
    EventKind.EMAIL_CHANGE_REQUEST: _("Email address change requested"),
    EventKind.EMAIL_CHANGE: _("Email address changed"),
    EventKind.FACTOR_ADDED: _("Two-factor method added"),
    EventKind.FACTOR_REMOVED: _("Two-factor method removed"),
    EventKind.FACTOR_FAILURE: _("Two-factor check failed"),
    EventKind.RECOVERY_CODE_USED: _("Recovery code used"),
    EventKind.RECOVERY_CODES_MADE: _("Recovery codes generated"),
    EventKind.DATA_DOWNLOAD: _("Account data downloaded"),
    EventKind.CLOSING_REQUEST: _("Account deletion requested"),
    EventKind.CLOSING_UNDONE: _("Account deletion canceled"),
    EventKind.CLOSED: pgettext("event", "Account deleted"),
    EventKind.ROLE_CHANGE: _("Role changed"),
    EventKind.SUSPENSION: pgettext("event", "Suspended"),
    EventKind.SUSPENSION_END: _("Suspension lifted"),
    EventKind.PURGE: _("All posts deleted as spam"),
    EventKind.PURGE_UNDONE: _("Spam deletion undone"),
    EventKind.LINK_MADE: _("A server administrator created a link for this account"),
    EventKind.RATE_LIMITED: _("Too many attempts"),
    EventKind.FORBIDDEN: _("Permission denied"),
    EventKind.FOREIGN_REQUEST: _("Request from another site blocked"),
}
_ROLES = {
    Role.MEMBER: _("Role changed to member"),
    Role.MODERATOR: _("Role changed to moderator"),
    Role.ADMIN: _("Role changed to administrator"),
}
_PURGES = {
    EventKind.PURGE: _("All posts deleted as spam (posts: ${posts})"),
    EventKind.PURGE_UNDONE: _("Spam deletion undone (posts: ${posts})"),
}


def event_sentence(event: SecurityEvent) -> TranslationString:
    """What happened, in a sentence; who did it, when and from where stand beside it."""
    kind = EventKind(event.kind)
    if kind is EventKind.ROLE_CHANGE and event.details.get("to") in _ROLES:
        return _ROLES[Role(event.details["to"])]
    if kind is EventKind.SUSPENSION and _until(event) == User.SUSPENDED_FOR_GOOD:
        return _("Suspended indefinitely")
    if kind in _PURGES and "posts" in event.details:
        return TranslationString(_PURGES[kind], mapping={"posts": event.details["posts"]})
    return _SENTENCES[kind]


def event_until(event: SecurityEvent) -> datetime | None:
    """When what happened ends by itself: a suspension that is not for good."""
    until = _until(event)
    return None if until == User.SUSPENDED_FOR_GOOD else until


def _until(event: SecurityEvent) -> datetime | None:
    until = event.details.get("until") if event.kind == EventKind.SUSPENSION else None
    return datetime.fromisoformat(until) if until else None
