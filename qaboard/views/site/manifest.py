"""Web app manifest."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from qaboard.resources import RootResource
from qaboard.security.permissions import Permission

# The grounds of the page and of its bar in the light theme (static/css/qaboard.css). There is no
# place for those of the dark one here; pages say both themselves.
PAGE_COLOUR = "#f5f7f6"
BAR_COLOUR = "#ffffff"

KEPT_SECONDS = 24 * 60 * 60


@view_config(
    context=RootResource,
    name="manifest.webmanifest",
    permission=Permission.VIEW,
    request_method="GET",
)
def manifest(context: RootResource, request: Request) -> Response:
    """The manifest: the same for everybody (W3C, Web Application Manifest)."""
    settings = request.registry["settings"]
    root = request.resource_path(context)
    response = Response(
        content_type="application/manifest+json",
        json_body={
            "id": root,
            "name": settings.site_name,
            "short_name": settings.site_name,
            "lang": settings.default_locale,
            "start_url": request.questions_path,
            "scope": root,
            "display": "minimal-ui",
            "background_color": PAGE_COLOUR,
            "theme_color": BAR_COLOUR,
            "icons": [
                {
                    "src": request.static_file_path("icons/favicon.svg"),
                    "type": "image/svg+xml",
                    "sizes": "any",
                },
                {
                    "src": request.static_file_path("icons/touch-icon.png"),
                    "type": "image/png",
                    "sizes": "180x180",
                    "purpose": "any maskable",
                },
            ],
        },
    )
    response.cache_control = f"public, max-age={KEPT_SECONDS}"
    return response
