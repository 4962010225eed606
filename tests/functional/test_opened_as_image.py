"""Pages that another page opens as a picture: refused, and without any effect."""

from __future__ import annotations

import pytest

ASKED_AS_IMAGE = {
    "by-purpose": {"Sec-Fetch-Dest": "image"},
    "by-type": {"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"},
    "by-script": {"Sec-Fetch-Dest": "script"},
}
PAGES = (
    "/login",
    "/signup",
    "/forgot-password",
    "/reset-password?token=x",
    "/verify-email?token=x",
    "/questions/?q=coffee",
    "/language",
    "/questions/ask",
    "/account/",
)


@pytest.mark.parametrize("headers", ASKED_AS_IMAGE.values(), ids=ASKED_AS_IMAGE)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asked_for_as_an_image_has_no_effect(browser, board, headers, page):
    visitor, member = browser(), browser(board.user())
    for client in (visitor, member):
        before = dict(client.cookies)
        response = client.get(page, headers=headers, status="*")
        assert response.status_int in (303, 406)
        assert client.cookies == before
        assert "Set-Cookie" not in response.headers


def test_a_message_waits_for_the_page_that_shows_it(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "Is it open?", "Is it?"
    location = form.submit("submit").location
    client.get(location, headers={"Sec-Fetch-Dest": "image"}, status=406)
    assert client.get(location).html.find(class_="alert") is not None


def test_a_picture_and_a_script_are_served(browser):
    for address, purpose in (
        ("/static/icons/favicon.svg", "image"),
        ("/manifest.webmanifest", "manifest"),
        ("/questions/similar?title=coffee", "empty"),
        ("/questions/", "document"),
    ):
        browser().get(address, headers={"Sec-Fetch-Dest": purpose}, status=200)
