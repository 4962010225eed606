"""Side effects of two-factor changes: audit, mail, session revocation."""

from __future__ import annotations

from enum import StrEnum

from pyramid.csrf import new_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import remember

from qaboard.i18n import _
from qaboard.mail.account_mails import announce
from qaboard.models import EventKind, User
from qaboard.services.accounts.security_event import log_event, record_event
from qaboard.services.accounts.two_factor.verification import Factor
from qaboard.services.accounts.user_session import end_sessions, renew_session


class Notice(StrEnum):
    """What a mail tells about second factors."""

    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    WRONG_CODES = "wrong_codes"


SENTENCES = {
    Notice.APP_ADDED: _(
        "Two-factor authentication is on: your account now uses an authenticator app."
    ),
    Notice.APP_REMOVED: _("The authenticator app was removed from your account."),
    Notice.PASSKEY_ADDED: _("A passkey was added to your account."),
    Notice.PASSKEY_REMOVED: _("A passkey was removed from your account."),
    Notice.PASSKEY_COPIED: _(
        "Someone may have a copy of one of your passkeys. We blocked the login."
    ),
    Notice.RECOVERY_CODES_MADE: _("New recovery codes were generated for your account."),
    Notice.RECOVERY_CODE_USED: _("A recovery code was used on your account."),
    Notice.WRONG_CODES: _("Someone who knows your password entered 10 wrong codes."),
}


def record(request: Request, kind: EventKind, user_id: int, **details) -> None:
    """Write down what a user did with their own account."""
    record_event(
        request.dbsession, kind, user_id=user_id, actor_id=user_id, client=request.client, **details
    )


def tell(request: Request, user: User, notice: Notice) -> None:
    """Tell a user by mail, at the address that they have proved to be theirs."""
    if user.email and user.email_verified_at is not None:
        announce(request, "factor_changed", user, recipient=user.email, sentence=SENTENCES[notice])


def note_use(request: Request, user: User, factor: Factor) -> None:
    """Write down, and tell, that one of the few recovery codes is gone."""
    if factor is Factor.RECOVERY_CODE:
        record(request, EventKind.RECOVERY_CODE_USED, user.id)
        tell(request, user, Notice.RECOVERY_CODE_USED)


def note_refused_passkey(request: Request, refusal) -> None:
    """Write down, and tell, what may be an attack; for a passkey that is nobody's there is only
    the log.

    :param refusal: a `PasskeyRefused`.
    """
    if refusal.user_id is None:
        request.metrics.login_failures.inc()
        log_event(
            EventKind.FACTOR_FAILURE,
            user_id=None,
            client=request.client,
            factor=Factor.PASSKEY.value,
        )
        return
    request.count_after_commit(request.metrics.login_failures)
    record_event(
        request.dbsession,
        EventKind.FACTOR_FAILURE,
        user_id=refusal.user_id,
        actor_id=None,
        client=request.client,
        factor=Factor.PASSKEY.value,
    )
    if refusal.was_copied:
        user = request.dbsession.get_one(User, refusal.user_id)
        tell(request, user, Notice.PASSKEY_COPIED)


def renew_login(request: Request) -> list[tuple[str, str]]:
    """Give this login another token, and end all others of the user.

    :return: the headers that put the new token into the browser.
    """
    identity = request.identity
    end_sessions(request.dbsession, identity.user_id, keep=identity.session_id)
    token = renew_session(request.dbsession, identity.session_id)
    new_csrf_token(request)
    return remember(request, token, is_same_user=True)


def answer_with_codes(request: Request, codes: list[str], location: str) -> Response:
    """Show new recovery codes, once, in answer to the POST that made them.

    An address that shows them would show them again, to whoever comes next.

    :param codes: where there are none, the answer leads on.
    :param location: where to go on.
    """
    headers = renew_login(request)
    if not codes:
        return HTTPSeeOther(location, headers=headers)
    values = {"codes": codes, "text": "\n".join(codes) + "\n", "location": location}
    response = render_to_response("accounts/recovery_codes.jinja2", values, request)
    response.headerlist.extend(headers)
    return response
