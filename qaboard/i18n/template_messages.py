"""``_()``, ``pgettext()`` and ``ngettext()`` of the templates, in the reader's language.

In place of Jinja2's own, which look each message up again wherever it stands on a page.
"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import pass_eval_context
from markupsafe import Markup
from pyramid.i18n import Localizer
from pyramid.threadlocal import get_current_request

from qaboard.i18n import pgettext as message_in_context
from qaboard.i18n.formatting import number

DOMAIN = "qaboard"


@pass_eval_context
def gettext(context, message: str, /, **values) -> str:
    """A message of a template, with values in the place of its ``%(names)s``.

    In HTML a message is markup, and values are escaped.
    """
    localizer = get_current_request().localizer
    if not values:
        return _message(localizer, message, context.autoescape)
    return _pattern(localizer, message, context.autoescape) % values


@pass_eval_context
def pgettext(context, message_context: str, message: str, /) -> str:
    """The same of a message whose word stands for two things: a button and an event, for example.

    :param message_context: which of them (``msgctxt``).
    """
    localizer = get_current_request().localizer
    return _message_in_context(localizer, message_context, message, context.autoescape)


@pass_eval_context
def ngettext(
    context, singular: str, plural: str, count: int, /, *, bold: bool = False, **values
) -> str:
    """The same of a message that has forms for one and for several.

    :param bold: whether it is one of HTML with nothing in it but ``%(count)s``, which is set in
        bold. Numbers stand inside whole sentences, because languages order them differently.
    """
    localizer = get_current_request().localizer
    if bold:
        return _bold_plural(localizer, singular, plural, count)
    return _plural_pattern(localizer, singular, plural, count, context.autoescape) % values


@lru_cache(maxsize=4096)
def _message(localizer: Localizer, message: str, is_html: bool) -> str:
    # A message without values may still have a "%%" in it.
    return _pattern(localizer, message, is_html) % {}


@lru_cache(maxsize=1024)
def _message_in_context(
    localizer: Localizer, message_context: str, message: str, is_html: bool
) -> str:
    # Not by `_pattern`, which keeps messages by their text, whatever their context is.
    translated = localizer.translate(message_in_context(message_context, message))
    return (Markup(translated) if is_html else translated) % {}  # noqa: S704 - our own words


@lru_cache(maxsize=1024)
def _pattern(localizer: Localizer, message: str, is_html: bool) -> str:
    translated = localizer.translate(message, domain=DOMAIN)
    return Markup(translated) if is_html else translated  # noqa: S704 - our own words


@lru_cache(maxsize=4096)
def _plural_pattern(
    localizer: Localizer, singular: str, plural: str, count: int, is_html: bool
) -> str:
    translated = localizer.pluralize(singular, plural, count, domain=DOMAIN)
    return Markup(translated) if is_html else translated  # noqa: S704 - our own words


@lru_cache(maxsize=4096)
def _bold_plural(localizer: Localizer, singular: str, plural: str, count: int) -> Markup:
    pattern = _plural_pattern(localizer, singular, plural, count, is_html=True)
    return pattern % {"count": Markup("<b>{}</b>").format(number(count, localizer.locale_name))}
