"""With JavaScript, votes and deletions leave the reader where they are, and are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from acting import fill, press, reach
from limits import parse
from playwright.sync_api import Locator, Page, expect
from scripting import with_javascript_and_by_keyboard
from waiting import wait_until

from qaboard.models import Answer, Role, User, utc_now
from qaboard.settings.rate_limits import RateLimit

pytestmark = with_javascript_and_by_keyboard


@pytest.fixture
def long_board(board):
    """A question with so many answers that the page is scrolled."""
    board.asker = board.user("asker")
    board.asked = board.question(board.asker, body="line\n\n" * 30)
    board.answers = [board.answer(board.asked, body="text\n\n" * 10) for _ in range(5)]
    board.path = f"/questions/{board.asked.id}/"
    return board


def mark(page: Page) -> None:
    """So that a page that was loaded anew is known from this one."""
    page.evaluate("document.body.dataset.marked = 'yes'")


def expect_marked(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-marked", "yes")


def scroll_position(page: Page) -> float:
    return page.evaluate("window.scrollY")


def article(page: Page, post) -> Locator:
    return page.locator(f"#answer-{post.id}")


def told(page: Page) -> Locator:
    """What a screen reader is told."""
    return page.locator("#announcement[aria-live=polite]")


def test_a_vote_keeps_focus_scroll_and_what_is_being_typed(browser, long_board):
    answer = long_board.answers[3]
    page = browser(long_board.user())
    # Without it, a page is still on its way to where it scrolls.
    page.emulate_media(reduced_motion="reduce")
    page.goto(long_board.path)
    fill(page.get_by_label("Text", exact=True), "half an answer")
    mark(page)
    button = article(page, answer).get_by_role("button", name="Upvote", exact=True)
    reach(button)
    before = scroll_position(page)
    assert before > 0
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("Score: 1. You upvoted")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert scroll_position(page) == before
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("Score: 0")
    expect_marked(page)
    expect(page.get_by_label("Text", exact=True)).to_have_value("half an answer")
    assert long_board.read(answer).score == 0


def test_an_answer_on_another_order_of_the_page_is_voted_on_there(browser, long_board):
    answer = long_board.answers[0]
    page = browser(long_board.user())
    page.goto(f"{long_board.path}?sort=oldest")
    press(article(page, answer).get_by_role("button", name="Downvote", exact=True))
    expect(told(page)).to_have_text("Score: −1. You downvoted")
    expect(page).to_have_url(f"{long_board.path}?sort=oldest")


def test_an_answer_is_deleted_and_restored_where_it_stands(browser, long_board):
    answer = long_board.answers[2]
    page = browser(long_board.user(role=Role.MODERATOR))
    page.goto(long_board.path)
    mark(page)
    shown = article(page, answer)
    press(shown.get_by_role("link", name="Delete"))
    press(shown.get_by_role("button", name="Delete"))
    notice = page.locator(".alert-warning")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("Answer deleted. You can restore it")
    expect(told(page)).to_contain_text("Answer deleted.")
    expect(page.get_by_role("heading", level=2, name="4 answers")).to_be_visible()
    expect(shown).to_have_count(0)
    assert long_board.read(answer).deleted_at is not None

    press(notice.get_by_role("button", name="Restore"))
    expect(shown).to_be_focused()
    expect(told(page)).to_have_text("Post restored.")
    expect(page.get_by_role("heading", level=2, name="5 answers")).to_be_visible()
    expect(notice).to_have_count(0)
    assert long_board.read(answer).deleted_at is None
    # And again, with the same dialog.
    press(shown.get_by_role("link", name="Delete"))
    press(shown.get_by_role("button", name="Cancel"))
    expect(shown.get_by_role("link", name="Delete")).to_be_focused()
    expect_marked(page)


def test_a_question_is_deleted_and_restored_where_it_stands(browser, long_board):
    page, visitor = browser(long_board.asker), browser()
    page.goto(long_board.path)
    press(page.get_by_text("Answer your own question"))
    fill(page.get_by_label("Text", exact=True), "half an answer")
    mark(page)
    press(page.get_by_role("link", name="Delete"))
    press(page.get_by_role("button", name="Delete"))
    notice = page.locator(".alert-warning")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("Question deleted.")
    expect(page.get_by_label("Text", exact=True)).to_have_count(0)
    assert visitor.goto(long_board.path).status == 404
    press(notice.get_by_role("button", name="Restore"))
    expect(told(page)).to_have_text("Post restored.")
    expect(page.locator("#question")).to_be_focused()
    expect(page.get_by_label("Text", exact=True)).to_have_value("half an answer")
    expect_marked(page)
    assert visitor.goto(long_board.path).status == 200


def test_a_deletion_is_not_taken_for_another_notice_of_the_page(browser, long_board):
    answer = long_board.answers[2]
    author = long_board.user()
    with long_board.transaction() as session:
        session.get_one(Answer, answer.id).author_id = author.id
        row = session.get_one(User, author.id)
        row.closing_at, row.closing_removes_posts = utc_now() + timedelta(days=7), False
    page = browser(author)
    page.goto(long_board.path)
    press(article(page, answer).get_by_role("link", name="Delete"))
    press(article(page, answer).get_by_role("button", name="Delete"))
    notice = page.locator(".alert-warning").filter(has_text="Answer deleted.")
    press(notice.get_by_role("button", name="Restore"))
    expect(article(page, answer)).to_be_focused()
    expect(page.get_by_text("Your account will be deleted")).to_be_visible()
    assert long_board.read(answer).deleted_at is None


def test_a_vote_that_is_refused_says_why_in_place(app, browser, long_board, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, RateLimit.VOTE, parse("1 per hour"))
    page = browser(long_board.user())
    page.goto(long_board.path)
    mark(page)
    first, second = long_board.answers[:2]
    press(article(page, first).get_by_role("button", name="Upvote", exact=True))
    expect(told(page)).to_contain_text("Score: 1")
    button = article(page, second).get_by_role("button", name="Upvote", exact=True)
    press(button)
    alert = article(page, second).get_by_role("alert")
    expect(alert).to_contain_text("Slow down. ")
    expect(button).to_be_focused()
    expect_marked(page)
    assert long_board.read(second).score == 0


def test_who_was_suspended_meanwhile_reads_why(browser, long_board):
    user = long_board.user()
    page = browser(user)
    page.goto(long_board.path)
    with long_board.transaction() as session:
        row = session.get_one(User, user.id)
        row.suspended_until, row.suspension_reason = User.SUSPENDED_FOR_GOOD, "Spam"
    answer = article(page, long_board.answers[0])
    press(answer.get_by_role("button", name="Upvote", exact=True))
    expect(answer.get_by_role("alert")).to_contain_text("Spam")


def test_what_was_deleted_meanwhile_takes_no_vote(browser, long_board):
    answer = long_board.answers[0]
    page = browser(long_board.user())
    page.goto(long_board.path)
    long_board.delete(answer)
    press(article(page, answer).get_by_role("button", name="Upvote", exact=True))
    alert = article(page, answer).get_by_role("alert")
    expect(alert).to_contain_text("Page not found")


def test_without_the_network_the_page_stays_and_says_so(browser, long_board):
    answer = article(page := browser(long_board.user()), long_board.answers[0])
    page.goto(long_board.path)
    # Chromium says on its console that it is offline, so the request is not let go at all.
    page.route("**/vote", lambda route: route.abort())
    press(answer.get_by_role("button", name="Upvote", exact=True))
    expect(answer.get_by_role("alert")).to_contain_text("Can’t reach the site.")
    page.unroute("**/vote")
    press(answer.get_by_role("button", name="Upvote", exact=True))
    expect(told(page)).to_contain_text("Score: 1")
    expect(answer.get_by_role("alert")).to_have_count(0)


def test_who_is_not_logged_in_any_more_is_asked_to(browser, long_board):
    page = browser(long_board.user())
    page.goto(long_board.path)
    page.context.clear_cookies(name="login")
    press(article(page, long_board.answers[0]).get_by_role("button", name="Upvote", exact=True))
    expect(page.get_by_role("heading", level=1, name="Log in")).to_be_visible()
    assert long_board.read(long_board.answers[0]).score == 0


def hold_votes(page: Page) -> list:
    """From now on votes wait until the test lets them go on."""
    held = []
    page.route("**/vote", lambda route: held.append(route))
    return held


def wait_for(page: Page, held: list, count: int) -> None:
    # Whatever happens in the browser is told only while something is asked of it.
    wait_until(lambda: page.evaluate("true") and len(held) >= count, "nothing was sent")


def test_of_votes_in_quick_succession_the_last_counts(browser, long_board):
    answer = long_board.answers[0]
    page = browser(long_board.user())
    page.goto(long_board.path)
    held = hold_votes(page)
    shown = article(page, answer)
    useful = shown.get_by_role("button", name="Upvote", exact=True)
    not_useful = shown.get_by_role("button", name="Downvote", exact=True)
    press(useful)
    expect(shown).to_have_attribute("aria-busy", "true")
    wait_for(page, held, 1)
    press(not_useful)
    press(useful)
    press(useful)
    press(not_useful)
    page.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    wait_for(page, held, 2)
    expect(useful).to_have_attribute("aria-pressed", "true")
    expect(shown).to_have_attribute("aria-busy", "true")
    held[1].continue_()
    expect(told(page)).to_have_text("Score: −1. You downvoted")
    expect(not_useful).to_be_focused()
    expect(shown).not_to_have_attribute("aria-busy", "true")
    assert long_board.read(answer).score == -1
    assert len(held) == 2


def test_a_vote_pressed_twice_is_cast_once(browser, long_board):
    answer = long_board.answers[0]
    page = browser(long_board.user())
    page.goto(long_board.path)
    held = hold_votes(page)
    useful = article(page, answer).get_by_role("button", name="Upvote", exact=True)
    press(useful)
    wait_for(page, held, 1)
    press(useful)
    held[0].continue_()
    expect(told(page)).to_have_text("Score: 1. You upvoted")
    assert long_board.read(answer).score == 1


def test_a_late_vote_does_not_take_the_focus_from_what_is_typed(browser, long_board):
    page = browser(long_board.user())
    page.goto(long_board.path)
    held = hold_votes(page)
    press(article(page, long_board.answers[0]).get_by_role("button", name="Upvote", exact=True))
    wait_for(page, held, 1)
    text = page.get_by_label("Text", exact=True)
    fill(text, "half")
    held[0].continue_()
    expect(told(page)).to_have_text("Score: 1. You upvoted")
    expect(text).to_be_focused()


@pytest.mark.parametrize("act", ["vote", "delete", "restore"])
def test_waiting_for_an_act_ends(browser, long_board, act):
    answer = long_board.answers[0]
    page = browser(long_board.user(role=Role.MODERATOR))
    page.clock.install()
    page.goto(long_board.path)
    shown = article(page, answer)
    if act != "vote":
        press(shown.get_by_role("link", name="Delete"))
        button = shown.get_by_role("button", name="Delete")
    else:
        button = shown.get_by_role("button", name="Upvote", exact=True)
    if act == "restore":
        press(button)
        shown = page.locator(".alert-warning")
        button = shown.get_by_role("button", name="Restore")
    held = []
    page.route(f"**/{act}", lambda route: held.append(route))
    press(button)
    expect(shown).to_have_attribute("aria-busy", "true")
    wait_for(page, held, 1)
    page.clock.fast_forward(21_000)
    expect(shown.get_by_role("alert")).to_contain_text("The site didn’t respond in time.")
    expect(shown).not_to_have_attribute("aria-busy", "true")
