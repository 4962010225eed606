"""Languages: negotiation, messages, numbers and times, Unicode and domain names."""

from pyramid.i18n import TranslationStringFactory

_ = TranslationStringFactory("qaboard")
