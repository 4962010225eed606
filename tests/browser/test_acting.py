"""What acts by keyboard alone notices what a mouse would never meet."""

from __future__ import annotations

import acting
import pytest
from acting import choose, fill, press
from playwright.sync_api import Page, expect
from scripting import BY_KEYBOARD, ways

pytestmark = ways(BY_KEYBOARD)

# Not the browser's own ring, which is thin.
RING = "<style>:focus-visible { outline: 3px solid; }</style>"


@pytest.fixture
def page(browser) -> Page:
    return browser()


def last(page: Page):
    return page.get_by_role("button", name="Last")


@pytest.mark.parametrize(
    ("html", "trouble"),
    [
        (RING + '<button tabindex="-1">Last</button>', "does not reach"),
        ("<button style='outline: none'>Last</button>", "no ring"),
        (RING + "<button style='outline: none'>Other</button><button>Last</button>", "no ring"),
        (
            RING + "<div style='position: fixed; inset: 0; background: red'></div>"
            "<button>Last</button>",
            "out of sight",
        ),
        (RING + "<button style='position: fixed; left: -200px'>Last</button>", "out of sight"),
    ],
)
def test_what_is_not_reached_or_not_seen_is_named(page, html, trouble, monkeypatch):
    monkeypatch.setattr(acting, "PATIENCE_MILLISECONDS", acting.PAUSE_MILLISECONDS)
    page.set_content(html)
    with pytest.raises(AssertionError, match=trouble):
        press(last(page))


def test_a_focus_that_is_lost_is_noticed(page):
    page.set_content(
        RING + "<button onclick='this.remove()'>Remove me</button><button>Last</button>"
    )
    press(page.get_by_role("button", name="Remove me"))
    with pytest.raises(AssertionError, match="lost"):
        press(last(page))


def test_a_mouse_is_refused(page):
    page.set_content("<button>Last</button>")
    with pytest.raises(AssertionError, match="keyboard alone"):
        last(page).click()


def test_the_way_leads_forward_and_back_and_into_groups(page):
    page.set_content(
        RING + "<label>Text<textarea>old</textarea></label>"
        "<fieldset><label><input type=radio name=r>One</label>"
        "<label><input type=radio name=r>Two</label></fieldset>"
        "<label>List<select><option>a</option><option>b</option><option>c</option></select></label>"
        "<label><input type=checkbox>Box</label>"
    )
    press(page.get_by_label("Box"))
    expect(page.get_by_label("Box")).to_be_checked()
    press(page.get_by_label("Two"))
    expect(page.get_by_label("Two")).to_be_checked()
    choose(page.get_by_label("List"), "c")
    expect(page.get_by_label("List")).to_have_value("c")
    fill(page.get_by_label("Text"), "new\n\ntext")
    expect(page.get_by_label("Text")).to_have_value("new\n\ntext")
    fill(page.get_by_label("Text"), "")
    expect(page.get_by_label("Text")).to_have_value("")
