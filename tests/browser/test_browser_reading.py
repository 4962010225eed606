"""A visitor reads: the list, its orders and pages, a question, and what is not there."""

from __future__ import annotations

from datetime import timedelta

from acting import fill, press
from factories import Board
from playwright.sync_api import Page, expect
from scripting import only_with_javascript, with_javascript_and_by_keyboard

from qaboard.models import utc_now
from qaboard.services.board.question import ask


def expect_titles(page: Page, titles: list[str]) -> None:
    """These questions, in this order; waits while a page that was asked for is loaded."""
    expect(page.locator(".question-title")).to_have_text(titles)


def expect_page_links(page: Page, links: list[str]) -> None:
    listed = page.get_by_role("navigation", name="Pages").get_by_role("listitem")
    expect(listed).to_have_text(links)


def ask_many(board: Board, questions: int) -> None:
    """Many questions in one transaction; the last one is the newest."""
    author = board.user()
    now = utc_now()
    with board.transaction() as session:
        for number in range(1, questions + 1):
            question = ask(
                session,
                author_id=author.id,
                title=f"Question {number}",
                body="text",
                render=lambda body: f"<p>{body}</p>",
            )
            question.created_at = now - timedelta(minutes=questions - number)
            question.last_activity_at = question.created_at


def test_a_visitor_opens_a_question_from_the_list(browser, board):
    question = board.question(board.user("민지"), "커피를 어떻게 내리나요?", "주전자가 **있어요**.")
    board.answer(question, board.user("Ann"), "With a *filter*.")
    page = browser()
    page.goto("/")
    expect(page).to_have_url("/questions/")
    expect(page.locator(".page-count")).to_have_text("1 question")
    row = page.locator(".question-row")
    expect(row).to_contain_text("민지")
    expect(row).to_contain_text("1 answer")
    press(row.get_by_role("link", name="커피를 어떻게 내리나요?"))
    expect(page.get_by_role("heading", level=1)).to_have_text("커피를 어떻게 내리나요?")
    expect(page.locator("#question strong")).to_have_text("있어요")
    answer = page.get_by_role("article", name="Answer by Ann")
    expect(answer.locator("em")).to_have_text("filter")
    expect(page.get_by_role("link", name="Log in to answer")).to_be_visible()


@with_javascript_and_by_keyboard
def test_an_empty_board_invites_to_ask(browser):
    page = browser()
    page.goto("/")
    expect(page.get_by_text("Nobody has asked anything yet.")).to_be_visible()
    press(page.get_by_role("link", name="Ask the first question"))
    expect(page).to_have_url("/login?next=%2Fquestions%2Fask")


def test_a_long_list_is_paged_through(browser, board):
    ask_many(board, 230)
    page = browser()
    page.goto("/questions/")
    expect_titles(page, [f"Question {number}" for number in range(230, 210, -1)])
    expect_page_links(page, ["1", "2", "3", "…", "12", "Next", "Last"])
    pages = page.get_by_role("navigation", name="Pages")
    press(pages.get_by_role("link", name="Next"))
    expect(page).to_have_url("/questions/?page=2")
    expect(page.locator(".question-title").first).to_have_text("Question 210")
    press(pages.get_by_role("link", name="Last"))
    expect(page).to_have_url("/questions/?page=12")
    expect_titles(page, [f"Question {number}" for number in range(10, 0, -1)])
    expect_page_links(page, ["First", "Previous", "1", "…", "10", "11", "12"])
    press(pages.get_by_role("link", name="Previous"))
    expect(page).to_have_url("/questions/?page=11")
    page.goto("/questions/?page=6")
    gaps = ["1", "…", "4", "5", "6", "7", "8", "…", "12"]
    expect_page_links(page, ["First", "Previous", *gaps, "Next", "Last"])
    expect(pages.locator("[aria-current=page]")).to_have_text("6")
    press(pages.get_by_role("link", name="First"))
    expect(page).to_have_url("/questions/")
    expect(page.locator(".question-title").first).to_have_text("Question 230")


@with_javascript_and_by_keyboard
def test_a_page_beyond_the_last_says_so_and_leads_back(browser, board):
    board.question()
    page = browser()
    response = page.goto("/questions/?page=99")
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    press(page.get_by_role("main").get_by_role("link", name="All questions"))
    expect(page).to_have_url("/questions/")


def test_the_list_is_sorted_in_four_ways(browser, board):
    now = utc_now()
    oldest, middle, newest = (
        board.question(title=title, created_at=now - timedelta(hours=hours))
        for title, hours in (("oldest", 3), ("middle", 2), ("newest", 1))
    )
    board.answer(oldest)
    board.vote(middle)
    board.vote(newest, -1)
    page = browser()
    page.goto("/questions/")
    order = page.get_by_role("navigation", name="Sort by")
    expect(order.locator("[aria-current=page]")).to_have_text("Newest")
    expect_titles(page, ["newest", "middle", "oldest"])
    for name, expected in (
        ("Recently active", ["oldest", "newest", "middle"]),
        ("Highest score", ["middle", "oldest", "newest"]),
        ("Unanswered", ["newest", "middle"]),
        ("Newest", ["newest", "middle", "oldest"]),
    ):
        press(order.get_by_role("link", name=name))
        expect(order.locator("[aria-current=page]")).to_have_text(name)
        expect_titles(page, expected)


@with_javascript_and_by_keyboard
def test_a_name_leads_to_what_its_owner_wrote(browser, board):
    author = board.user("하늘")
    asked = board.question(author, "Asked by 하늘")
    board.answer(board.question(title="Asked by another"), author)
    page = browser()
    page.goto(f"/questions/{asked.id}/")
    press(page.get_by_role("link", name="하늘"))
    expect(page.get_by_role("heading", level=1)).to_have_text("하늘")
    expect_titles(page, ["Asked by 하늘"])
    press(page.get_by_role("link", name="Answers 1"))
    expect_titles(page, ["Asked by another"])


@with_javascript_and_by_keyboard
def test_what_is_not_there_has_a_page_that_leads_on(browser):
    page = browser()
    for path in ("/nothing", "/questions/999999/", "/users/0/"):
        response = page.goto(path)
        assert response.status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    press(page.get_by_role("main").get_by_role("link", name="All questions"))
    expect(page).to_have_url("/questions/")


@only_with_javascript
def test_the_icon_of_the_site_is_shown(browser):
    page = browser()
    page.goto("/questions/")
    width = page.evaluate(
        """async () => {
          const icon = new Image();
          icon.src = document.querySelector("link[rel=icon]").href;
          await icon.decode();
          return icon.width;
        }"""
    )
    assert width > 0


@only_with_javascript
def test_the_keyboard_skips_to_the_content(browser, board):
    board.question()
    page = browser()
    page.goto("/questions/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_page_of_what_is_missing_searches_for_it(browser, board):
    board.question(title="How to brew coffee")
    page = browser()
    page.goto("/blog/brew-coffee")
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="How to brew coffee")).to_be_visible()
    words = main.get_by_role("searchbox", name="Search for what the address says")
    expect(words).to_have_value("blog brew coffee")
    fill(words, "coffee")
    press(main.get_by_role("button", name="Search"))
    expect(page).to_have_url("/questions/?q=coffee")
    press(main.get_by_role("link", name="How to brew coffee"))
    expect(page.get_by_role("heading", level=1)).to_have_text("How to brew coffee")
