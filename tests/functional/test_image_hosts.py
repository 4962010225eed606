"""Images are shown from this site and from the hosts of the ini; others are links."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.mark.parametrize(
    ("address", "is_shown"),
    [
        ("/static/icons/favicon.svg", True),
        ("https://img.example.org/a.png", True),
        ("https://elsewhere.example/a.png", False),
        ("//img.example.org.evil.example/a.png", False),
    ],
)
def test_where_an_image_may_come_from(app, browser, board, monkeypatch, address, is_shown):
    settings = replace(app.registry["settings"], image_hosts=("img.example.org",))
    monkeypatch.setitem(app.registry, "settings", settings)
    form = browser(board.user()).get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "An image", f"![cup]({address})"
    body = form.submit("submit").follow().html.find(class_="post-body")
    assert (body.find("img") is not None) is is_shown
    if not is_shown:
        assert body.find("a")["href"] == address
