"""Addresses that browsers and crawlers try by themselves."""

from __future__ import annotations

import pytest

from qaboard.resources import RootResource
from qaboard.views.site.well_known import WellKnownView


@pytest.fixture
def view(make_request):
    def make(address="/"):
        request = make_request(address)
        return WellKnownView(RootResource(request), request)

    return make


def test_the_icon_is_a_file_of_this_release(view):
    response = view().icon()
    assert response.status_int == 303
    assert response.location.endswith("/icons/touch-icon.png")


def test_crawlers_stay_out_of_the_search_and_of_forms(view):
    lines = view().robots().text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /questions/?q=", "Disallow: /login", "Disallow: /account/"} <= set(lines)
    assert "Disallow: /questions/" not in lines


@pytest.mark.parametrize(
    ("query", "location"),
    [("?q=a b", "/questions/?q=a+b"), ("", "/questions/?q="), ("?q=a&q=b", "/questions/?q=a&q=b")],
)
def test_a_search_leads_to_the_list_with_what_was_typed(view, query, location):
    assert view(f"/search{query}").search().location == location
