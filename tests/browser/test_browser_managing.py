"""A moderator suspends somebody, takes back what they posted, and undoes both."""

from __future__ import annotations

from datetime import timedelta

from acting import choose, fill, press
from factories import PASSWORD
from playwright.sync_api import Page, expect
from scripting import PHONE_WIDTH, only_without_javascript, with_javascript_and_by_keyboard
from sqlalchemy import update
from test_browser_phone import WIDE_NAME, assert_no_sideways_scrolling

from qaboard.models import Role, UserSession, utc_now


def go_to_account(page: Page, name: str) -> None:
    page.goto("/questions/")
    press(page.get_by_role("link", name="Users"))
    fill(page.get_by_label("Username", exact=True), name[:4])
    press(page.get_by_role("main").get_by_role("button", name="Search"))
    press(page.get_by_role("main").get_by_role("link", name=name, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Manage {name}")


def test_suspending_and_ending_it(browser, board):
    question = board.question(title="Which kettle?")
    member = board.user("Troublemaker")
    moderator_page, member_page = browser(board.user("Mod", Role.MODERATOR)), browser(member)
    member_page.goto("/questions/ask")
    fill(member_page.get_by_label("Title"), "Half written")
    fill(member_page.get_by_label("Text", exact=True), "some words")

    go_to_account(moderator_page, "Troublemaker")
    choose(moderator_page.get_by_label("Duration"), "1 day")
    press(moderator_page.get_by_role("button", name="Suspend"))
    alert = moderator_page.get_by_role("alert")
    expect(alert).to_contain_text("Enter a reason. The user sees it.")
    expect(moderator_page.get_by_label("Duration")).to_have_value("day")
    fill(moderator_page.get_by_label("Reason"), "Insults in several answers")
    press(moderator_page.get_by_role("button", name="Suspend"))
    expect(moderator_page.get_by_role("status")).to_have_text("Troublemaker is suspended.")

    # In the middle of writing: the text is not lost, and the reason is told.
    press(member_page.get_by_role("button", name="Post your question"))
    main = member_page.get_by_role("main")
    expect(main).to_contain_text("Your account is suspended")
    expect(main).to_contain_text("Reason: Insults in several answers")
    expect(member_page.get_by_role("textbox", name="What you typed").last).to_have_value(
        "some words"
    )
    member_page.goto(f"/questions/{question.id}/")
    expect(member_page.locator(".restriction")).to_contain_text(
        "Reason: Insults in several answers"
    )
    expect(member_page.get_by_role("button", name="Post your answer")).to_have_count(0)

    press(moderator_page.get_by_role("button", name="Lift suspension"))
    expect(moderator_page.get_by_role("status")).to_contain_text("no longer suspended")
    member_page.reload()
    expect(member_page.get_by_role("button", name="Post your answer")).to_be_visible()


@with_javascript_and_by_keyboard
def test_what_was_typed_is_there_after_proving_who_one_is(browser, board):
    user = board.user("Troublemaker")
    page = browser(board.user("Mod", Role.MODERATOR))
    go_to_account(page, "Troublemaker")
    choose(page.get_by_label("Duration"), "1 day")
    fill(page.get_by_label("Or until the end of this date"), "2099-03-01")
    fill(page.get_by_label("Reason"), "Insults in several answers")
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
    press(page.get_by_role("button", name="Suspend"))
    fill(page.get_by_label("Password", exact=True), PASSWORD)
    press(page.get_by_role("button", name="Continue"))
    expect(page).to_have_url(f"/users/{user.id}/manage")
    expect(page.get_by_label("Duration")).to_have_value("day")
    expect(page.get_by_label("Or until the end of this date")).to_have_value("2099-03-01")
    expect(page.get_by_label("Reason")).to_have_value("Insults in several answers")
    press(page.get_by_role("button", name="Suspend"))
    expect(page.get_by_role("status")).to_have_text("Troublemaker is suspended.")
    # The next suspension begins with an empty form.
    press(page.get_by_role("button", name="Lift suspension"))
    expect(page.get_by_label("Reason")).to_have_value("")


def test_taking_everything_back_and_giving_it_back(browser, board):
    spammer = board.user("Spammer")
    question = board.question(spammer, "Cheap watches")
    visitor, page = browser(), browser(board.user("Mod", Role.MODERATOR))
    page.goto(f"/questions/{question.id}/")
    press(page.get_by_role("main").get_by_role("link", name="Spammer"))
    press(page.get_by_role("link", name="Manage"))
    press(page.get_by_role("button", name="Delete all as spam"))
    expect(page.get_by_role("status")).to_contain_text("Posts deleted as spam: 1.")
    assert visitor.goto(f"/questions/{question.id}/").status == 404
    press(page.get_by_role("button", name="Undo spam deletion"))
    expect(page.get_by_role("status")).to_contain_text("Posts restored for Spammer: 1.")
    assert visitor.goto(f"/questions/{question.id}/").status == 200


def test_an_admin_changes_a_role_and_finds_it_in_the_log(browser, board):
    board.user("Helpful")
    page = browser(board.user("Boss", Role.ADMIN))
    page.goto("/users/?q=Helpful")
    press(page.get_by_role("main").get_by_role("link", name="Helpful", exact=True))
    choose(page.get_by_role("combobox", name="Role"), "Moderator")
    press(page.get_by_role("button", name="Change role"))
    expect(page.get_by_role("status")).to_contain_text("Helpful has a new role")
    press(page.get_by_role("link", name="All log entries for this account"))
    entry = page.get_by_role("main").get_by_role("listitem").first
    expect(entry).to_contain_text("Role changed to moderator")
    expect(entry).to_contain_text("by Boss")


@only_without_javascript
def test_no_page_scrolls_sideways_on_a_telephone(browser, board):
    admin = board.user(WIDE_NAME, Role.ADMIN)
    user = board.user("w" * 25, email="e" * 60 + "@example.com")
    page = browser(admin, width=PHONE_WIDTH)
    page.goto(f"/users/{user.id}/manage")
    assert_no_sideways_scrolling(page)
    press(page.get_by_role("button", name="Suspend"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert_no_sideways_scrolling(page)
    fill(page.get_by_label("Reason"), "r" * 500)
    press(page.get_by_role("button", name="Suspend"))
    expect(page.get_by_role("status")).to_be_visible()
    assert_no_sideways_scrolling(page)
    press(page.get_by_text("Change suspension"))
    assert_no_sideways_scrolling(page)
    for path in ("/users/", "/users/?q=" + "n" * 200, "/users/log", f"/users/log?user={user.id}"):
        page.goto(path)
        assert_no_sideways_scrolling(page)
    suspended = browser(user, width=PHONE_WIDTH)
    for path in ("/questions/ask", f"/questions/{board.question().id}/"):
        suspended.goto(path)
        assert_no_sideways_scrolling(suspended)
