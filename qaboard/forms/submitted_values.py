"""Validate submissions that have no form page (buttons, scripts)."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request


def sent_values(request: Request, schema: colander.Schema) -> dict[str, Any]:
    """The values of the fields that a schema has.

    :raises HTTPBadRequest: when they are not as the schema wants them.
    """
    try:
        return schema.deserialize(dict(request.POST.items()))
    except colander.Invalid as error:
        raise HTTPBadRequest from error
