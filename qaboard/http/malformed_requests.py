"""Reject malformed requests before Pyramid parses them.

WebOb and Pyramid raise in many places on headers and addresses that no browser sends. A tween
above all others looks once: what can be left out is left out, and what cannot is refused.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPBadRequest, HTTPException, HTTPNotFound
from pyramid.request import Request
from pyramid.tweens import INGRESS, MAIN

from qaboard.http.request_body import check_body
from qaboard.http.request_context import MONITORING_PATHS

_REFUSAL = "qaboard.refusal"
# A name or an IPv4 address, or an IPv6 address in brackets; then a port (RFC 9110, section 7.2).
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


class WrongHost(HTTPBadRequest):
    """The request is for a host that is not this site's.

    :param host: as it was sent.
    """

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host


def request_checks_tween_factory(handler, registry):
    hosts = frozenset(registry["settings"].hosts)

    def request_checks_tween(request):
        check_address(request, hosts)
        refusal = check_body(request)
        if refusal:
            request.environ.setdefault(_REFUSAL, refusal)
        drop_unreadable_headers(request)
        return handler(request)

    return request_checks_tween


def check_address(request: Request, hosts: frozenset[str]) -> None:
    """Mark a request to be refused: whose path or query is no UTF-8, or has another spelling than
    the one address of a page; or whose host is not this site's.

    It is refused further down, where errors have pages; until then its address is that of the
    front page, so that nothing between stumbles over it.
    """
    environ = request.environ
    refusal = None
    try:
        if request.GET is not None and not has_one_spelling(request.path_info):
            refusal = HTTPNotFound
    except UnicodeError:
        refusal = HTTPBadRequest
    for host in asked_hosts(environ):
        if not _HOST.fullmatch(host) or host_name(host) not in hosts:
            environ["HTTP_HOST"] = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
            if environ["PATH_INFO"] not in MONITORING_PATHS:
                refusal = WrongHost(host)
    if refusal:
        environ["PATH_INFO"] = "/"
        environ["QUERY_STRING"] = ""
        environ[_REFUSAL] = refusal


def asked_hosts(environ: dict[str, Any]) -> list[str]:
    """The hosts that a request names: that of its header, and of an address in absolute form."""
    hosts = [environ.get("HTTP_HOST", "localhost")]
    # RFC 9112, section 3.2.2. waitress says the address as it was sent, and reads the path alone.
    scheme, separator, rest = environ.get("REQUEST_URI", "").partition("://")
    if separator and "/" not in scheme and "?" not in scheme:
        hosts.append(re.split("[/?#]", rest, maxsplit=1)[0])
    return hosts


def has_one_spelling(path: str) -> bool:
    """Whether a path has no empty names and no dots to go up or to stay.

    Traversal would resolve them, and find the page of ``//evil.example/..%2Flogin``, where a
    browser takes the page's own address for one of another host.
    """
    *names, last = path.split("/")[1:] or [""]
    return not {"", ".", ".."}.intersection(names) and last not in (".", "..")


def host_name(host: str) -> str:
    """The name in a ``Host`` header, in lower case and without port, brackets or a last dot."""
    name = host.rpartition(":")[0] if re.search(r":[0-9]*$", host) else host
    if host.startswith("["):
        name = host[1:].partition("]")[0]
    return name.lower().removesuffix(".")


def drop_unreadable_headers(request: Request) -> None:
    """Leave out headers that cannot be read; without them the request still means something."""
    environ = request.environ
    if environ["PATH_INFO"] in MONITORING_PATHS:
        # The database need not be asked whose they are; it may be away.
        environ.pop("HTTP_COOKIE", None)
    try:
        len(request.cookies)
    except ValueError:
        del environ["HTTP_COOKIE"]
    try:
        _ = request.range
    except ValueError:
        del environ["HTTP_RANGE"]
    for name in ("HTTP_ORIGIN", "HTTP_REFERER"):
        try:
            urlsplit(environ.get(name, ""))
        except ValueError:
            # What a browser sends for an origin that it will not tell, and nobody trusts.
            environ[name] = "null"


def refusal_of(request: Request) -> HTTPException | type[HTTPException] | None:
    """The error with which a malformed request is to be answered, if it is one."""
    return request.environ.get(_REFUSAL)


def includeme(config) -> None:
    config.add_tween(
        "qaboard.http.malformed_requests.request_checks_tween_factory",
        under=INGRESS,
        # Above the debug toolbar too, where there is one.
        over=("pyramid_debugtoolbar.toolbar_tween_factory", MAIN),
    )
