"""What was begun and not sent is offered again, and is not written over."""

from __future__ import annotations

from acting import press
from drafts import begin, offer, saved
from playwright.sync_api import expect
from scripting import only_with_javascript
from sqlalchemy import select

from qaboard.models import Draft
from qaboard.services.board.draft import ASK_PLACE, answer_place


@only_with_javascript
def test_a_draft_of_an_edit_does_not_return_once_the_post_was_saved_elsewhere(browser, board):
    author = board.user()
    question = board.question(author, body="old")
    page = browser(author)
    page.goto(f"/questions/{question.id}/edit")
    page.get_by_label("Text", exact=True).fill("a draft of the old text")
    elsewhere = browser(author)
    elsewhere.goto(f"/questions/{question.id}/edit")
    elsewhere.get_by_label("Text", exact=True).fill("new")
    elsewhere.get_by_role("button", name="Save").click()
    expect(elsewhere.get_by_role("status")).to_be_visible()
    page.goto(f"/questions/{question.id}/edit")
    expect(page.get_by_label("Text", exact=True)).to_have_value("new")


@only_with_javascript
def test_a_pause_saves_a_draft_for_other_devices(browser, board):
    user = board.user()
    page = browser(user)
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Text", exact=True).fill("Half a text")
    expect(saved(page)).to_have_text("Draft saved")
    elsewhere = browser(user)
    elsewhere.goto("/questions/ask")
    expect(offer(elsewhere)).to_be_visible()
    expect(elsewhere.get_by_label("Text", exact=True)).to_have_value("")
    elsewhere.get_by_role("link", name="Continue where you left off").click()
    expect(elsewhere.get_by_label("Title")).to_have_value("Half a title")
    elsewhere.get_by_label("Text", exact=True).fill("A whole text")
    elsewhere.get_by_role("button", name="Post your question").click()
    expect(elsewhere.get_by_role("status")).to_have_text("Question posted.")
    elsewhere.goto("/questions/ask")
    expect(offer(elsewhere)).to_have_count(0)


@only_with_javascript
def test_a_draft_that_was_not_looked_at_is_not_written_over(browser, board):
    user = board.user()
    page = browser(user)
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).fill("from the phone")
    expect(saved(page)).to_have_text("Draft saved")
    elsewhere = browser(user)
    elsewhere.goto("/questions/ask")
    elsewhere.get_by_label("Text", exact=True).fill("from the desk")
    expect(saved(elsewhere)).to_contain_text("There’s another draft for this form")
    elsewhere.get_by_role("button", name="Discard draft").click()
    expect(offer(elsewhere)).to_have_count(0)
    expect(elsewhere.get_by_label("Text", exact=True)).to_have_value("from the desk")
    expect(elsewhere.get_by_label("Text", exact=True)).to_be_focused()
    expect(saved(elsewhere)).to_have_text("Draft saved", timeout=20_000)


@only_with_javascript
def test_what_came_back_can_be_discarded_and_that_undone(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).fill("Half a text")
    page.goto("/questions/")
    page.goto("/questions/ask")
    expect(saved(page)).to_have_text("We restored what you typed.")
    # The server offers the same until it has said that it is the same.
    expect(offer(page)).to_have_count(0)
    page.get_by_role("button", name="Discard draft").click()
    text = page.get_by_label("Text", exact=True)
    expect(text).to_have_value("")
    page.keyboard.press("Control+z")
    expect(text).to_have_value("Half a text")
    page.get_by_label("Text", exact=True).fill("")
    page.goto("/questions/ask")
    expect(text).to_have_value("")


def test_a_draft_is_continued_or_discarded_with_and_without_javascript(browser, board):
    user = board.user()
    question = board.question()
    begin(board, user, answer_place(question.id), "Half an answer")
    page = browser(user)
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("link", name="Continue where you left off"))
    expect(page.get_by_label("Text", exact=True)).to_have_value("Half an answer")
    press(page.get_by_role("button", name="Discard draft"))
    expect(page).to_have_url(f"/questions/{question.id}/#your-answer")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")
    expect(offer(page)).to_have_count(0)


@only_with_javascript
def test_a_draft_that_is_offered_is_not_written_over_by_the_tab_that_saved_it(browser, board):
    page = browser(board.user())
    text = page.get_by_label("Text", exact=True)
    page.goto("/questions/ask")
    text.fill("Half")
    expect(saved(page)).to_have_text("Draft saved")
    page.goto("/questions/ask?draft=1")
    text.fill("Half and more")
    expect(saved(page)).to_have_text("Draft saved")
    page.goto("/questions/ask")
    expect(offer(page)).to_be_visible()
    text.fill("Another one")
    expect(saved(page)).to_contain_text("There’s another draft for this form")
    with board.transaction() as session:
        assert session.scalars(select(Draft.body)).all() == ["Half and more"]


@only_with_javascript
def test_a_draft_that_cannot_be_discarded_now_stays_offered(browser, board):
    user = board.user()
    begin(board, user, ASK_PLACE, "Half a text")
    page = browser(user)
    page.goto("/questions/ask")
    page.route("**/discard-draft", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="Discard draft").click()
    expect(saved(page)).to_contain_text("Can’t reach the site.")
    expect(offer(page)).to_be_visible()
    page.unroute("**/discard-draft")
    page.context.clear_cookies()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@only_with_javascript
def test_a_text_is_saved_once_the_other_draft_is_discarded_elsewhere(browser, board):
    user = board.user()
    page = browser(user)
    page.clock.install()
    page.goto("/questions/ask")
    other = browser(user)
    other.goto("/questions/ask")
    other.get_by_label("Text", exact=True).fill("from the phone")
    expect(saved(other)).to_have_text("Draft saved")
    page.get_by_label("Text", exact=True).fill("from the desk")
    page.clock.fast_forward(4_000)
    expect(saved(page)).to_contain_text("There’s another draft for this form")
    expect(page.get_by_role("link", name="Show that draft in a new tab")).to_be_visible()
    other.goto("/questions/ask?draft=1")
    other.get_by_role("button", name="Discard draft").first.click()
    expect(other.get_by_label("Text", exact=True)).to_have_value("")
    page.clock.fast_forward(61_000)
    expect(saved(page)).to_have_text("Draft saved")


@only_with_javascript
def test_a_draft_that_went_on_elsewhere_stays_offered(browser, board):
    user = board.user()
    page = browser(user)
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).fill("Half")
    expect(saved(page)).to_have_text("Draft saved")
    other = browser(user)
    other.goto("/questions/ask?draft=1")
    other.get_by_label("Text", exact=True).fill("Half and more")
    expect(saved(other)).to_have_text("Draft saved")
    with page.expect_response("**/questions/draft"):
        page.goto("/questions/ask")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Half")
    expect(offer(page)).to_be_visible()
