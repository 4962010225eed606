"""Views for monitoring."""

from __future__ import annotations

import pytest
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from qaboard.monitoring.readiness import Finding, Readiness, State
from qaboard.views.site.monitoring import (
    only_for_monitors,
    show_health,
    show_readiness,
)


@pytest.mark.parametrize(("address", "may"), [("127.0.0.1", True), ("192.0.2.7", False)])
def test_for_others_than_the_monitors_of_the_settings_there_is_nothing(make_request, address, may):
    view = only_for_monitors(lambda _context, _request: Response("shown"))
    request = make_request(environ={"REMOTE_ADDR": address})
    if may:
        assert view(None, request).text == "shown"
    else:
        with pytest.raises(HTTPNotFound):
            view(None, request)


def test_a_process_that_lives_says_so_and_nobody_keeps_that(make_request):
    response = show_health(None, make_request())
    assert (response.text, response.headers["Cache-Control"]) == ("ok\n", "no-store")


@pytest.mark.parametrize(
    ("query", "status"), [("", 503), ("?exclude=mail", 200), ("?exclude=database", 503)]
)
def test_one_part_that_fails_and_is_not_excluded_makes_the_board_not_ready(
    make_request, registry, monkeypatch, query, status
):
    checks = {
        "database": lambda: Finding(State.OK),
        "mail": lambda: Finding(State.FAILING, "away"),
    }
    monkeypatch.setitem(registry, "readiness", Readiness(checks))
    response = show_readiness(None, make_request(f"/readyz{query}"))
    assert (response.status_int, response.json["ready"]) == (status, status == 200)
    assert response.json["parts"]["mail"] == {"state": "failing", "detail": "away"}
