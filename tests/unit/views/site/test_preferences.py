"""Choices that a browser keeps."""

from __future__ import annotations

import pytest
from pyramid.httpexceptions import HTTPBadRequest

from qaboard.views.site.preferences import LanguageView, ThemeView


def cookies(response) -> list[str]:
    return [value for value in response.headers.getall("Set-Cookie") if "session=" not in value]


def test_a_theme_is_kept_for_a_year_and_leads_back(make_request):
    request = make_request("/theme", POST={"theme": "dark", "next": "/questions/1/"})
    response = ThemeView(None, request).choose()
    assert (response.status_int, response.location) == (303, "/questions/1/")
    (cookie,) = cookies(response)
    assert cookie.startswith("theme=dark; Max-Age=31536000;")
    assert "HttpOnly" in cookie


def test_the_theme_of_the_system_leaves_no_cookie(make_request):
    request = make_request("/theme", POST={"theme": "system"})
    (cookie,) = cookies(ThemeView(None, request).choose())
    assert cookie.startswith("theme=; Max-Age=0;")


def test_a_visitor_chooses_a_language_and_goes_nowhere_else(make_request):
    request = make_request("/language", POST={"locale": "en", "next": "//evil.example/"})
    response = LanguageView(None, request).choose()
    assert response.location == "/"
    assert cookies(response)[0].startswith("locale=en;")


def test_another_theme_or_language_is_a_bad_request(make_request):
    for view, fields in ((ThemeView, {"theme": "pink"}), (LanguageView, {"locale": "xx"})):
        with pytest.raises(HTTPBadRequest):
            view(None, make_request("/", POST=fields)).choose()
