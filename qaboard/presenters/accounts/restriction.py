"""Notice shown to suspended or unverified users."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request
from translationstring import TranslationString

from qaboard.i18n import _
from qaboard.i18n.localization import format_full_time
from qaboard.models import User
from qaboard.security.identity import Restriction


@dataclass(frozen=True, slots=True)
class RestrictionNotice:
    """``leads_to_account`` says that something can be done about it in one's settings."""

    title: TranslationString
    message: TranslationString
    leads_to_account: bool


def restriction_notice(request: Request) -> RestrictionNotice | None:
    """What to tell the one who is asking; ``None`` when they may write."""
    identity = request.identity
    if identity is None or identity.restriction is None:
        return None
    if identity.restriction is Restriction.UNVERIFIED:
        sends_mail = request.registry["settings"].mail.is_enabled
        return RestrictionNotice(
            _("Confirm your email address first"),
            _("We emailed you a link. You can resend it from your settings.")
            if sends_mail
            else _(
                "This site doesn’t send email. Ask an administrator for a link to confirm your "
                "address."
            ),
            leads_to_account=sends_mail,
        )
    # A suspension without a reason of its own is part of a purge.
    reason = identity.suspension_reason or request.localizer.translate(
        _("all your posts were deleted as spam.")
    )
    if identity.suspended_until >= User.SUSPENDED_FOR_GOOD:
        message = _(
            "You can read but not post. The suspension has no end date. Reason: ${reason}",
            mapping={"reason": reason},
        )
    else:
        message = _(
            "You can read but not post until ${time}. Reason: ${reason}",
            mapping={
                "time": format_full_time(request, identity.suspended_until),
                "reason": reason,
            },
        )
    return RestrictionNotice(_("Your account is suspended"), message, leads_to_account=False)


def includeme(config) -> None:
    config.add_request_method(restriction_notice, reify=True)
