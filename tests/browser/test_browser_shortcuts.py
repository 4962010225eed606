"""Keys that act by themselves, and everything else by the keyboard alone."""

from __future__ import annotations

from acting import fill, press, use_by_keyboard
from playwright.sync_api import Page, expect
from scripting import PHONE_WIDTH, only_with_javascript, only_without_javascript


def search_field(page: Page):
    return page.get_by_role("searchbox", name="Search")


def list_of_keys(page: Page):
    return page.get_by_role("dialog", name="Keyboard shortcuts")


def focus_is_on(page: Page, selector: str) -> bool:
    return page.evaluate("selector => document.activeElement.matches(selector)", selector)


@only_with_javascript
def test_rows_are_gone_through_and_opened(browser, board):
    questions = [board.question(title=f"Question {number}") for number in range(3)]
    page = browser()
    page.goto("/questions/")
    links = page.locator(".question-title a")
    page.keyboard.press("k")
    assert focus_is_on(page, "body")
    for index in (0, 1, 2, 2):
        page.keyboard.press("j")
        expect(links.nth(index)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    # The key of the k on a Korean keyboard.
    page.evaluate(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ㅏ', bubbles: true}))"
    )
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/questions/{questions[2].id}/")


@only_with_javascript
def test_answers_are_gone_through(browser, board):
    question = board.question(body="text")
    answers = [board.answer(question) for _ in range(2)]
    page = browser(board.user())
    page.goto(f"/questions/{question.id}/")
    for anchor in ("question", f"answer-{answers[0].id}", f"answer-{answers[1].id}"):
        page.keyboard.press("j")
        expect(page.locator(f"#{anchor}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#answer-{answers[0].id}")).to_be_focused()
    # From the article on to what is first in it: its author.
    page.keyboard.press("Tab")
    expect(page.locator(f"#answer-{answers[0].id} a").first).to_be_focused()


@only_with_javascript
def test_a_slash_leads_to_the_search(browser, board):
    page = browser()
    page.goto("/questions/")
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    expect(search_field(page)).to_have_value("")
    page.keyboard.type("j/k?")
    expect(search_field(page)).to_have_value("j/k?")
    expect(list_of_keys(page)).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/questions/?q=j%2Fk%3F")


@only_with_javascript
def test_on_a_phone_it_opens_the_search(browser, board):
    page = browser(width=PHONE_WIDTH)
    page.goto("/questions/")
    expect(search_field(page)).to_be_hidden()
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    opener = page.locator("[data-toggles=site-search]")
    expect(opener).to_have_attribute("aria-expanded", "true")


@only_with_javascript
def test_keys_are_none_in_fields_and_with_modifiers(browser, board):
    question = board.question()
    page = browser(board.user())
    page.goto(f"/questions/{question.id}/")
    text = page.get_by_label("Text", exact=True)
    text.focus()
    page.keyboard.type("/?jk")
    expect(text).to_have_value("/?jk")
    expect(text).to_be_focused()
    page.locator("#main").focus()
    for modifier in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{modifier}+/")
        assert focus_is_on(page, "#main")


@only_with_javascript
def test_the_list_opens_by_key_and_by_button_and_switches_them_off(browser, board):
    board.question()
    page = browser()
    page.goto("/questions/")
    page.keyboard.press("?")
    expect(list_of_keys(page)).to_be_visible()
    expect(list_of_keys(page)).to_contain_text("Next question or answer")
    # While it is open, keys are for the dialog.
    page.keyboard.press("/")
    expect(search_field(page)).not_to_be_focused()
    choice = page.get_by_role("checkbox", name="Use these keys in this browser")
    expect(choice).to_be_checked()
    choice.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(list_of_keys(page)).to_be_hidden()
    # The browser takes the focus off what is hidden when it draws the page the next time.
    expect(page.locator("body")).to_be_focused()
    for key in ("/", "?", "j", "k"):
        page.keyboard.press(key)
        assert focus_is_on(page, "body")
        expect(list_of_keys(page)).to_be_hidden()

    page.reload()
    page.keyboard.press("j")
    assert focus_is_on(page, "body")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(choice).not_to_be_checked()
    choice.check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()


@only_without_javascript
def test_without_javascript_nothing_is_said_of_them(browser, board):
    page = browser()
    page.goto("/questions/")
    expect(page.get_by_text("Keyboard shortcuts")).to_have_count(2)
    for words in page.get_by_text("Keyboard shortcuts").all():
        expect(words).to_be_hidden()


@only_without_javascript
def test_a_question_is_read_voted_on_and_answered_without_javascript(browser, board):
    """All journeys run by keyboard with JavaScript; the longest does so without it, too."""
    board.question(title="By keyboard?")
    page = browser(board.user())
    use_by_keyboard(page.context)
    page.goto("/questions/")
    press(page.get_by_role("link", name="By keyboard?"))
    press(page.locator("#question").get_by_role("button", name="Upvote", exact=True))
    expect(page.locator("#question .vote-own")).to_have_text("You upvoted")
    fill(page.get_by_label("Text", exact=True), "All of it.")
    press(page.get_by_role("button", name="Post your answer"))
    expect(page.get_by_role("status")).to_have_text("Answer posted.")


@only_without_javascript
def test_a_post_is_deleted_and_restored_without_javascript(browser, board):
    author = board.user()
    question = board.question(author)
    page = browser(author)
    use_by_keyboard(page.context)
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("link", name="Delete"))
    press(page.get_by_role("button", name="Delete"))
    expect(page.get_by_role("main")).to_contain_text("Question deleted.")
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("button", name="Restore"))
    expect(page.get_by_role("link", name="Delete")).to_be_visible()
    assert board.read(question).deleted_at is None


@only_with_javascript
def test_an_older_browser_and_one_that_stores_nothing_have_the_keys(browser, board):
    board.question()
    page = browser()
    page.add_init_script(
        "delete Element.prototype.checkVisibility;"
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('blocked'); }});"
        "window.reportError = () => {};"
    )
    page.goto("/questions/")
    page.keyboard.press("j")
    expect(page.locator(".question-title a").first).to_be_focused()
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
