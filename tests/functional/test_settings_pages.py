"""What all pages of one's settings have, and what they tell who may not write."""

from __future__ import annotations

import pytest
from factories import PASSWORD

from qaboard.models import User

PAGES = (
    "email",
    "password",
    "two-factor",
    "passkeys",
    "sessions",
    "activity",
    "download",
    "close",
    "confirm",
)


@pytest.mark.parametrize("name", PAGES)
def test_each_leads_back_to_the_settings(browser, board, name):
    page = browser(board.user("alex")).get(f"/account/{name}")
    assert page.click("Settings", index=-1).request.path == "/account/"
    assert page.html.select_one("main .way-back a")["href"] == "/account/"


def test_the_settings_tell_that_one_is_suspended_and_why(browser, board):
    user = board.user(suspended_until=User.SUSPENDED_FOR_GOOD, suspension_reason="Insults")
    assert "Reason: Insults" in browser(user).get("/account/")
    assert "restriction" not in browser(board.user()).get("/account/")


@pytest.mark.parametrize("name", ["password", "confirm"])
def test_a_password_is_kept_under_its_name_by_a_password_manager(browser, board, name):
    page = browser(board.user("alex")).get(f"/account/{name}")
    (field,) = page.html.select("main form input[autocomplete=username]")
    assert field["value"] == "alex"
    assert "name" not in field.attrs


def test_the_name_stands_in_the_form_after_a_refusal_too(browser, board):
    form = browser(board.user("alex")).get("/account/password").forms["password"]
    form["current_password"] = PASSWORD
    page = form.submit("submit", status=400)
    assert page.html.select_one("main form input[autocomplete=username]")["value"] == "alex"


def test_without_a_passkey_the_page_says_so(browser, board):
    page = browser(board.user()).get("/account/two-factor")
    assert "You have no passkeys yet." in page
    assert "0 passkeys" not in page


def test_language_and_appearance_are_one_card_and_the_email_is_of_the_account(browser, board):
    client = browser(board.user())
    page = client.get("/account/")
    groups: dict[str, list[str]] = {"": []}
    for each in page.html.select("main :is(h2, form[action], .plain-row a)"):
        if each.name == "h2":
            groups[each.text] = []
        else:
            groups[[*groups][-1]].append(each.get("action") or each["href"])
    assert groups[""] == ["/account/email"]
    assert groups["Language and appearance"] == ["/language", "/theme"]
    assert "/account/password" in groups["Security"]
    for path in ("/language", "/theme"):
        forms = client.get(path).html.select("main form")
        assert [form["action"] for form in forms] == ["/language", "/theme"]
