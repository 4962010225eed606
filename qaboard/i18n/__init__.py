"""Languages: negotiation, messages, numbers and times, Unicode and domain names."""

from pyramid.i18n import TranslationStringFactory

_ = TranslationStringFactory("qaboard")

LOCALES = ("ko", "en")
"""The languages of pages and mails; `_` marks the messages that are translated into them."""
