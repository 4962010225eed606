"""Track whether and until when a response may be cached."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.request import Request

from qaboard.page_cache.relative_times import next_change

_CACHEABILITY = "qaboard.cacheability"


@dataclass(slots=True)
class Cacheability:
    """Cacheability of the response to one request.

    ``now`` is the time before the response was made, ``expires_at`` when the first of its relative
    times changes; both in seconds since the epoch. ``is_cacheable`` is set by the view.
    """

    now: float
    is_cacheable: bool = False
    expires_at: float = math.inf


def start_tracking(environ: dict[str, Any], now: float) -> Cacheability:
    """Track the response to a request from now on.

    :param environ: the WSGI environment of the request.
    :param now: seconds since the epoch.
    """
    environ[_CACHEABILITY] = cacheability = Cacheability(now)
    return cacheability


def track_relative_time(request: Request, moment: datetime) -> None:
    """Let the response expire when the relative time of a moment ("3 minutes ago") changes."""
    cacheability = request.environ.get(_CACHEABILITY)
    if cacheability is not None:
        cacheability.expires_at = min(
            cacheability.expires_at, next_change(moment, cacheability.now)
        )


def cacheable_view(view, info):
    """View deriver: with ``cacheable=True`` a view's page is the same for every visitor.

    It may depend on the database, the time (tracked by the templates), the address with its query,
    the language and the theme. A page that counts its requests, such as a search, may not be.
    """
    if not info.options.get("cacheable"):
        return view

    def cacheable(context, request):
        cacheability = request.environ.get(_CACHEABILITY)
        if cacheability is not None:
            cacheability.is_cacheable = True
        return view(context, request)

    return cacheable


cacheable_view.options = ("cacheable",)
