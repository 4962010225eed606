"""What stops programs that fill in forms, and lets people through."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from factories import PASSWORD
from project import PROJECT
from pyramid.paster import get_appsettings

from qaboard.models import utc_now


@pytest.fixture
def strict(make_app):
    """An application with the rules of production.ini: two seconds, two links."""
    settings = get_appsettings(str(PROJECT / "production.ini"))
    assert (settings["spam.minimum_seconds"], settings["spam.new_account_links"]) == ("2", "2")
    return make_app({name: settings[name] for name in settings if name.startswith("spam.")})


def sign_up_form(client):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "newcomer", "newcomer@example.com"
    form["password"] = form["password_confirm"] = PASSWORD
    return form


def later(monkeypatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr("qaboard.limits.spam.time.time", lambda: now)


def test_the_field_for_programs_is_seen_by_no_person(browser):
    field = browser().get("/signup").html.find(attrs={"name": "website"})
    assert field["tabindex"] == "-1"
    assert field["autocomplete"] == "off"
    assert field.find_parent(class_="honeypot")["aria-hidden"] == "true"


def test_whoever_fills_it_in_does_not_sign_up(browser, board, caplog):
    form = sign_up_form(browser())
    form["website"] = "https://spam.example"
    page = form.submit("submit", status=400)
    assert "this looked automated" in page
    assert "reason='honeypot'" in caplog.text
    assert board.users() == []
    # A person whose browser did it sends the same form once more.
    form = page.forms["signup"]
    assert form["website"].value == ""
    form["password"] = form["password_confirm"] = PASSWORD
    form.submit("submit", status=303)


def test_a_form_that_comes_back_at_once_waits(strict, browser, board, monkeypatch):
    page = sign_up_form(browser(of=strict)).submit("submit", status=400)
    assert "That was very fast" in page
    assert page.forms["signup"]["username"].value == "newcomer"
    assert board.users() == []
    form = page.forms["signup"]
    form["password"] = form["password_confirm"] = PASSWORD
    later(monkeypatch, seconds=2.1)
    form.submit("submit", status=303)


@pytest.mark.parametrize("stamp", ["", "x", "한글", "MTIzNDU2Nzg5MA", "a" * 10000])
def test_a_time_of_ones_own_making_is_none(strict, browser, board, stamp):
    form = sign_up_form(browser(of=strict))
    form["stamp"].force_value(stamp)
    assert "That was very fast" in form.submit("submit", status=400)
    assert board.users() == []


def test_the_first_posts_are_guarded_and_later_ones_are_not(strict, browser, board):
    old = browser(board.user("old", created_at=utc_now() - timedelta(days=2)), of=strict)
    assert old.get("/questions/ask").html.find(attrs={"name": "website"}) is None
    question = board.question()
    for user, status in (("new", 400), ("old2", 303)):
        age = timedelta(days=2) if status == 303 else timedelta()
        client = browser(board.user(user, created_at=utc_now() - age), of=strict)
        for path, form_name in (
            ("/questions/ask", "ask"),
            (f"/questions/{question.id}/", "answer"),
        ):
            form = client.get(path).forms[form_name]
            form["body"] = "My text"
            if form_name == "ask":
                form["title"] = "My title"
            page = form.submit("submit", status=status)
            if status == 400:
                assert "That was very fast" in page
                assert page.forms[form_name]["body"].value == "My text"


def test_a_new_account_has_few_links(strict, browser, board, monkeypatch):
    links = "[a](https://a.example) [b](https://b.example)"
    client = browser(board.user("new"), of=strict)
    form = client.get("/questions/ask").forms["ask"]
    later(monkeypatch, seconds=3)
    form["title"], form["body"] = "My title", f"{links} https://c.example"
    page = form.submit("submit", status=400)
    assert "at most 2 links at a time" in page.html.find(id="ask-body-error").text
    assert board.facts()["posts"] == []
    form = page.forms["ask"]
    form["body"] = links
    later(monkeypatch, seconds=3)
    path = form.submit("submit", status=303).location
    form = client.get(f"{path}edit").forms["edit"]
    form["body"] = f"{links} https://c.example"
    assert "at most 2 links at a time" in form.submit("submit", status=400)
    assert "c.example" not in client.get(path)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("My title", "https://a.example https://b.example https://c.example"),
        (
            "My title",
            "<https://a.example> <mailto:me@b.example> [c](//c.example)\n\n[c]: https://c.example",
        ),
        (
            "My title",
            "[a] [b] [c]\n\n[a]: https://a.example\n[b]: https://b.example\n[c]: https://c.example",
        ),
        ("My title", "[a][1] [b][1] [c][1]\n\n[1]: https://a.example"),
        (
            "My title",
            "![a](https://a.example/a.png) ![b](https://b.example/b.png) https://c.example",
        ),
        ("My title", "- https://a.example\n\n> https://b.example\n\n# https://c.example"),
        (
            "My title",
            "| a |\n|---|\n| https://a.example |\n| https://b.example |\n| https://c.example |",
        ),
        ("See https://a.example", "https://b.example https://c.example"),
        ("https://a.example https://b.example https://c.example", "My text"),
    ],
)
def test_however_links_are_written_they_are_counted(
    strict, browser, board, monkeypatch, title, body
):
    client = browser(board.user("new"), of=strict)
    form = client.get("/questions/ask").forms["ask"]
    later(monkeypatch, seconds=3)
    form["title"], form["body"] = title, body
    page = form.submit("submit", status=400)
    assert "at most 2 links at a time" in page
    assert page.forms["ask"]["title"].value == title
    form = page.forms["ask"]
    form["title"], form["body"] = (
        "My title",
        "`https://a.example https://b.example https://c.example`",
    )
    later(monkeypatch, seconds=3)
    path = form.submit("submit", status=303).location
    # Nor by an edit.
    form = client.get(f"{path}edit").forms["edit"]
    form["title"], form["body"] = title, body
    assert "at most 2 links at a time" in form.submit("submit", status=400)


def test_an_old_account_has_as_many_as_it_likes(strict, browser, board):
    client = browser(board.user(created_at=utc_now() - timedelta(days=1, seconds=1)), of=strict)
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "My title", "https://a.example " * 20
    form.submit("submit", status=303)


def test_a_script_of_ones_own_needs_no_such_fields_in_development(browser, board):
    client = browser(board.user())
    token = client.get("/questions/ask").forms["ask"]["csrf_token"].value
    fields = {"csrf_token": token, "title": "My title", "body": "My text"}
    client.post("/questions/ask", fields, status=303)


@pytest.mark.parametrize("stamp", ["", "of another clock", "of another secret"])
def test_a_form_that_is_shown_again_has_a_new_time(strict, browser, board, monkeypatch, stamp):
    form = sign_up_form(browser(of=strict))
    if stamp == "of another clock":
        with monkeypatch.context() as another:
            later(another, seconds=90)
            stamp = browser(of=strict).get("/signup").forms["signup"]["stamp"].value
    form["stamp"].force_value(stamp)
    page = form.submit("submit", status=400)
    assert "That was very fast" in page
    form = page.forms["signup"]
    form["password"] = form["password_confirm"] = PASSWORD
    later(monkeypatch, seconds=2.1)
    form.submit("submit", status=303)


def test_a_post_that_is_shown_again_has_a_new_time(strict, browser, board, monkeypatch):
    question = board.question()
    client = browser(board.user("new"), of=strict)
    pages = (("/questions/ask", "ask"), (f"/questions/{question.id}/", "answer"))
    forms = []
    for path, name in pages:
        form = client.get(path).forms[name]
        form["body"] = "My text"
        if name == "ask":
            form["title"] = "My title"
        form["stamp"].force_value("")
        forms.append(form.submit("submit", status=400).forms[name])
    later(monkeypatch, seconds=2.1)
    for form in forms:
        form.submit("submit", status=303)
