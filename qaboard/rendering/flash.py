"""Flash messages: what was done is told on the next page, once."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from translationstring import TranslationString

from qaboard.http.cookies import has_session_cookie
from qaboard.i18n.localization import translate_message

MAX_MESSAGES = 3
"""They live in a cookie of 4 KiB; a script may never look at the page that would tell them."""


def flash(request: Request, message: TranslationString, **mapping: Any) -> None:
    """Have the next page tell something.

    :param mapping: what stands for the ``${names}`` in the message.
    """
    messages = request.session.pop_flash()[1 - MAX_MESSAGES :]
    messages.append(translate_message(request, message, mapping))
    for text in messages:
        request.session.flash(text)


def pop_flash_messages(request: Request) -> list[str]:
    """The messages for the page being shown.

    A visitor without a session is not given one here: their pages set no cookie.
    """
    if not has_session_cookie(request) or not request.session.peek_flash():
        return []
    return request.session.pop_flash()


def includeme(config) -> None:
    config.add_request_method(flash)
    config.add_request_method(pop_flash_messages)
