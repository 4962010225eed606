"""Messages and times in the language of a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyramid.request import Request

from qaboard.i18n.formatting import in_full, number


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


def format_full_time(request: Request, moment: datetime) -> str:
    """The date and time in the site's zone and the reader's language.

    :param moment: aware.
    """
    return in_full(moment, request.registry["settings"].time_zone, request.locale_name)
