"""View derivers: subpaths, pages as pictures, recent logins."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from qaboard.http.view_derivers import page_view, recently_authenticated_view, subpath_view
from qaboard.models import utc_now


def derive(deriver, **options):
    """A view that says ``shown``, behind a deriver."""
    info = SimpleNamespace(
        exception_only=options.pop("exception_only", False),
        options=options,
        registry=options.pop("registry", None),
    )
    return deriver(lambda _context, _request: "shown", info)


@pytest.fixture
def request_for(make_request):
    def make(address="/", subpath=(), matched_route=None, **headers):
        request = make_request(
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        request.subpath, request.matched_route = subpath, matched_route
        return request

    return make


def test_an_address_that_goes_on_after_the_view_is_not_found(request_for):
    view = derive(subpath_view)
    assert view(None, request_for()) == "shown"
    with pytest.raises(HTTPNotFound):
        view(None, request_for(subpath=("x",)))


def test_static_files_and_pages_of_errors_may_have_a_subpath(request_for):
    assert derive(subpath_view)(None, request_for(subpath=("x",), matched_route="static"))
    assert derive(subpath_view, exception_only=True)(None, request_for(subpath=("x",))) == "shown"


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Dest": "image"}, {"Sec_Fetch_Dest": "script"}, {"Accept": " image/png,*/*"}],
)
def test_a_page_is_not_opened_as_a_part_of_another_one(request_for, headers):
    view = derive(page_view, renderer="board/question.jinja2")
    response = view(None, request_for(**headers))
    assert (response.status_int, response.headers["Cache-Control"]) == (406, "no-store")


@pytest.mark.parametrize(
    "headers", [{}, {"Sec_Fetch_Dest": "document"}, {"Sec_Fetch_Dest": "empty"}, {"Accept": "*/*"}]
)
def test_a_page_is_opened_by_itself_or_by_a_script(request_for, headers):
    assert (
        derive(page_view, renderer="board/question.jinja2")(None, request_for(**headers)) == "shown"
    )


def test_what_is_no_page_may_be_a_picture(request_for):
    assert derive(page_view, renderer="json")(None, request_for(Accept="image/png")) == "shown"


@pytest.mark.parametrize(("minutes", "passes"), [(14, True), (16, False)])
def test_who_logged_in_a_while_ago_proves_again_who_they_are(
    request_for, registry, monkeypatch, minutes, passes
):
    view = derive(recently_authenticated_view, recent_authentication=True, registry=registry)
    request = request_for("/account/password")
    authenticated_at = utc_now() - timedelta(minutes=minutes)
    request.environ["tests.identity"] = SimpleNamespace(
        authenticated_at=authenticated_at, locale=None
    )
    response = view(None, request)
    if passes:
        assert response == "shown"
    else:
        assert isinstance(response, HTTPSeeOther)
        assert response.location == "/account/confirm?next=%2Faccount%2Fpassword"
