"""Light and dark: by the system, or as a reader chooses."""

from __future__ import annotations

import re

import pytest

DARK_BY_THE_SYSTEM = "screen and (prefers-color-scheme: dark)"


def theme(client, path="/questions/") -> str | None:
    """The theme that the style sheets of a page leave no choice of."""
    page = client.get(path, expect_errors=True).html
    dark = page.find("link", href=re.compile("/dark.css"))
    media = dark["media"] if dark else None
    return {None: "light", "screen": "dark", DARK_BY_THE_SYSTEM: None}[media]


def choose(client, name: str, path="/theme"):
    page = client.get(path)
    form = next(form for form in page.forms.values() if form.action == "/theme")
    return form.submit("theme", value=name, status=303)


def test_without_a_choice_the_system_decides(browser, board):
    assert theme(browser()) is None
    page = browser().get("/questions/")
    assert page.html.find("meta", attrs={"name": "color-scheme"})["content"] == "light dark"
    colours = page.html.find_all("meta", attrs={"name": "theme-color"})
    assert [colour["media"] for colour in colours] == [
        "(prefers-color-scheme: light)",
        "(prefers-color-scheme: dark)",
    ]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_visitor_chooses_and_a_cookie_keeps_it(browser, board, name):
    client = browser(locale="en")
    page = client.get("/questions/?sort=votes").click("appearance")
    form = next(form for form in page.forms.values() if form.action == "/theme")
    page = form.submit("theme", value=name)
    assert page.location == "/questions/?sort=votes"
    for path in ("/questions/", "/login", "/nowhere"):
        assert theme(client, path) == name
    page = client.get("/theme")
    assert page.html.find("meta", attrs={"name": "color-scheme"})["content"] == name
    (colour,) = page.html.find_all("meta", attrs={"name": "theme-color"})
    assert "media" not in colour.attrs
    pressed = page.html.select("main form[action='/theme'] button[aria-pressed=true]")
    assert [button["value"] for button in pressed] == [name]


def test_the_choice_is_taken_back(browser, board):
    client = browser()
    choose(client, "dark")
    assert "Max-Age=0" in choose(client, "system").headers["Set-Cookie"]
    assert theme(client) is None
    assert "theme" not in client.cookies


def test_a_member_chooses_in_the_settings_for_this_browser(browser, board):
    user = board.user()
    client = browser(user)
    assert choose(client, "dark", "/account/").location == "/account/"
    assert theme(client) == "dark"
    assert theme(browser(user)) is None


@pytest.mark.parametrize(
    ("path", "field", "value"), [("/theme", "theme", "dark"), ("/language", "locale", "ko")]
)
def test_a_visitor_who_has_chosen_has_the_pages_of_visitors_again(
    browser, board, path, field, value
):
    client = browser()
    page = client.get(path)
    form = next(form for form in page.forms.values() if form.action == path)
    form.submit(field, value=value)
    assert set(client.cookies) == {field}
    assert client.get("/questions/").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["", "blue", "dark ", "Dark", "dark\x00"])
def test_there_are_no_other_themes(browser, board, name):
    client = browser()
    form = next(f for f in client.get("/theme").forms.values() if f.action == "/theme")
    client.post("/theme", {"theme": name, "csrf_token": form["csrf_token"].value}, status=400)
    client.set_cookie("theme", "blue")
    assert theme(client) is None


def test_the_choice_leads_nowhere_else_and_needs_a_token(browser, board):
    client = browser()
    page = client.get("/theme", {"next": "//evil.example"})
    form = next(form for form in page.forms.values() if form.action == "/theme")
    assert form.submit("theme", value="dark").location == "/"
    client.post("/theme", {"theme": "light"}, status=400)
    assert theme(client) == "dark"


def test_the_manifest_names_the_board_and_its_icons(browser, board):
    client = browser()
    page = client.get("/questions/")
    manifest = client.get(page.html.find("link", rel="manifest")["href"])
    assert manifest.content_type == "application/manifest+json"
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]
    assert manifest.json["name"] == "qaboard"
    assert client.get(manifest.json["start_url"]).status_int == 200
    for icon in manifest.json["icons"]:
        assert client.get(icon["src"]).content_type == icon["type"]
    touch_icon = page.html.find("link", rel="apple-touch-icon")["href"]
    assert client.get(touch_icon).body.startswith(b"\x89PNG")
