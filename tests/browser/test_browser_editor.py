"""The editor: tabs, tools and keys, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from scripting import PHONE_WIDTH, only_with_javascript, only_without_javascript


def text_of(page: Page):
    return page.get_by_label("Text", exact=True)


def write(page: Page, text: str, selected: str = "") -> None:
    """Have the text in the editor, with a part of it selected."""
    text_of(page).fill(text)
    text_of(page).evaluate(
        """(element, selected) => {
            const start = selected ? element.value.indexOf(selected) : element.value.length;
            element.setSelectionRange(start, start + selected.length);
        }""",
        selected,
    )


@pytest.fixture
def page(browser, board) -> Page:
    page = browser(board.user())
    page.goto("/questions/ask")
    return page


@only_with_javascript
@pytest.mark.parametrize(
    ("keys", "text", "selected", "expected"),
    [
        ("Control+b", "a word here", "word", "a **word** here"),
        ("Control+b", "a word here", "word ", "a **word** here"),
        ("Control+i", "a word here", "word", "a *word* here"),
        ("Control+e", "a word here", "word", "a `word` here"),
        ("Control+e", "a `b` c", "`b`", "a `` `b` `` c"),
        ("Control+e", "one\ntwo", "one\ntwo", "```\none\ntwo\n```"),
        ("Control+e", "x\none\ntwo\ny", "one\ntwo", "x\n\n```\none\ntwo\n```\n\ny"),
        ("Control+e", "```\nin\n```", "```\nin\n```", "````\n```\nin\n```\n````"),
        ("Control+k", "a word here", "word", "a [word](https://) here"),
        ("Control+k", "at https://a.example/ it is", "https://a.example/",
         "at [](https://a.example/) it is"),
        ("Control+Shift+Period", "one\n\ntwo", "one\n\ntwo", "> one\n> \n> two"),
        ("Control+Shift+8", "one\ntwo", "one\ntwo", "- one\n- two"),
        ("Control+Shift+7", "one\ntwo\n", "one\ntwo\n", "1. one\n2. two\n"),
        ("Control+Shift+7", "- one\n- two", "- one\n- two", "1. one\n2. two"),
    ],
)  # fmt: skip
def test_a_key_formats_the_selection_and_is_undone(page, keys, text, selected, expected):
    write(page, text, selected)
    page.keyboard.press(keys)
    expect(text_of(page)).to_have_value(expected)
    expect(text_of(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(text_of(page)).to_have_value(text)


@only_with_javascript
@pytest.mark.parametrize(
    ("keys", "selected"),
    [
        ("Control+b", "word"),
        ("Control+i", "word"),
        ("Control+e", "word"),
        ("Control+Shift+Period", "word"),
        ("Control+Shift+8", "word"),
        ("Control+Shift+7", "word"),
    ],
)
def test_the_same_key_twice_changes_nothing(page, keys, selected):
    write(page, "word", selected)
    page.keyboard.press(keys)
    expect(text_of(page)).not_to_have_value("word")
    page.keyboard.press(keys)
    expect(text_of(page)).to_have_value("word")


@only_with_javascript
def test_italic_within_bold_and_back(page):
    write(page, "word", "word")
    for keys, expected in (
        ("Control+b", "**word**"),
        ("Control+i", "***word***"),
        ("Control+b", "*word*"),
        ("Control+i", "word"),
    ):
        page.keyboard.press(keys)
        expect(text_of(page)).to_have_value(expected)


@only_with_javascript
def test_typing_goes_on_between_the_marks(page):
    text_of(page).focus()
    page.keyboard.press("Control+b")
    page.keyboard.type("loud")
    expect(text_of(page)).to_have_value("**loud**")


@only_with_javascript
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- milk", "- milk\n- "),
        ("* milk", "* milk\n* "),
        ("para\n\n  + 우유", "para\n\n  + 우유\n  + "),
        ("1. milk", "1. milk\n2. "),
        ("8. milk\n9. tea", "8. milk\n9. tea\n10. "),
        ("1) milk", "1) milk\n2) "),
        ("- milk\n- ", "- milk\n"),
        ("1. milk\n2. ", "1. milk\n"),
        ("- ", ""),
        ("milk", "milk\n"),
        ("-milk", "-milk\n"),
        ("2026.", "2026.\n"),
        ("```yaml\n- milk", "```yaml\n- milk\n"),
        ("```\n- milk\n```\n- tea", "```\n- milk\n```\n- tea\n- "),
    ],
)
def test_enter_goes_on_with_a_list_or_ends_it_and_is_undone(page, text, expected):
    write(page, text)
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_value(expected)
    page.keyboard.press("Control+z")
    expect(text_of(page)).to_have_value(text)


@only_with_javascript
def test_a_list_is_written_with_enter_alone(page):
    text_of(page).focus()
    for line in ("1. milk", "tea", "", "Done"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    expect(text_of(page)).to_have_value("1. milk\n2. tea\nDone\n")


@only_with_javascript
def test_enter_within_an_item_divides_it_and_before_its_mark_does_not(page):
    write(page, "- milktea")
    for _ in "tea":
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_value("- milk\n- tea")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_value("- milk\n\n- tea")


@only_with_javascript
def test_enter_with_shift_goes_on_with_the_item(page):
    write(page, "- milk")
    page.keyboard.press("Shift+Enter")
    expect(text_of(page)).to_have_value("- milk\n")


@only_with_javascript
def test_the_enter_that_ends_a_syllable_of_hangul_starts_no_item(page):
    write(page, "- 우유")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        text_of(page).dispatch_event("keydown", {"key": "Enter", **composing})
        expect(text_of(page)).to_have_value("- 우유")
    text_of(page).dispatch_event("keydown", {"key": "Enter"})
    expect(text_of(page)).to_have_value("- 우유\n- ")


def paste(page: Page, pasted: str) -> None:
    """Paste into the text, over what is selected there."""
    title = page.get_by_label("Title")
    title.fill(pasted)
    title.press("Control+a")
    title.press("Control+x")
    text_of(page).focus()
    page.keyboard.press("Control+v")


@only_with_javascript
@pytest.mark.parametrize(
    ("text", "selected", "pasted", "expected"),
    [
        ("a word here", "word", "https://a.example/b?c=d",
         "a [word](https://a.example/b?c=d) here"),
        ("a word here", "word", " http://a.example ", "a [word](http://a.example) here"),
        ("커피를 내려요", "커피", "https://a.example/커피",
         "[커피](https://a.example/커피)를 내려요"),
        ("a word here", "word", "https://a.example/b_(c)",
         "a [word](<https://a.example/b_(c)>) here"),
        # What is meant is the address alone.
        ("a word ", "", "https://a.example", "a word https://a.example"),
        ("[word](https://)", "https://", "https://a.example", "[word](https://a.example)"),
        ("[word](here)", "here", "https://a.example", "[word](https://a.example)"),
        ("at http://b.example", "http://b.example", "https://a.example", "at https://a.example"),
        ("```\nword", "word", "https://a.example", "```\nhttps://a.example"),
        ("one\ntwo", "one\ntwo", "https://a.example", "https://a.example"),
        # It is none that a link is made of.
        ("a word here", "word", "javascript:alert(1)", "a javascript:alert(1) here"),
        ("a word here", "word", "see https://a.example", "a see https://a.example here"),
    ],
)  # fmt: skip
def test_an_address_pasted_over_words_makes_a_link_and_is_undone(
    page, text, selected, pasted, expected
):
    write(page, text, selected)
    paste(page, pasted)
    expect(text_of(page)).to_have_value(expected)
    page.keyboard.press("Control+z")
    expect(text_of(page)).to_have_value(text)


@only_with_javascript
def test_the_toolbar_is_one_stop_of_the_tab_key_and_has_arrow_keys(page):
    page.get_by_role("tab", name="Write").focus()
    page.keyboard.press("Tab")
    toolbar = page.get_by_role("toolbar", name="Formatting")
    expect(toolbar.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(toolbar.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(toolbar.get_by_role("button", name="Numbered list")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(toolbar.get_by_role("button", name="Bulleted list")).to_be_focused()
    page.keyboard.press("Enter")
    expect(text_of(page)).to_be_focused()
    page.keyboard.type("milk")
    expect(text_of(page)).to_have_value("- milk")
    # The Tab key goes on, and comes back to where one was.
    page.keyboard.press("Tab")
    expect(text_of(page)).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(text_of(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(toolbar.get_by_role("button", name="Bulleted list")).to_be_focused()
    expect(text_of(page)).to_have_value("- milk")


@only_with_javascript
def test_the_tabs_by_keyboard(page):
    write(page, "**loud**")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tab", name="Write", selected=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Preview")).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("tabpanel", name="Preview")
    expect(panel.locator("strong")).to_have_text("loud")
    expect(text_of(page)).to_be_hidden()
    page.keyboard.press("Tab")
    expect(panel).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(text_of(page)).to_be_visible()
    expect(text_of(page)).to_have_value("**loud**")


@only_with_javascript
def test_a_question_is_asked_by_keyboard_alone(page):
    page.get_by_label("Title").focus()
    page.keyboard.type("By keyboard")
    text_of(page).focus()
    page.keyboard.type("Nothing but keys")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_have_text("Question posted.")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keyboard")


@only_with_javascript
def test_on_a_mac_the_keys_are_those_with_cmd_alone(browser, board):
    """There Ctrl with a letter moves and deletes: Ctrl+E goes to the end of the line."""
    page = browser(board.user())
    page.add_init_script("Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })")
    page.goto("/questions/ask")
    write(page, "word", "word")
    for key in "bike":
        text_of(page).dispatch_event("keydown", {"key": key, "ctrlKey": True})
    expect(text_of(page)).to_have_value("word")
    text_of(page).dispatch_event("keydown", {"key": "b", "metaKey": True})
    expect(text_of(page)).to_have_value("**word**")


@only_with_javascript
def test_the_preview_is_that_of_the_text_also_when_an_earlier_one_comes_later(page):
    def hold(route) -> None:
        if "slow" in route.request.post_data:
            page.wait_for_timeout(800)
        route.continue_()

    page.route("**/preview", hold)
    panel = page.get_by_role("tabpanel", name="Preview").locator(".post-body")
    write(page, "slow")
    page.get_by_role("tab", name="Preview").click()
    page.get_by_role("tab", name="Write").click()
    write(page, "later")
    page.get_by_role("tab", name="Preview").click()
    expect(panel).to_have_text("later")
    # The earlier one would have come by now.
    page.wait_for_timeout(1000)
    expect(panel).to_have_text("later")


@only_with_javascript
def test_a_preview_that_cannot_be_reached_says_so(page):
    page.route("**/preview", lambda route: route.abort("connectionrefused"))
    write(page, "text")
    page.get_by_role("tab", name="Preview").click()
    panel = page.get_by_role("tabpanel", name="Preview")
    expect(panel.get_by_role("alert")).to_contain_text("Your text is still here")
    page.get_by_role("tab", name="Write").click()
    expect(text_of(page)).to_have_value("text")


@only_with_javascript
@pytest.mark.parametrize("width", [PHONE_WIDTH, 1280])
def test_targets_are_large_enough_and_the_text_grows(browser, board, width):
    page = browser(board.user(), width=width)
    page.goto("/questions/ask")
    for target in page.locator(".editor-bar button, .markdown-help summary").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24
    before = text_of(page).bounding_box()["height"]
    write(page, "line\n" * 40)
    grown = text_of(page).bounding_box()["height"]
    assert before < grown <= 0.75 * 800


@only_without_javascript
def test_without_a_script_there_is_the_text_with_its_button(page):
    expect(page.get_by_role("tablist")).to_have_count(0)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    expect(page.get_by_role("button", name="Preview")).to_be_visible()
    expect(page.get_by_role("group").filter(has_text="Formatting help")).to_be_visible()
