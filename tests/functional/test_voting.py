"""Voting on questions and answers."""

from __future__ import annotations

import pytest


def vote_form(page, element_id, index):
    """The form behind the up (0) or down (1) button of a post."""
    article = page.html.find(id=element_id)
    wanted = article.select(".vote-box form")[index]
    for form in page.forms.values():
        if form.action == wanted["action"] and form["value"].value == str(
            wanted.find("input", attrs={"name": "value"})["value"]
        ):
            return form
    raise AssertionError("no such form")


def score(page, element_id):
    return page.html.find(id=element_id).find(class_="vote-score").contents[-1].strip()


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_a_vote_is_cast_changed_and_withdrawn(browser, board, kind):
    question = board.question()
    post, element_id = question, "question"
    if kind == "answer":
        post = board.answer(question)
        element_id = f"answer-{post.id}"
    client = browser(board.user())
    page = client.get(f"/questions/{question.id}/")
    assert score(page, element_id) == "0"
    landing = vote_form(page, element_id, 0).submit()
    assert landing.status_int == 303
    if kind == "answer":
        assert landing.location.endswith(f"#{element_id}")
    page = landing.follow()
    assert score(page, element_id) == "1"
    assert "You upvoted" in page
    page = vote_form(page, element_id, 1).submit().follow()
    assert score(page, element_id) == "−1"
    assert "You downvoted" in page
    page = vote_form(page, element_id, 1).submit().follow()
    assert score(page, element_id) == "0"
    assert "You:" not in page
    assert board.facts()["votes"] == []


def test_voting_twice_counts_once(browser, board):
    question = board.question()
    client = browser(board.user())
    page = client.get(f"/questions/{question.id}/")
    form = vote_form(page, "question", 0)
    form.submit()
    form.submit()
    assert board.read(question).score == 1


def test_the_buttons_on_ones_own_post_say_why_they_do_nothing(browser, board):
    author = board.user()
    question = board.question(author)
    client = browser(author)
    page = client.get(f"/questions/{question.id}/")
    buttons = page.html.find(id="question").select(".vote-button")
    assert [button["aria-disabled"] for button in buttons] == ["true", "true"]
    assert all("You can’t vote on your own post." in button.text for button in buttons)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    page = client.post(
        f"/questions/{question.id}/vote", {"value": "1", "csrf_token": token}, status=403
    )
    assert "You can’t vote on your own post." in page
    assert board.read(question).score == 0


def test_a_visitor_who_votes_is_taken_to_log_in_and_back_to_the_answer(browser, board):
    question = board.question()
    answer = board.answer(question)
    board.user("민지")
    client = browser()
    link = (
        client.get(f"/questions/{question.id}/")
        .html.find(id=f"answer-{answer.id}")
        .find("a", class_="vote-button")
    )
    form = client.get(link["href"]).forms["login"]
    form["username"], form["password"] = "민지", "correct horse battery"
    page = form.submit("submit").follow()
    assert page.location.endswith(f"/questions/{question.id}/#answer-{answer.id}")


def test_a_vote_sent_without_a_login_leads_to_the_post_afterwards(browser, board):
    question = board.question()
    page = browser().post(f"/questions/{question.id}/vote", {"value": "1"})
    assert page.location == f"/login?next=%2Fquestions%2F{question.id}%2F%23vote"


@pytest.mark.parametrize("value", ["", "2", "-2", "1.0", "１", "yes", "1 ", None])
def test_a_value_that_is_no_vote_is_refused(browser, board, value):
    question = board.question()
    client = browser(board.user())
    page = client.get(f"/questions/{question.id}/")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": token} | ({} if value is None else {"value": value})
    client.post(f"/questions/{question.id}/vote", fields, status=400)
    assert board.facts()["votes"] == []
    assert board.read(question).score == 0
