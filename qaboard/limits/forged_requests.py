"""Log forged or automated requests (bad CSRF token, honeypot)."""

from __future__ import annotations

from pyramid.request import Request

from qaboard.models import EventKind
from qaboard.services.accounts.security_event import log_event

DETAIL_MAX_CHARACTERS = 200


def log_foreign_request(request: Request, reason: str, **details: str) -> None:
    """Say in the log that a request was refused as none of the site's own.

    :param reason: what was wrong with it, in a word or two of the code.
    :param details: values to tell it with; of those that were sent the beginning is told.
    """
    user_id = request.identity.user_id if request.identity else None
    told = {name: value[:DETAIL_MAX_CHARACTERS] for name, value in details.items()}
    log_event(
        EventKind.FOREIGN_REQUEST, user_id=user_id, client=request.client, reason=reason, **told
    )
