"""What is being written survives going away, until it is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from acting import press
from factories import PASSWORD
from playwright.sync_api import expect
from scripting import only_with_javascript
from sqlalchemy import func, select

from qaboard.models import Draft, Question
from qaboard.services.draft import ASK_PLACE, answer_place, save_draft


@only_with_javascript
def test_a_question_being_written_is_still_there_after_going_away(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Text", exact=True).fill("Half\n  a text")
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    page.get_by_role("link", name="Ask a question").click()
    expect(page.get_by_label("Title")).to_have_value("Half a title")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Half\n  a text")

    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("status")).to_have_text("Your question is posted.")
    page.get_by_role("link", name="Ask a question").click()
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")


@only_with_javascript
def test_each_post_has_a_draft_of_its_own(browser, board):
    author = board.user()
    first, second = (board.question(author, body=body) for body in ("first", "second"))
    page = browser(author)
    page.goto(f"/questions/{first.id}/edit")
    page.get_by_label("Text", exact=True).fill("first, better")
    page.goto(f"/questions/{second.id}/edit")
    expect(page.get_by_label("Text", exact=True)).to_have_value("second")
    page.goto(f"/questions/{first.id}/")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("first, better")


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
def test_an_answer_sent_after_the_login_has_ended_is_there_after_logging_in(browser, board):
    user = board.user("alex")
    question = board.question()
    page = browser(user)
    page.goto(f"/questions/{question.id}/")
    page.get_by_label("Text", exact=True).fill("What I wrote for an hour.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Post your answer").click()
    page.get_by_label("Name").fill("alex")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(f"/questions/{question.id}/#your-answer")
    expect(page.get_by_label("Text", exact=True)).to_have_value("What I wrote for an hour.")


@only_with_javascript
def test_a_text_that_was_refused_survives_going_away(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).fill("Without a title")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Text", exact=True).fill("Without a title, and longer")
    page.goto("/questions/")
    page.goto("/questions/ask")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Without a title, and longer")


@only_with_javascript
def test_the_next_user_of_a_tab_does_not_see_a_draft(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).fill("My secret")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    other = board.user()
    page.context.add_cookies([{"name": "login", "value": board.token(other), "url": page.url}])
    page.goto("/questions/ask")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")


def saved(page):
    return page.locator("form .draft-status")


def offer(page):
    return page.get_by_text("You had begun to write here, and it was not sent.")


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
    expect(elsewhere.get_by_role("status")).to_have_text("Your question is posted.")
    elsewhere.goto("/questions/ask")
    expect(offer(elsewhere)).to_have_count(0)


@only_with_javascript
def test_leaving_saves_what_the_pause_did_not(browser, board):
    user = board.user()
    page = browser(user)
    page.goto("/questions/ask")
    page.get_by_label("Text", exact=True).press_sequentially("Half a text")
    with page.expect_request("**/questions/draft"):
        page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    page.get_by_role("link", name="Ask a question").click()
    # The same tab has it by itself, and offers nothing twice.
    expect(page.get_by_label("Text", exact=True)).to_have_value("Half a text")
    expect(offer(page)).to_have_count(0)


@only_with_javascript
def test_the_browser_asks_before_an_unsaved_text_is_left(browser, board):
    page = browser(board.user())
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.goto("/questions/ask")
    text = page.get_by_label("Text", exact=True)
    text.press_sequentially("Half a text")
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    assert asked == ["beforeunload"]
    page.goto("/questions/ask")
    text.press_sequentially(", and more")
    expect(saved(page)).to_have_text("Draft saved")
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A title")
    assert asked == ["beforeunload"]


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
    expect(saved(elsewhere)).to_contain_text("Another draft for this form is saved")
    elsewhere.get_by_role("button", name="Discard the draft").click()
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
    expect(saved(page)).to_have_text("What you had typed here is back.")
    page.get_by_role("button", name="Discard the draft").click()
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
    with board.transaction() as session:
        save_draft(
            session,
            user_id=user.id,
            place=answer_place(question.id),
            writer="0123456789abcdef",
            continues="",
            title="",
            body="Half an answer",
            post_version=None,
        )
    page = browser(user)
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("link", name="Continue where you left off"))
    expect(page.get_by_label("Text", exact=True)).to_have_value("Half an answer")
    press(page.get_by_role("button", name="Discard the draft"))
    expect(page).to_have_url(f"/questions/{question.id}/#your-answer")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")
    expect(offer(page)).to_have_count(0)


@only_with_javascript
def test_a_text_that_is_sent_while_its_draft_is_saved_leaves_no_draft(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.get_by_label("Text", exact=True).fill("A text")

    def hold(route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/questions/draft", hold)
    with page.expect_request("**/questions/draft"):
        pass
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A title")
    with board.transaction() as session:
        assert session.scalars(select(Draft)).all() == []


@only_with_javascript
def test_a_text_that_cannot_be_saved_is_kept_in_the_tab_and_says_so(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.context.clear_cookies()
    page.get_by_label("Text", exact=True).fill("Half a text")
    expect(saved(page)).to_have_text("Not saved. Your text is kept in this tab only.")


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
    expect(saved(page)).to_contain_text("Another draft for this form is saved")
    with board.transaction() as session:
        assert session.scalars(select(Draft.body)).all() == ["Half and more"]


@only_with_javascript
def test_a_button_pressed_twice_while_a_draft_is_saved_sends_once(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.get_by_label("Text", exact=True).fill("A text")
    sent = []
    page.on("request", lambda request: sent.append((request.method, urlsplit(request.url).path)))

    def hold(route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/questions/draft", hold)
    with page.expect_request("**/questions/draft"):
        pass
    page.get_by_role("button", name="Post your question").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("A title")
    assert sent.count(("POST", "/questions/ask")) == 1
    with board.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Question)) == 1


@only_with_javascript
def test_a_draft_that_cannot_be_discarded_now_stays_offered(browser, board):
    user = board.user()
    with board.transaction() as session:
        save_draft(
            session,
            user_id=user.id,
            place=ASK_PLACE,
            writer="0123456789abcdef",
            continues="",
            title="",
            body="Half a text",
            post_version=None,
        )
    page = browser(user)
    page.goto("/questions/ask")
    page.route("**/discard-draft", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="Discard the draft").click()
    expect(saved(page)).to_contain_text("The site cannot be reached.")
    expect(offer(page)).to_be_visible()
    page.unroute("**/discard-draft")
    page.context.clear_cookies()
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@only_with_javascript
def test_a_text_that_did_not_arrive_is_still_there_on_the_way_back(browser, board):
    page = browser(board.user())
    page.goto("/questions/")
    page.get_by_role("link", name="Ask a question").click()
    page.get_by_label("Title").fill("A title")
    page.get_by_label("Text", exact=True).fill("What I wrote for an hour.")
    away = {"status": 503, "content_type": "text/html", "body": "<p>Maintenance</p>"}

    def answer(route) -> None:
        route.fulfill(**away) if route.request.method == "POST" else route.continue_()

    page.route("**/questions/ask", answer)
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_text("Maintenance")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("A title")
    expect(page.get_by_label("Text", exact=True)).to_have_value("What I wrote for an hour.")


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
    expect(saved(page)).to_contain_text("Another draft for this form is saved")
    expect(page.get_by_role("link", name="Show that draft in a new tab")).to_be_visible()
    other.goto("/questions/ask?draft=1")
    other.get_by_role("button", name="Discard the draft").first.click()
    expect(other.get_by_label("Text", exact=True)).to_have_value("")
    page.clock.fast_forward(61_000)
    expect(saved(page)).to_have_text("Draft saved")


@only_with_javascript
def test_typing_on_after_a_stopped_submission_is_saved(browser, board):
    page = browser(board.user())
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.evaluate("document.forms.ask.addEventListener('submit', (e) => e.preventDefault())")
    page.get_by_role("button", name="Post your question").click()
    page.get_by_label("Text", exact=True).fill("More")
    expect(saved(page)).to_have_text("Draft saved", timeout=20_000)


@only_with_javascript
def test_an_edit_that_is_undone_leaves_no_draft(browser, board):
    author = board.user()
    question = board.question(author, body="first")
    page = browser(author)
    page.clock.install()
    page.goto(f"/questions/{question.id}/edit")
    page.get_by_label("Text", exact=True).fill("second")
    page.clock.fast_forward(4_000)
    expect(saved(page)).to_have_text("Draft saved")
    page.get_by_label("Text", exact=True).fill("first")
    page.clock.fast_forward(16_000)
    expect(saved(page)).to_have_text("")
    with board.transaction() as session:
        assert session.scalars(select(Draft)).all() == []


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
