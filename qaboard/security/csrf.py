"""CSRF protection: token in the signed session cookie, same-origin check."""

from pyramid.csrf import SessionCSRFStoragePolicy
from pyramid.exceptions import BadCSRFOrigin
from pyramid.request import Request
from pyramid.viewderivers import INGRESS

from qaboard.database.session import SAFE_METHODS


class WrongOrigin(BadCSRFOrigin):
    """What was sent comes from a page of another address than this site's.

    :param origin: as the browser said it; empty where it only said that it is another site.
    """

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin


class CSRFStoragePolicy(SessionCSRFStoragePolicy):
    """Pyramid's policy, which also survives a supplied token that is no ASCII text."""

    def check_csrf_token(self, request, supplied_token):
        return supplied_token.isascii() and super().check_csrf_token(request, supplied_token)


def check_same_origin(request: Request) -> None:
    """Refuse what a page of another site has sent, whatever token it has.

    Browsers say where a POST comes from, and a script of a page cannot change it (Fetch, section
    3.2; Fetch Metadata, section 2.4). What says nothing is no browser, and has its token.

    :raises WrongOrigin: when it comes from elsewhere.
    """
    site_address = request.registry["settings"].site_address
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (request.host_url, site_address):
        raise WrongOrigin(origin)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise WrongOrigin("")


def same_origin_view(view, info):
    """A view that may change something is asked by pages of this site only."""
    if info.exception_only:
        return view

    def same_origin(context, request):
        if request.method not in SAFE_METHODS:
            check_same_origin(request)
        return view(context, request)

    return same_origin


def includeme(config) -> None:
    config.set_csrf_storage_policy(CSRFStoragePolicy())
    # Every view that changes something is checked, unless it is a form: then the submit helper
    # checks, so that what was typed is still there when the token was stale (see forms.py).
    config.set_default_csrf_options(require_csrf=True)
    config.add_view_deriver(same_origin_view, under=INGRESS, over="secured_view")
