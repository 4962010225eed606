"""Jinja2 filters: times, numbers, names and messages in the reader's language."""

from __future__ import annotations

from datetime import datetime

from jinja2 import pass_context
from markupsafe import Markup, escape

from qaboard.i18n import formatting
from qaboard.i18n.localization import format_full_time, translate_message
from qaboard.models import User, utc_now
from qaboard.presenters.accounts.user_name import name_of


@pass_context
def relative_time(context, moment: datetime) -> str:
    """How long ago it was, in the reader's language: "3시간 전", "3 hours ago"."""
    context["request"].track_relative_time(moment)
    return formatting.time_ago(utc_now() - moment, context["request"].locale_name)


@pass_context
def full_time(context, moment: datetime) -> str:
    """The date and time in the site's zone and the reader's language."""
    return format_full_time(context["request"], moment)


@pass_context
def ago(context, moment: datetime) -> Markup:
    """The element that says how long ago it was, and when it is pointed at, the date and time."""
    # A macro would take longer than what is in it, and a list has dozens of them.
    machine = moment.isoformat(timespec="seconds")
    title, words = escape(full_time(context, moment)), escape(relative_time(context, moment))
    element = f'<time datetime="{machine}" title="{title}">{words}</time>'
    return Markup(element)  # noqa: S704 - escaped


@pass_context
def number(context, value: int) -> str:
    """A number with the separators of the reader's language."""
    return formatting.number(value, context["request"].locale_name)


@pass_context
def display_name(context, user: User) -> str:
    """The name of a user as pages show it; of one who left, that they did."""
    return name_of(context["request"], user)


@pass_context
def translate(context, message: str) -> str:
    """A translation string made in Python, such as a form's error, in the reader's language.

    Templates use it instead of ``_()``, whose result counts as safe HTML: a message may quote
    what somebody typed.
    """
    return translate_message(context["request"], message, {})
