"""Telling what happened to an account: a sentence for each kind of event."""

from __future__ import annotations

from datetime import datetime

from translationstring import TranslationString

from qaboard.i18n import _
from qaboard.models import EventKind, Role, SecurityEvent, User

# Without a subject, so that they fit one's own activity and the log of the admins alike.
_SENTENCES = {
    EventKind.SIGN_UP: _("Signed up"),
    EventKind.LOGIN: _("Logged in"),
    EventKind.LOGIN_FAILURE: _("A wrong password was entered"),
    EventKind.LOGOUT: _("Logged out"),
    EventKind.SESSION_END: _("Logins were ended"),
    EventKind.REAUTHENTICATION: _("The login was confirmed once more"),
    EventKind.PASSWORD_CHANGE: _("The password was changed"),
    EventKind.RESET_REQUEST: _("A link to set a new password was requested"),
    EventKind.PASSWORD_RESET: _("A new password was set by a link"),
    EventKind.EMAIL_VERIFICATION: _("The email address was confirmed"),
    EventKind.EMAIL_CHANGE_REQUEST: _("A change of the email address was requested"),
    EventKind.EMAIL_CHANGE: _("The email address was changed"),
    EventKind.FACTOR_ADDED: _("A second factor was added to the login"),
    EventKind.FACTOR_REMOVED: _("A second factor was removed from the login"),
    EventKind.FACTOR_FAILURE: _("A wrong second factor was entered"),
    EventKind.RECOVERY_CODE_USED: _("A recovery code was used"),
    EventKind.RECOVERY_CODES_MADE: _("New recovery codes were made"),
    EventKind.DATA_DOWNLOAD: _("The data of the account was downloaded"),
    EventKind.CLOSING_REQUEST: _("Closing the account was requested"),
    EventKind.CLOSING_UNDONE: _("Closing the account was called off"),
    EventKind.CLOSED: _("The account was closed"),
    EventKind.ROLE_CHANGE: _("The role was changed"),
    EventKind.SUSPENSION: _("Suspended"),
    EventKind.SUSPENSION_END: _("The suspension was ended"),
    EventKind.PURGE: _("Everything that was posted was taken back"),
    EventKind.PURGE_UNDONE: _("What was taken back was given back"),
    EventKind.LINK_MADE: _("An operator made a link for the account"),
    EventKind.RATE_LIMITED: _("Something was tried too often"),
    EventKind.FORBIDDEN: _("Something was tried without the right to do it"),
    EventKind.FOREIGN_REQUEST: _("A request from another site was refused"),
}
_ROLES = {
    Role.MEMBER: _("Made a member without further rights"),
    Role.MODERATOR: _("Made a moderator"),
    Role.ADMIN: _("Made an administrator"),
}
_PURGES = {
    EventKind.PURGE: _("Everything that was posted was taken back (posts: ${posts})"),
    EventKind.PURGE_UNDONE: _("What was taken back was given back (posts: ${posts})"),
}


def event_sentence(event: SecurityEvent) -> TranslationString:
    """What happened, in a sentence; who did it, when and from where stand beside it."""
    kind = EventKind(event.kind)
    if kind is EventKind.ROLE_CHANGE and event.details.get("to") in _ROLES:
        return _ROLES[Role(event.details["to"])]
    if kind is EventKind.SUSPENSION and _until(event) == User.SUSPENDED_FOR_GOOD:
        return _("Suspended until further notice")
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
