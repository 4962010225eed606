"""The headers that every response carries: what a browser may load, and who may keep a copy."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.response import Response
from pyramid.tweens import MAIN

from qaboard.http.cookies import has_login_cookie
from qaboard.settings import Settings


def content_security_policy(image_hosts: Iterable[str]) -> str:
    """The policy: nothing but this site's own files, and images from the hosts the ini allows."""
    # A host without a scheme is meant by that of the page, or by HTTPS (CSP 3, section 6.7.2.8).
    images = " ".join(("'self'", "data:", *image_hosts))
    return "; ".join(
        (
            "default-src 'none'",
            # Said already by the line above; checklists look for it by name.
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            # The arrows and ticks of form fields are data: addresses in the style sheets.
            f"img-src {images}",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


# What the pages never ask a browser for; passkeys and the clipboard are for this site alone.
PERMISSIONS_POLICY = ", ".join(
    (
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "microphone",
                "midi",
                "payment",
                "usb",
            )
        ),
        "clipboard-write=(self)",
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    )
)

# Two years (RFC 6797). nginx has it too, for what it answers itself.
STRICT_TRANSPORT_SECURITY = "max-age=63072000"
INCLUDE_SUBDOMAINS = "; includeSubDomains"


def fixed_headers(settings: Settings) -> dict[str, str]:
    """The headers that are the same on every response."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings.image_hosts),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY + (
            INCLUDE_SUBDOMAINS if settings.hsts_subdomains else ""
        )
    return headers


def keep_location_relative(response: Response) -> None:
    """Have a redirect go out as it was made: a path of this site.

    WebOb would put before it the scheme and host that the request seems to have, which behind a
    proxy need not be those that the browser asked for.
    """
    if response.location is not None:
        response._make_location_absolute = lambda _environ, location: location


def headers_tween_factory(handler, registry):
    fixed = fixed_headers(registry["settings"])
    has_toolbar = "debugtoolbar" in registry.settings.get("pyramid.includes", "")

    def headers_tween(request):
        response = handler(request)
        if has_toolbar and request.environ["PATH_INFO"].startswith("/_debug_toolbar/"):
            # The toolbar's own pages, in development only, are full of inline scripts.
            return response
        keep_location_relative(response)
        headers = response.headers
        headers.update(fixed)
        if response.content_type == "text/html":
            response.vary = (*(response.vary or ()), "Accept-Language", "Cookie")
        # Pyramid sets the session's cookie after all tweens, so look at the session itself. Files
        # below /static/ are everybody's, and say themselves how long they may be kept.
        has_session = "session" in vars(request) or "Set-Cookie" in headers
        is_static = getattr(request, "matched_route", None) is not None
        if not is_static and (has_session or has_login_cookie(request)):
            headers["Cache-Control"] = "private, no-store"
        return response

    return headers_tween


def includeme(config) -> None:
    config.add_tween(
        "qaboard.http.headers.headers_tween_factory",
        # Directly below: what follows, the debug toolbar too, answers with these headers.
        under="qaboard.http.malformed_requests.request_checks_tween_factory",
        over=("pyramid_debugtoolbar.toolbar_tween_factory", MAIN),
    )
