"""Liveness, readiness and metrics endpoints."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config

from qaboard.http.client import is_within, network_address
from qaboard.monitoring.metrics import CONTENT_TYPE_LATEST
from qaboard.monitoring.readiness import State
from qaboard.resources import RootResource
from qaboard.security.permissions import Permission


def only_for_monitors(view):
    """For all but the addresses that the settings name there is nothing here."""

    def for_monitors(context, request):
        addresses = request.registry["settings"].monitoring.addresses
        if not is_within(network_address(request.environ), addresses):
            raise HTTPNotFound
        return view(context, request)

    return for_monitors


@view_config(context=RootResource, name="healthz", permission=Permission.VIEW, request_method="GET")
def show_health(_context: RootResource, request):
    """The process lives; nothing else is asked."""
    return uncached(Response("ok\n", content_type="text/plain", charset="utf-8"))


@view_config(
    context=RootResource,
    name="readyz",
    permission=Permission.VIEW,
    request_method="GET",
    decorator=only_for_monitors,
)
def show_readiness(_context: RootResource, request):
    """Each part with its state; 503 when one fails that ``?exclude=`` does not name."""
    findings = request.registry["readiness"].findings()
    excluded = request.GET.getall("exclude")
    is_ready = all(
        finding.state is not State.FAILING or name in excluded for name, finding in findings.items()
    )
    parts = {}
    for name, finding in findings.items():
        parts[name] = {"state": finding.state}
        if finding.detail:
            parts[name]["detail"] = finding.detail
    page = {"ready": is_ready, "parts": parts}
    return uncached(Response(json_body=page, status=200 if is_ready else 503))


@view_config(
    context=RootResource,
    name="metrics",
    permission=Permission.VIEW,
    request_method="GET",
    decorator=only_for_monitors,
)
def show_metrics(_context: RootResource, request):
    """The counters of this process."""
    response = Response(request.metrics.exposition())
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return uncached(response)


def uncached(response: Response) -> Response:
    """The answer, of which nobody keeps a copy."""
    response.headers["Cache-Control"] = "no-store"
    return response
