"""On a telephone: the menu folds where a script can unfold it, and no page scrolls sideways."""

from __future__ import annotations

from acting import press
from factories import PASSWORD, Board
from playwright.sync_api import Page, expect
from scripting import (
    PHONE_WIDTH,
    only_with_javascript,
    only_without_javascript,
    with_and_without_javascript,
    with_javascript_and_by_keyboard,
)

from qaboard.models import Question, User

WIDE_NAME = "龘" * 25
UNBROKEN_TITLE = "https://example.org/" + "a" * 180
WIDE_BODY = "\n".join(
    (
        "x" * 500,
        "",
        "`" + "y" * 300 + "`",
        "",
        "```python",
        "print(" + "z" * 400 + ")",
        "```",
        "",
        "> " + "q" * 300,
        "",
        "|" + "|".join(f"column{number}" for number in range(20)) + "|",
        "|" + "---|" * 20,
        "|" + "|".join(["w" * 40] * 20) + "|",
        "",
        "1. " * 12 + "deep",
        "",
        "[" + "l" * 200 + "](https://example.org/)",
    )
)


def assert_no_sideways_scrolling(page: Page) -> None:
    # A box that is too wide is named, so that it need not be searched for.
    too_wide = page.evaluate(
        """() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > root.clientWidth)
            .map((element) => element.tagName + "." + element.className);
        }"""
    )
    assert too_wide == [], page.url
    width, visible = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= visible == PHONE_WIDTH, page.url


def wide_board(board: Board) -> tuple[User, list[str]]:
    """A board of all that is wide.

    :return: an author on it, and the addresses of pages of every kind.
    """
    author = board.user(WIDE_NAME)
    question = board.question(author, UNBROKEN_TITLE, WIDE_BODY)
    answer = board.answer(question, author, WIDE_BODY)
    others = board.answer(question, body=WIDE_BODY)
    board.vote(others, user=author)
    hidden = board.question(author, UNBROKEN_TITLE, WIDE_BODY)
    gone = board.answer(question, author, WIDE_BODY)
    board.delete(hidden)
    board.delete(gone)
    with board.transaction() as session:
        session.get_one(Question, question.id).score = -1_234_567
    own = f"/questions/{question.id}/"
    return author, [
        "/questions/",
        "/questions/?sort=active",
        "/questions/?sort=unanswered",
        "/questions/?q=column7",
        "/questions/?q=" + "n" * 200,
        "/questions/ask",
        own,
        f"{own}edit",
        f"{own}delete",
        f"{own}answers/{answer.id}/edit",
        f"{own}answers/{gone.id}/",
        f"/questions/{hidden.id}/",
        f"/users/{author.id}/",
        f"/users/{author.id}/?tab=answers",
        "/account/",
        "/language",
        "/nothing",
        "/questions/?page=99",
    ]


@only_without_javascript
def test_no_page_scrolls_sideways(browser, board):
    # Without a script the menu is open, so that what is in it counts too.
    author, paths = wide_board(board)
    page = browser(author, width=PHONE_WIDTH)
    for path in paths:
        page.goto(path)
        assert_no_sideways_scrolling(page)


@with_and_without_javascript
def test_no_form_that_is_refused_scrolls_sideways(browser, board, javascript):
    author = board.user()
    question = board.question(author)
    page = browser(width=PHONE_WIDTH)
    page.goto("/signup")
    assert_no_sideways_scrolling(page)
    page.get_by_label("Username").fill("n" * 300)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_no_sideways_scrolling(page)
    page.goto("/login")
    page.get_by_label("Username").fill("n" * 300)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_no_sideways_scrolling(page)

    page = browser(author, width=PHONE_WIDTH)
    page.goto(f"/questions/{question.id}/edit")
    page.get_by_label("Title").fill("t" * 300)
    page.get_by_label("Text", exact=True).fill(WIDE_BODY)
    if javascript:
        page.get_by_role("tab", name="Preview").click()
        expect(page.get_by_role("tabpanel", name="Preview")).to_contain_text("column7")
        assert_no_sideways_scrolling(page)
    with board.transaction() as session:
        saved = session.get_one(Question, question.id)
        saved.title, saved.body = "m" * 200, WIDE_BODY
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("300 characters")
    assert_no_sideways_scrolling(page)
    page.get_by_label("Title").fill("t" * 200)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Someone saved this post")
    assert_no_sideways_scrolling(page)


@only_with_javascript
def test_the_numbers_of_many_pages_fit(browser, board):
    question = board.question()
    with board.transaction() as session:
        # A page's numbers come from this counter.
        session.get_one(Question, question.id).answer_count = 400_000
    page = browser(width=PHONE_WIDTH)
    page.goto(f"/questions/{question.id}/?page=10000")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("10002")
    assert_no_sideways_scrolling(page)


@with_javascript_and_by_keyboard
def test_the_menu_folds_and_unfolds(browser, board):
    page = browser(board.user("Ann"), width=PHONE_WIDTH)
    page.goto("/questions/")
    button = page.get_by_role("button", name="Menu")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    press(button)
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    assert_no_sideways_scrolling(page)
    press(button)
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


@only_without_javascript
def test_the_menu_is_simply_open_where_no_script_could_open_it(browser, board):
    page = browser(board.user(WIDE_NAME), width=PHONE_WIDTH)
    page.goto("/questions/")
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page.get_by_role("searchbox", name="Search")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You’re logged out.")


@only_with_javascript
def test_deleting_asks_in_a_dialog_that_fits(browser, board):
    author = board.user()
    question = board.question(author)
    page = browser(author, width=PHONE_WIDTH)
    page.goto(f"/questions/{question.id}/")
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this question?")
    # So that the Enter key deletes nothing by mistake.
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    box = dialog.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE_WIDTH
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("main")).to_contain_text("Question deleted.")
    assert_no_sideways_scrolling(page)
