"""What is being written is saved until it is sent, on the server and in the tab."""

from __future__ import annotations

from urllib.parse import urlsplit

from drafts import offer, saved
from factories import PASSWORD
from playwright.sync_api import expect
from scripting import only_with_javascript
from sqlalchemy import func, select

from qaboard.models import Draft, Question


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
    expect(page.get_by_role("status")).to_have_text("Question posted.")
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
def test_an_answer_sent_after_the_login_has_ended_is_there_after_logging_in(browser, board):
    user = board.user("alex")
    question = board.question()
    page = browser(user)
    page.goto(f"/questions/{question.id}/")
    page.get_by_label("Text", exact=True).fill("What I wrote for an hour.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Post your answer").click()
    page.get_by_label("Username").fill("alex")
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
    expect(page.get_by_role("status")).to_have_text("You’re logged out.")
    other = board.user()
    page.context.add_cookies([{"name": "login", "value": board.token(other), "url": page.url}])
    page.goto("/questions/ask")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")


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
    # Not within a quarter of a minute from the save of what had come back.
    expect(saved(page)).to_have_text("Draft saved", timeout=20_000)
    page.get_by_role("link", name="qaboard").click()
    expect(page).to_have_url("/questions/")
    page.goto("/questions/ask")
    page.get_by_label("Title").fill("A title")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A title")
    assert asked == ["beforeunload"]


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
    with page.expect_response("**/draft"):
        page.clock.fast_forward(16_000)
    expect(saved(page)).to_have_text("")
    with board.transaction() as session:
        assert session.scalars(select(Draft)).all() == []
