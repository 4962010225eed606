"""Languages: negotiation, messages, numbers and times, Unicode and domain names."""

from pyramid.i18n import TranslationStringFactory
from translationstring import TranslationString

_ = TranslationStringFactory("qaboard")

LOCALES = ("ko", "en")
"""The languages of pages and mails; `_` marks the messages that are translated into them."""


def pgettext(context: str, message: str) -> TranslationString:
    """A message whose word stands for two things in another language.

    :param context: which of them, for translators (``msgctxt``).
    """
    return _(message, context=context)
