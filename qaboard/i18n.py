"""The two languages: which one a request is answered in."""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory
from pyramid.request import Request

from qaboard.security.cookies import cookie_name
from qaboard.settings import LOCALES

_ = TranslationStringFactory("qaboard")

LOCALE_COOKIE = "locale"
LOCALE_COOKIE_MAX_AGE_SECONDS = 365 * 24 * 60 * 60

LANGUAGE_NAMES = {"ko": "한국어", "en": "English"}
"""Each language by its own name, as a reader looks for it."""


def negotiate_locale(request: Request) -> str:
    """The user's choice, else the visitor's cookie, else Accept-Language, else the default."""
    identity = request.identity
    if identity is not None and identity.locale in LOCALES:
        return identity.locale
    settings = request.registry["settings"]
    name = cookie_name(LOCALE_COOKIE, secure=settings.secure_cookies)
    chosen = request.cookies.get(name)
    if chosen in LOCALES:
        return chosen
    default = settings.default_locale
    if not request.accept_language:
        return default
    return request.accept_language.lookup(LOCALES, default=default)


def includeme(config) -> None:
    config.add_translation_dirs("colander:locale/", "deform:locale/", "qaboard:locale/")
    config.set_locale_negotiator(negotiate_locale)
