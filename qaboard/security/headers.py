"""The headers that every response carries: what a browser may load, and who may keep a copy."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.tweens import MAIN

from qaboard.security.cookies import has_login_cookie


def content_security_policy(image_hosts: Iterable[str]) -> str:
    """The policy: nothing but this site's own files, and images from the hosts the ini allows."""
    # A host without a scheme is meant by that of the page, or by HTTPS (CSP 3, section 6.7.2.8).
    images = " ".join(("'self'", "data:", *image_hosts))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            # Bootstrap's own icons are data: addresses in its style sheet.
            f"img-src {images}",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def headers_tween_factory(handler, registry):
    policy = content_security_policy(registry["settings"].image_hosts)

    def headers_tween(request):
        response = handler(request)
        if request.environ["PATH_INFO"].startswith("/_debug_toolbar"):
            # The toolbar's own pages, in development only, are full of inline scripts.
            return response
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        if response.content_type == "text/html":
            response.vary = (*(response.vary or ()), "Accept-Language", "Cookie")
            # Pyramid sets the session's cookie after all tweens, so look at the session itself.
            has_session = "session" in vars(request) or "Set-Cookie" in headers
            if has_session or has_login_cookie(request):
                headers["Cache-Control"] = "private, no-store"
        return response

    return headers_tween


def includeme(config) -> None:
    config.add_tween(
        "qaboard.security.headers.headers_tween_factory",
        # Directly below: what follows, the debug toolbar too, answers with these headers.
        under="qaboard.request_checks.request_checks_tween_factory",
        over=("pyramid_debugtoolbar.toolbar_tween_factory", MAIN),
    )
