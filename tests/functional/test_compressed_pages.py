"""Pages of visitors are compressed, once for all who can read it; those with a token never."""

from __future__ import annotations

import gzip

import pytest
from webob import Request, Response

BROWSERS_ACCEPT = "gzip, deflate, br, zstd"


def packed(app, path: str, accepted: str, **headers: str) -> Response:
    """An answer as it comes; WebTest's browser unpacks what it gets."""
    named = {"Accept-Language": "en", "Accept-Encoding": accepted} | headers
    return Request.blank(path, headers=named).get_response(app)


@pytest.mark.parametrize("accepted", [BROWSERS_ACCEPT, "GZIP;q=0.1", "br, gzip;q=1.0"])
def test_a_page_is_compressed_for_who_can_read_it(
    small_board, app, browser, count_queries, accepted
):
    for address in small_board.addresses:
        plain = browser().get(address)
        first = packed(app, address, accepted)
        with count_queries() as statements:
            second = packed(app, address, accepted)
        assert statements == []
        assert second.body == first.body
        assert gzip.decompress(second.body) == plain.body
        assert int(second.headers["Content-Length"]) == len(second.body) < len(plain.body) / 2
        assert second.headers["Content-Encoding"] == "gzip"
        assert second.headers["Content-Type"] == plain.headers["Content-Type"]
        assert "Accept-Encoding" in second.headers["Vary"].split(", ")
        assert second.headers["Vary"] == plain.headers["Vary"]
        # Other bytes have another ETag (RFC 9110, section 8.8.3.3).
        etag = second.headers["ETag"]
        assert etag != plain.headers["ETag"]
        not_modified = packed(app, address, accepted, **{"If-None-Match": etag})
        assert not_modified.status_int == 304
        assert "Content-Encoding" not in not_modified.headers


@pytest.mark.parametrize(
    "accepted", ["", "identity", "*", "br", "gzip;q=0", "x;;q", "gzip\xff", "gzip" + ", br" * 100]
)
def test_others_get_a_page_as_it_is(small_board, app, accepted):
    packed(app, "/questions/", BROWSERS_ACCEPT)
    for _ in range(2):
        answer = packed(app, "/questions/", accepted)
        assert "Content-Encoding" not in answer.headers
        assert "About coffee" in answer.text


def test_pages_with_a_token_are_not_compressed(small_board, app, browser):
    visitor = browser()
    visitor.get("/login")
    # With the session that the form has begun.
    session = f"session={visitor.cookies['session']}"
    login = f"login={small_board.token(small_board.user())}"
    pages = [packed(app, "/login", BROWSERS_ACCEPT)]
    for cookie in (session, login):
        pages += [
            packed(app, path, BROWSERS_ACCEPT, Cookie=cookie) for path in small_board.addresses
        ]
    for page in pages:
        assert page.status_int == 200
        assert "Content-Encoding" not in page.headers
