"""Page cache policy: cacheable requests and cache keys."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from pyramid.registry import Registry
from pyramid.response import Response
from webob.acceptparse import AcceptEncodingValidHeader
from webob.cookies import RequestCookies

from qaboard.database.session import READING_ENGINE
from qaboard.http.cookies import LOGIN_COOKIE, SESSION_COOKIE
from qaboard.http.request_context import MONITORING_PATHS, current_record, note_view
from qaboard.http.theme import chosen_theme
from qaboard.i18n.negotiation import visitor_locale
from qaboard.page_cache.cacheability import start_tracking
from qaboard.page_cache.relative_times import MAX_AGE_SECONDS
from qaboard.page_cache.store import CachedPage, PageKey
from qaboard.settings import Settings

ETAG_BYTES = 16

NOT_FOUND = 404

CACHE_CONTROL = "no-cache"
"""Others may keep a page, but ask each time whether it is still right."""

ACCEPT_ENCODING_MAX_LENGTH = 200
"""In characters; what browsers send has 30. Longer headers are not worth being remembered."""

# What belongs to the body, which an answer 304 does not have (RFC 9110, section 15.4.5).
_BODY_HEADERS = frozenset({"content-type", "content-length", "content-encoding"})

Environ = dict[str, Any]
ExecutionPolicy = Callable[[Environ, Any], Response]


def caching_policy(policy: ExecutionPolicy, registry: Registry) -> ExecutionPolicy:
    """An execution policy that answers with kept pages, and otherwise does as another one.

    It stands before all tweens, since making Pyramid's request costs as much as the rest. So a kept
    page is one that was made for the same address and host, which were checked then.
    """
    settings = registry["settings"]
    store = registry["page_cache"]
    database_state = registry["database_state"]
    replica = registry["replica"]
    housekeeping = registry["housekeeping"]

    def execution_policy(environ, router):
        if environ["PATH_INFO"] in MONITORING_PATHS or not is_cacheable_request(environ):
            return policy(environ, router)
        key = page_key(environ, settings)
        if key is None:
            return policy(environ, router)
        now = time.time()
        states = database_state
        if replica is not None and replica.is_usable():
            environ[READING_ENGINE] = replica.reading_engine
            states = replica.state
        # Before the page begins to read; `database_state.py` says why.
        state = states.read() if store.limit_bytes else None
        if state is None and store.limit_bytes and READING_ENGINE in environ:
            # It does not answer, so the page is not asked for there.
            del environ[READING_ENGINE]
        if state is not None:
            page = store.get(key)
            if page is not None and page.is_fresh(state, now):
                # Other requests set it in motion by an event.
                housekeeping.look()
                note_view(page.view)
                return answer(environ, page)
        cacheability = start_tracking(environ, now)
        response = policy(environ, router)
        if response.status_int == NOT_FOUND and environ.pop(READING_ENGINE, None) is not None:
            # It may be there by now: the replica may be behind.
            cacheability = start_tracking(environ, now)
            response = policy(environ, router)
        if not cacheability.is_cacheable or not is_cacheable_response(response):
            return response
        if accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            compress(response)
        page = make_page(response, state, now, cacheability.expires_at)
        # A page that could not be read from the replica is of another state.
        if state is not None and (states is database_state or READING_ENGINE in environ):
            store.put(key, page)
        return answer(environ, page)

    return execution_policy


def is_cacheable_request(environ: Environ) -> bool:
    """Whether a request is for a page. A body that it may have means nothing."""
    is_reading = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    return is_reading and not environ["PATH_INFO"].startswith("/static/")


PERSONAL_COOKIES = (LOGIN_COOKIE, SESSION_COOKIE)
"""Whoever has one of them gets pages of their own."""


def page_key(environ: Environ, settings: Settings) -> PageKey | None:
    """All that the page of a visitor depends on, beside the database and the time.

    :return: ``None`` for requests that may get, or make, another page than every visitor.
    """
    if not environ.get("REQUEST_URI", "/").startswith("/"):
        # An address in absolute form, whose host is looked at further down.
        return None
    cookies = {}
    if "HTTP_COOKIE" in environ:
        try:
            cookies = RequestCookies(environ)
            if any(settings.cookie_name(name) in cookies for name in PERSONAL_COOKIES):
                return None
        except ValueError:
            return None
    return (
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        visitor_locale(
            cookies,
            environ["QUERY_STRING"],
            environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            settings,
        ),
        chosen_theme(cookies, settings),
        environ["SCRIPT_NAME"],
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        "gzip" if accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else "",
    )


@lru_cache
def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a header ``Accept-Encoding`` names gzip (RFC 9110, section 12.5.3).

    One that takes whatever comes, or that nobody can read, gets a page as it is.
    """
    if len(accept_encoding) > ACCEPT_ENCODING_MAX_LENGTH:
        return False
    try:
        weights = dict(AcceptEncodingValidHeader.parse(accept_encoding.lower()))
    except ValueError:
        return False
    return weights.get("gzip", 0) > 0


def is_cacheable_response(response: Response) -> bool:
    """Whether an answer is a page that anybody may see: neither an error nor with a cookie.

    The headers of an answer in a session forbid to keep it.
    """
    return (
        response.status_int == 200
        and response.content_type == "text/html"
        and "Set-Cookie" not in response.headers
        and "Cache-Control" not in response.headers
    )


def compress(response: Response) -> None:
    """Compress the page of a visitor. It has no token, which its length could tell (BREACH)."""
    # Without a time, so that the same page has the same ETag.
    response.body = gzip.compress(response.body, mtime=0)
    response.content_encoding = "gzip"


def make_page(response: Response, state: Hashable, now: float, expires_at: float) -> CachedPage:
    """An answer as it is kept.

    :param state: that of the database before the answer was made, or ``None``.
    :param now: the time before the answer was made, in seconds since the epoch.
    :param expires_at: when it begins to look different.
    """
    body = response.body
    response.vary = (*(response.vary or ()), "Accept-Encoding")
    digest = hashlib.blake2b(body, digest_size=ETAG_BYTES).hexdigest()
    response.headers["ETag"] = etag = f'"{digest}"'
    response.headers["Cache-Control"] = CACHE_CONTROL
    headers = tuple(response.headerlist)
    record = current_record.get()
    return CachedPage(
        body,
        headers,
        tuple(header for header in headers if header[0].lower() not in _BODY_HEADERS),
        etag,
        state,
        now,
        min(expires_at, now + MAX_AGE_SECONDS),
        record.view if record else "",
    )


def answer(environ: Environ, page: CachedPage) -> Response:
    """The page, or that the client has it already."""
    if is_known(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag):
        return Response(status=304, headerlist=list(page.not_modified_headers), app_iter=[])
    return Response(headerlist=list(page.headers), app_iter=[page.body])


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether a header ``If-None-Match`` names an ETag (RFC 9110, section 13.1.2).

    It may be among others, and marked as weak: there are no quotes inside of one.
    """
    return etag in if_none_match or if_none_match.strip() == "*"
