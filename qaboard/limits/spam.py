"""Bot protection: honeypot, minimum fill time, link limit.

The forms for signing up, and for posts of accounts that are new, are guarded; nobody else meets
any of it.
"""

from __future__ import annotations

import time
from datetime import timedelta

import colander
from pyramid.request import Request
from webob.cookies import SignedSerializer

from qaboard.i18n import _
from qaboard.limits.forged_requests import log_foreign_request
from qaboard.models import is_recent
from qaboard.schemas.fields import honeypot_field, stamp_field
from qaboard.services.errors import WHOLE_FORM, Refusal


def is_newcomer(request: Request) -> bool:
    """Whether the account of who is asking is new, by the age that the settings say."""
    days = request.registry["settings"].spam.new_account_days
    return is_recent(request.identity.signed_up_at, timedelta(days=days))


def guard(request: Request, schema: colander.SchemaNode) -> colander.SchemaNode:
    """Add the fields that tell a program from a person.

    :param schema: the schema of a form, before it is bound.
    :return: the same schema.
    """
    schema.add(honeypot_field())
    schema.add(stamp_field(make_stamp(request)))
    return schema


def guard_newcomer(request: Request, schema: colander.SchemaNode) -> colander.SchemaNode:
    """The same for the posts of accounts that are new; others get their form as it is."""
    return guard(request, schema) if is_newcomer(request) else schema


def check_guard(request: Request, values: dict) -> None:
    """Refuse what a program has filled in.

    :param values: the checked values; the fields of `guard`, if there are any, are taken out.
    :raises Refusal: when the field that nobody sees is not empty, or the form came back sooner
        than anybody types.
    """
    if "stamp" not in values:
        return
    honeypot, stamp = values.pop("website"), values.pop("stamp")
    if honeypot:
        log_foreign_request(request, "honeypot")
        raise Refusal(
            {
                WHOLE_FORM: _(
                    "A hidden field was filled in, so this looked automated. We cleared it. "
                    "Send the form again."
                )
            }
        )
    minimum = request.registry["settings"].spam.minimum_seconds
    if minimum and _age_seconds(request, stamp) < minimum:
        log_foreign_request(request, "faster than people type")
        raise Refusal(
            {
                WHOLE_FORM: _(
                    "That was very fast. Wait a moment and send it again. What you typed is "
                    "still here."
                )
            }
        )


def _age_seconds(request: Request, stamp: str) -> float:
    try:
        return time.time() - _stamps(request).loads(stamp.encode("ascii"))
    except ValueError:
        # None, or not ours: as if it had been made now.
        return 0


def make_stamp(request: Request) -> str:
    """The time, signed: letters, digits, ``-`` and ``_``."""
    return _stamps(request).dumps(int(time.time())).decode("ascii")


def _stamps(request: Request) -> SignedSerializer:
    return SignedSerializer(request.registry["settings"].secret, salt="qaboard.spam")


def check_links(request: Request, html: str, *, title: str = "") -> None:
    """Refuse a post of a newcomer that has many links.

    :param html: the text as it would be stored.
    :param title: in a title an address is no link, and yet it is what spam is for.
    :raises Refusal: when it has more than the settings allow.
    """
    maximum = request.registry["settings"].spam.new_account_links
    if not maximum or not is_newcomer(request):
        return
    html += request.render_markdown(title)
    if html.count("<a ") > maximum:
        raise Refusal(
            {
                "body": _(
                    "New accounts can post at most ${maximum} links at a time. Remove some.",
                    mapping={"maximum": maximum},
                )
            }
        )
