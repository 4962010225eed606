"""Voting: up, the other way, and back; never on one's own post."""

from __future__ import annotations

from acting import press
from playwright.sync_api import expect
from scripting import with_and_without_javascript


def test_a_vote_is_cast_changed_and_withdrawn(browser, board, javascript):
    question = board.question()
    answer = board.answer(question)
    board.vote(answer)
    page = browser(board.user())
    page.goto(f"/questions/{question.id}/")
    article = page.locator(f"#answer-{answer.id}")
    score = article.get_by_text("Score: ").locator("..")
    expect(score).to_have_text("Score: 1")

    press(article.get_by_role("button", name="Upvote", exact=True))
    expect(score).to_have_text("Score: 2")
    place = "" if javascript else f"#answer-{answer.id}"
    expect(page).to_have_url(f"/questions/{question.id}/{place}")
    expect(article).to_contain_text("You upvoted")
    pressed = article.get_by_role("button", pressed=True)
    expect(pressed).to_have_accessible_name("Upvote")

    press(article.get_by_role("button", name="Downvote", exact=True))
    expect(score).to_have_text("Score: 0")
    expect(article).to_contain_text("You downvoted")
    expect(pressed).to_have_accessible_name("Downvote")

    press(pressed)
    expect(score).to_have_text("Score: 1")
    expect(article).not_to_contain_text("You:")
    expect(pressed).to_have_count(0)


@with_and_without_javascript
def test_the_buttons_of_ones_own_post_say_why_they_do_nothing(browser, board):
    author = board.user()
    question = board.question(author)
    page = browser(author)
    page.goto(f"/questions/{question.id}/")
    for title in ("Upvote", "Downvote"):
        button = page.get_by_role(
            "button", name=f"{title}: You can’t vote on your own post.", exact=True
        )
        expect(button).to_have_attribute("title", "You can’t vote on your own post.")
        expect(button).to_be_disabled()
        # Without force, playwright waits until it is enabled; the Tab key passes it by.
        button.click(force=True)
    expect(page).to_have_url(f"/questions/{question.id}/")
    assert board.read(question).score == 0
