"""Asking a question: the form, its preview, and the question as others see it."""

from __future__ import annotations

from acting import fill, press
from playwright.sync_api import Page, expect
from scripting import only_with_javascript, only_without_javascript, with_javascript_and_by_keyboard
from sqlalchemy import select

from qaboard.models import Question

BODY = """주전자가 **있어요**.

| 물 | 커피 |
|---|---|
| 300 | 20 |

```python
print("안녕")
```

<b>no tag</b> & [a link](https://example.org/?a=1&b=2)"""

# What a script has put around blocks of code is of no account here.
WITHOUT_COPY_BUTTONS = """element => {
  const copy = element.cloneNode(true);
  for (const frame of copy.querySelectorAll(".code-block")) {
    frame.replaceWith(frame.querySelector("pre"));
  }
  return copy.innerHTML;
}"""


def preview(page: Page, javascript: bool) -> str:
    """The HTML is in the editor, or without a script in another tab of the browser."""
    if javascript:
        with page.expect_response("**/preview"):
            press(page.get_by_role("tab", name="Preview"))
        shown = page.get_by_role("tabpanel", name="Preview")
        expect(shown).to_be_visible()
        expect(shown).not_to_have_attribute("aria-busy", "true")
        html = shown.locator(".post-body").evaluate(WITHOUT_COPY_BUTTONS)
        press(page.get_by_role("tab", name="Write"))
        return html
    with page.expect_popup() as opened:
        press(page.get_by_role("button", name="Preview"))
    tab = opened.value
    expect(tab.get_by_role("heading", level=1)).to_have_text("Preview")
    shown = tab.locator(".post-body").inner_html()
    tab.close()
    return shown


def test_a_question_is_previewed_just_as_it_is_shown_later(browser, board, javascript):
    page = browser(board.user("하늘"))
    page.goto("/questions/")
    press(page.get_by_role("link", name="Ask a question"))
    fill(page.get_by_label("Title"), "커피를 <어떻게> 내리나요?")
    fill(page.get_by_label("Text", exact=True), BODY)
    previewed = preview(page, javascript)
    assert "<strong>있어요</strong>" in previewed
    expect(page).to_have_url("/questions/ask")
    expect(page.get_by_label("Title")).to_have_value("커피를 <어떻게> 내리나요?")

    press(page.get_by_role("button", name="Post your question"))
    expect(page.get_by_role("status")).to_have_text("Question posted.")
    expect(page.get_by_role("heading", level=1)).to_have_text("커피를 <어떻게> 내리나요?")
    shown = page.locator("#question .post-body")
    assert shown.evaluate(WITHOUT_COPY_BUTTONS) == previewed
    expect(shown.get_by_role("cell", name="300")).to_be_visible()
    expect(shown.locator("pre")).to_contain_text('print("안녕")')
    expect(shown).to_contain_text("<b>no tag</b>")
    expect(shown.get_by_role("link")).to_have_attribute("rel", "nofollow ugc noopener")


@only_with_javascript
def test_a_preview_is_byte_for_byte_what_is_stored(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "The same")
    fill(page.get_by_label("Text", exact=True), BODY)
    with page.expect_response("**/preview") as answered:
        press(page.get_by_role("tab", name="Preview"))
    previewed = answered.value.text()
    press(page.get_by_role("button", name="Post your question"))
    expect(page.get_by_role("status")).to_have_text("Question posted.")
    with board.transaction() as session:
        assert session.scalars(select(Question.body_html)).one() == previewed


def test_errors_are_listed_and_lead_to_their_fields(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "x" * 201)
    fill(page.get_by_label("Text", exact=True), "  \n kept <b> text")
    press(page.get_by_role("button", name="Post your question"))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("x" * 201)
    expect(page.get_by_label("Text", exact=True)).to_have_value("  \n kept <b> text")
    press(summary.get_by_role("link", name="Title: Too long: 201 characters"))
    title = page.get_by_label("Title")
    expect(title).to_be_focused()
    expect(title).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    press(page.get_by_role("button", name="Post your question"))
    expect(page.get_by_role("heading", level=1)).to_have_text("x" * 200)


def test_the_enter_key_in_the_title_sends_the_form_and_opens_no_preview(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Text", exact=True), "The text was first.")
    fill(page.get_by_label("Title"), "Then the title")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Question posted.")
    assert len(page.context.pages) == 1


@with_javascript_and_by_keyboard
def test_a_preview_of_nothing_says_why_there_is_none(browser, board, javascript):
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "Kept")
    assert "Fill in this field." in preview(page, javascript)
    expect(page.get_by_label("Title")).to_have_value("Kept")


@with_javascript_and_by_keyboard
def test_similar_questions_are_shown_while_the_title_is_typed(browser, board):
    board.question(title="커피 원두를 어떻게 보관하나요?")
    page = browser(board.user())
    page.goto("/questions/ask")
    expect(page.get_by_role("button", name="Find similar questions")).to_be_hidden()
    fill(page.get_by_label("Title"), "커피")
    page.keyboard.type(" 원두 보관")
    shown = page.get_by_role("region", name="Has this been asked before?")
    expect(shown.get_by_role("link")).to_have_text("커피 원두를 어떻게 보관하나요?")
    fill(page.get_by_label("Title"), "")
    expect(shown.get_by_role("link")).to_have_count(0)


@only_without_javascript
def test_similar_questions_are_found_by_a_button_too(browser, board):
    board.question(title="커피 원두를 어떻게 보관하나요?")
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "커피 원두 보관")
    fill(page.get_by_label("Text", exact=True), "My text")
    press(page.get_by_role("button", name="Find similar questions"))
    shown = page.get_by_role("region", name="Has this been asked before?")
    expect(shown.get_by_role("link")).to_have_text("커피 원두를 어떻게 보관하나요?")
    expect(page.get_by_label("Text", exact=True)).to_have_value("My text")


@with_javascript_and_by_keyboard
def test_the_tools_format_what_is_written(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    fill(page.get_by_label("Title"), "A list")
    tools = page.get_by_role("toolbar", name="Formatting")
    text = page.get_by_label("Text", exact=True)
    press(tools.get_by_role("button", name="Bulleted list"))
    expect(text).to_be_focused()
    page.keyboard.type("milk ")
    press(tools.get_by_role("button", name="Bold"))
    expect(text).to_be_focused()
    page.keyboard.type("now")
    expect(text).to_have_value("- milk **now**")
    press(page.get_by_text("Formatting help"))
    expect(page.get_by_role("group").filter(has_text="Formatting help")).to_contain_text("**")
    press(page.get_by_role("button", name="Post your question"))
    expect(page.locator("#question li strong")).to_have_text("now")
