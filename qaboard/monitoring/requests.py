"""Each request as a whole: its id, its line in the access log, and what is counted of it."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from pyramid.registry import Registry
from pyramid.response import Response

from qaboard.http.client import kept_address, network_address
from qaboard.http.request_context import MONITORING_PATHS, RequestRecord, current_record
from qaboard.rendering.static_files import serve_static_file

log = logging.getLogger(__name__)
access_log = logging.getLogger("qaboard.access")

ACCESS = "%s %s %s bytes=%s ms=%s queries=%s view=%s user=%s address=%s"
REQUEST_ID_BYTES = 16
REQUEST_IDS_AT_ONCE = 256
PATH_MAX_CHARACTERS = 500
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"

# nginx sends 32 hexadecimal digits, others UUIDs or the like.
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")
# Of a query only what says which page it is; a search is somebody's own, and a token a secret.
_TOLD_PARAMETERS = re.compile(r"(?:^|&)((?:page|sort|tab)=[0-9a-z]{1,20})(?=&|$)")

Environ = dict[str, Any]
ExecutionPolicy = Callable[[Environ, Any], Response]

# To ask the system for each by itself lets another thread go on, and then waits for a turn.
_unused_ids: list[str] = []


def observing(policy: ExecutionPolicy, registry: Registry) -> ExecutionPolicy:
    """An execution policy that does as another one, and writes down what it did.

    It is the outermost, so the kept pages are measured too. What not even a page could be made of
    becomes an answer here, because that of the server would have no id.
    """
    metrics = registry["metrics"]
    kept = registry["settings"].client_addresses

    def observe(environ, router):
        record = RequestRecord(choose_request_id(environ))
        method, path, query = (
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
        )
        known_method = method if method in METHODS else OTHER_METHOD
        started = time.perf_counter()
        token = current_record.set(record)
        try:
            try:
                response = policy(environ, router)
            except Exception:
                log.exception("error %s in %s %r, without a page", record.id, known_method, path)
                response = bare_error(record.id)
            seconds = time.perf_counter() - started
            # Nothing else sets it, and to look for it takes longer.
            response.headerlist.append(("X-Request-ID", record.id))
            status = response.status_int
            metrics.note_request(record.view, known_method, status, seconds, record.queries)
            # Balancers and Prometheus ask every few seconds.
            level = logging.DEBUG if path in MONITORING_PATHS else logging.INFO
            if access_log.isEnabledFor(level):
                address = kept_address(network_address(environ), kept)
                target = told_target(environ.get("SCRIPT_NAME", "") + path, query)
                size = response.content_length if method != "HEAD" else 0
                log_access(level, known_method, target, status, size, seconds, record, address)
            return response
        finally:
            current_record.reset(token)

    return observe


def choose_request_id(environ: Environ) -> str:
    """The id that the proxy has given the request, if it looks like one; otherwise a new one.

    waitress leaves ``X-Forwarded-For`` in a request only when the proxy that it trusts has sent it.
    """
    sent = environ.get("HTTP_X_REQUEST_ID")
    if sent and "HTTP_X_FORWARDED_FOR" in environ and _REQUEST_ID.fullmatch(sent):
        return sent
    try:
        return _unused_ids.pop()
    except IndexError:
        characters = 2 * REQUEST_ID_BYTES
        drawn = secrets.token_hex(REQUEST_ID_BYTES * REQUEST_IDS_AT_ONCE)
        starts = range(characters, len(drawn), characters)
        _unused_ids.extend(drawn[start : start + characters] for start in starts)
        return drawn[:characters]


def told_target(path: str, query: str) -> str:
    """A path with the harmless parameters of its query, in one word of ASCII.

    :param path: as in ``PATH_INFO``: bytes, each written as one character.
    """
    told = quote(path[:PATH_MAX_CHARACTERS], encoding="latin-1")
    if query:
        parameters = _TOLD_PARAMETERS.findall(query)
        if parameters:
            told += f"?{'&'.join(parameters)}"
    return told


def log_access(
    level: int,
    method: str,
    target: str,
    status: int,
    size: int | None,
    seconds: float,
    record: RequestRecord,
    address: str | None,
) -> None:
    """Write the line of a request.

    :param size: of the body in bytes, where it is known.
    :param seconds: from the first byte that the board has read to the last that it has made.
    """
    milliseconds = round(seconds * 1000, 1)
    told = (
        method,
        target,
        status,
        "-" if size is None else size,
        milliseconds,
        record.queries,
        record.view or "-",
        record.user_id or "-",
        address or "-",
    )
    # Made here, since the logger would look for who calls it.
    entry = logging.LogRecord(access_log.name, level, __file__, 0, ACCESS, told, None)
    vars(entry).update(
        method=method,
        path=target,
        status=status,
        bytes=size,
        milliseconds=milliseconds,
        queries=record.queries,
        view=record.view or None,
        user=record.user_id,
        address=address,
    )
    access_log.handle(entry)


def bare_error(error_id: str) -> Response:
    """What is said when there is no page to say it with."""
    text = f"Something went wrong on our side. We logged it under {error_id}.\n"
    response = Response(text, status=500, content_type="text/plain", charset="utf-8")
    response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
    return response


def name_of_view(view: object, attribute: str | None) -> str:
    """What a view is called in the log: ``question.list_questions`` by its module and function.

    :param attribute: the method of a class, if that is the view.
    """
    if view is serve_static_file:
        return "static"
    # The last part: of the views no two modules share it, and names in metrics stay.
    module = view.__module__.rpartition(".")[2]
    name = getattr(view, "__qualname__", type(view).__qualname__)
    return ".".join(filter(None, (module, name, attribute)))


def named_view(view, info):
    """A view deriver: the record of a request says which view it came to.

    Of a page that failed that is the view, and not that of the error.
    """
    name = name_of_view(info.original_view, info.options.get("attr"))

    def named(context, request):
        record = current_record.get()
        if record is not None and not (info.exception_only and record.view):
            record.view = name
        return view(context, request)

    return named
