"""Where the token against cross-site requests is kept: in the signed session cookie."""

from pyramid.csrf import SessionCSRFStoragePolicy


class CSRFStoragePolicy(SessionCSRFStoragePolicy):
    """Pyramid's policy, which also survives a supplied token that is no ASCII text."""

    def check_csrf_token(self, request, supplied_token):
        return supplied_token.isascii() and super().check_csrf_token(request, supplied_token)


def includeme(config) -> None:
    config.set_csrf_storage_policy(CSRFStoragePolicy())
    # Every view that changes something is checked, unless it is a form: then the submit helper
    # checks, so that what was typed is still there when the token was stale (see forms.py).
    config.set_default_csrf_options(require_csrf=True)
