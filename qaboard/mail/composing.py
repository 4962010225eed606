"""Mails as text and HTML, in the language of who reads them."""

from __future__ import annotations

from typing import Any

from pyramid.registry import Registry
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.threadlocal import RequestContext
from pyramid_mailer.message import Message

from qaboard.models import email_key


def compose_mail(
    registry: Registry, template: str, *, recipient: str, locale: str | None, **values: Any
) -> Message:
    """Make a mail of ``templates/mail/<template>.txt.jinja2`` and ``.html.jinja2``.

    The first line of the text template is the subject. It is made outside of any request, so that
    nothing in it, its links first of all, depends on what somebody sent to the server.

    :param locale: the language of the reader; ``None`` for the one of the site.
    :param values: what the templates show.
    """
    settings = registry["settings"]
    request = Request.blank("/", base_url=settings.site_address)
    request.registry = registry
    # Reified by Pyramid from the user's choice, of which a mail's own request knows nothing.
    request.locale_name = locale or settings.default_locale
    with RequestContext(request):
        text = render(f"mail/{template}.txt.jinja2", values, request)
        html = render(f"mail/{template}.html.jinja2", values, request)
    subject, _, body = text.partition("\n")
    # Some accounts have theirs in another form (`email_keys`).
    recipient = email_key(recipient)
    return Message(
        subject=subject.strip(),
        sender=settings.mail.sender,
        # The header cannot hold a name in another script; the envelope can (RFC 6531).
        **{"recipients" if recipient.isascii() else "bcc": [recipient]},
        body=body.strip() + "\n",
        html=html,
        # So that automatic answers do not come back (RFC 3834, section 5).
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
