"""The two languages: which one a request is answered in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request
from translationstring import TranslationString
from webob.acceptparse import create_accept_language_header

from qaboard.formatting import number
from qaboard.security.cookies import cookie_name
from qaboard.settings import LOCALES, Settings

_ = TranslationStringFactory("qaboard")

LOCALE_COOKIE = "locale"

LANGUAGE_FIELD = "lang"
"""The field of an address that asks for a language: those that search engines are given."""

ACCEPT_LANGUAGE_MAX_CHARACTERS = 200
"""No browser sends a longer header; of others the beginning is read, since all of it takes long."""

_REQUESTED_LOCALE = re.compile(rf"(?:^|&){LANGUAGE_FIELD}=([^&]*)")

LANGUAGE_NAMES = {"ko": "한국어", "en": "English"}
"""Each language by its own name, as a reader looks for it."""


def negotiate_locale(request: Request) -> str:
    """The user's choice, else the visitor's cookie, else the address, else Accept-Language, else
    the default."""
    identity = request.identity
    if identity is not None and identity.locale in LOCALES:
        return identity.locale
    header = request.environ.get("HTTP_ACCEPT_LANGUAGE", "")
    query = request.environ["QUERY_STRING"]
    return visitor_locale(request.cookies, query, header, request.registry["settings"])


def visitor_locale(
    cookies: Mapping[str, str], query: str, accept_language: str, settings: Settings
) -> str:
    """The same for somebody who is not logged in.

    :param query: that of the address, as it was sent.
    :param accept_language: the header, empty where there is none.
    """
    if cookies:
        chosen = cookies.get(cookie_name(LOCALE_COOKIE, secure=settings.secure_cookies))
        if chosen in LOCALES:
            return chosen
    requested = requested_locale(query)
    if requested is not None:
        return requested
    if not accept_language:
        return settings.default_locale
    if len(accept_language) > ACCEPT_LANGUAGE_MAX_CHARACTERS:
        accept_language = accept_language[:ACCEPT_LANGUAGE_MAX_CHARACTERS].rpartition(",")[0]
    return accepted_locale(accept_language, settings.default_locale)


def requested_locale(query: str) -> str | None:
    """The language that the query of an address asks for; ``None`` when it is not one of ours."""
    # Most have none, and all kept pages are looked up after this.
    if LANGUAGE_FIELD not in query:
        return None
    values = _REQUESTED_LOCALE.findall(query)
    return values[0] if len(values) == 1 and values[0] in LOCALES else None


@lru_cache(maxsize=256)
def accepted_locale(header: str, default: str) -> str:
    """The language that a header ``Accept-Language`` asks for most."""
    # One that cannot be read asks for nothing.
    accepted = create_accept_language_header(header)
    return accepted.lookup(LOCALES, default=default) if accepted else default


def pgettext(context: str, message: str) -> TranslationString:
    """A message whose word stands for two things in another language.

    :param context: which of them, for translators (``msgctxt``).
    """
    return _(message, context=context)


def translate_message(request: Request, message: str, mapping: Mapping[str, Any]) -> str:
    """A message made in Python, in the reader's language and with its numbers as they are written
    there.

    :param mapping: what stands for the ``${names}`` in it, beside what the message brings with it.
    """
    values = {
        name: number(value, request.locale_name) if type(value) is int else value
        for name, value in {**(getattr(message, "mapping", None) or {}), **mapping}.items()
    }
    return request.localizer.translate(message, mapping=values)


def includeme(config) -> None:
    config.add_translation_dirs("colander:locale/", "deform:locale/", "qaboard:locale/")
    config.set_locale_negotiator(negotiate_locale)
