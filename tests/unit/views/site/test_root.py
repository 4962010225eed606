"""The front page."""

from __future__ import annotations

from qaboard.resources import RootResource
from qaboard.views.site.root import front_page


def test_the_front_page_is_the_list_of_questions(make_request):
    request = make_request()
    response = front_page(RootResource(request), request)
    assert (response.status_int, response.location) == (303, "/questions/")
