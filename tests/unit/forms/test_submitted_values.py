"""Values of buttons and scripts."""

from __future__ import annotations

import pytest
from pyramid.httpexceptions import HTTPBadRequest

from qaboard.forms.submitted_values import sent_values
from qaboard.schemas.board.vote import VoteSchema


def test_the_values_of_the_schema_are_read_and_no_others(make_request):
    request = make_request(POST={"value": "1", "csrf_token": "x"})
    assert sent_values(request, VoteSchema()) == {"value": "1"}


@pytest.mark.parametrize("fields", [{}, {"value": "2"}, {"value": ""}, {"other": "1"}])
def test_anything_else_is_a_bad_request(make_request, fields):
    with pytest.raises(HTTPBadRequest):
        sent_values(make_request(POST=fields), VoteSchema())
