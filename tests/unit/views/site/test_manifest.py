"""The web app manifest."""

from __future__ import annotations

from qaboard.resources import RootResource
from qaboard.views.site.manifest import manifest


def test_the_manifest_names_the_board_its_start_and_files_that_are_there(make_request):
    request = make_request()
    response = manifest(RootResource(request), request)
    assert response.content_type == "application/manifest+json"
    body = response.json
    assert (body["name"], body["lang"], body["start_url"]) == ("qaboard", "ko", "/questions/")
    assert all(icon["src"].startswith("/static/") for icon in body["icons"])
