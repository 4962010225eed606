"""Answering, and landing on one's answer."""

from __future__ import annotations

import pytest


@pytest.fixture
def question(board):
    return board.question()


def test_a_visitor_finds_the_way_to_log_in_instead_of_a_form(browser, board, question):
    board.user("민지")
    page = browser().get(f"/questions/{question.id}/")
    assert "answer" not in page.forms
    page = page.click("Log in to answer")
    form = page.forms["login"]
    form["username"], form["password"] = "민지", "correct horse battery"
    page = form.submit("submit")
    assert page.location == f"/questions/{question.id}/#your-answer"
    assert "answer" in page.follow().forms


def test_an_answer_is_posted_and_the_browser_lands_on_it(browser, board, question):
    client = browser(board.user("하늘"))
    form = client.get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = "물을 *끓이세요*."
    page = form.submit("submit")
    path, _, anchor = page.location.partition("#")
    assert path == f"/questions/{question.id}/"
    answer = page.follow().html.find(id=anchor)
    assert answer.find("em").text == "끓이세요"
    assert "하늘" in answer.text
    assert page.follow().html.find(id="answers-title").text == "1 answer"


def test_it_lands_on_the_page_that_holds_the_answer(browser, board, question):
    author = board.user()
    for _ in range(30):
        board.answer(question, author)
    client = browser(board.user())
    form = client.get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = "The thirty-first."
    page = form.submit("submit")
    assert f"/questions/{question.id}/?page=2#answer-" in page.location
    anchor = page.location.partition("#")[2]
    assert "The thirty-first." in page.follow().html.find(id=anchor).text


def test_the_address_of_an_answer_leads_to_its_place(browser, board, question):
    answers = [board.answer(question) for _ in range(31)]
    client = browser()
    path = f"/questions/{question.id}/answers/{answers[30].id}/"
    assert client.get(path).location.endswith(
        f"/questions/{question.id}/?page=2#answer-{answers[30].id}"
    )
    board.vote(answers[30])
    assert client.get(path).location.endswith(f"/questions/{question.id}/#answer-{answers[30].id}")


def test_the_address_of_all_answers_leads_to_the_question(browser, question):
    page = browser().get(f"/questions/{question.id}/answers/")
    assert page.status_int == 303
    assert page.location == f"/questions/{question.id}/"


def test_answers_are_sorted_by_votes_or_by_time(browser, board, question):
    first, second, third = (board.answer(question) for _ in range(3))
    board.vote(third)
    board.vote(first, -1)

    def order(query=""):
        page = browser().get(f"/questions/{question.id}/{query}").html
        return [article["id"] for article in page.find(id="answers").find_all("article")]

    assert order() == [f"answer-{answer.id}" for answer in (third, second, first)]
    assert order("?sort=oldest") == [f"answer-{answer.id}" for answer in (first, second, third)]


def test_an_empty_answer_keeps_the_question_and_says_what_is_wrong(browser, board, question):
    client = browser(board.user())
    form = client.get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = " \n\u200b\u3164 "
    page = form.submit("submit", status=400)
    assert "How do I brew coffee?" in page
    assert page.forms["answer"]["body"].value == " \n\u200b\u3164 "
    assert "Fill in this field." in page
    assert board.read(question).answer_count == 0


def test_an_answer_to_a_deleted_question_is_refused_and_kept(browser, board, question):
    client = browser(board.user())
    form = client.get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = "What I wrote for an hour."
    board.delete(question)
    before = board.facts()
    page = form.submit("submit", status=404)
    assert "What I wrote for an hour." in page.html.find("textarea").text
    assert board.facts() == before


def test_activity_moves_a_question_up(browser, board):
    old, new = board.question(title="old"), board.question(title="new")
    board.answer(old)
    titles = [
        t.text for t in browser().get("/questions/?sort=active").html.select(".question-title")
    ]
    assert [title.strip() for title in titles] == ["old", "new"]
    assert new.id > old.id
