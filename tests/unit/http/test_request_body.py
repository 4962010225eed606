"""Bodies of requests: small urlencoded forms, and nothing else."""

from __future__ import annotations

import pytest
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from pyramid.request import Request

from qaboard.http.request_body import BODY_MAX_BYTES, FIELDS_MAX_COUNT, FORM, check_body


def sent(body: bytes, content_type: str = FORM, method: str = "POST") -> Request:
    return Request.blank("/", method=method, body=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    "content_type", [FORM, f"{FORM}; charset=UTF-8", f'{FORM.upper()} ;charset="utf8"']
)
def test_a_form_in_utf_8_can_be_read(content_type):
    request = sent("title=커피&body=x".encode(), content_type)
    assert check_body(request) is None
    assert dict(request.POST) == {"title": "커피", "body": "x"}


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"x" * (BODY_MAX_BYTES + 1), FORM, HTTPRequestEntityTooLarge),
        (b"{}", "application/json", HTTPUnsupportedMediaType),
        (b"x", "multipart/form-data; boundary=x", HTTPUnsupportedMediaType),
        (b"x=1", f"{FORM}; charset=euc-kr", HTTPUnsupportedMediaType),
        (b"x=1", "", HTTPUnsupportedMediaType),
        (b"&" * FIELDS_MAX_COUNT, FORM, HTTPBadRequest),
        (b"x=%ff", FORM, HTTPBadRequest),
        (b"x=\xff", FORM, HTTPBadRequest),
    ],
)
def test_a_body_that_is_refused_is_emptied(body, content_type, error):
    request = sent(body, content_type)
    assert check_body(request) is error
    assert request.body == b""
    assert dict(request.POST) == {}


def test_a_field_that_comes_twice_is_refused_and_left_to_be_shown():
    request = sent(b"title=a&title=b")
    assert check_body(request) is HTTPBadRequest
    assert request.POST.getall("title") == ["a", "b"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_body_of_another_method_means_nothing(method):
    request = sent(b"{}", "application/json", method)
    assert check_body(request) is None
    assert request.body == b""


def test_a_post_without_a_body_is_an_empty_form():
    request = sent(b"", "application/json")
    assert check_body(request) is None
    assert dict(request.POST) == {}
