"""Deleting and restoring."""

from __future__ import annotations

import pytest

from qaboard.models import Role


def form_of(page, name):
    """The form whose address ends in this view name."""
    return next(form for form in page.forms.values() if form.action.endswith(f"/{name}"))


def test_deleting_a_question_asks_first_and_hides_it(browser, board):
    author = board.user()
    question = board.question(author, title="To be deleted")
    client = browser(author)
    page = client.get(f"/questions/{question.id}/").click("^Delete$")
    assert "Delete this question?" in page
    assert board.read(question).deleted_at is None
    page = form_of(page, "delete").submit()
    assert page.location == "/questions/"
    page = page.follow()
    assert "Question deleted." in page
    assert "To be deleted" not in page.html.find("main").text
    other = browser(board.user())
    assert other.get(f"/questions/{question.id}/", status=404)
    assert browser().get(f"/questions/{question.id}/", status=404)
    assert "0 results" in browser().get("/questions/", {"q": "deleted"})


def test_its_author_sees_and_restores_a_deleted_question(browser, board):
    author = board.user()
    question = board.question(author, title="Comes back")
    answer = board.answer(question)
    board.delete(question)
    client = browser(author)
    page = client.get(f"/questions/{question.id}/")
    assert "This question was deleted." in page
    assert "answer" not in page.forms
    profile = client.get(f"/users/{author.id}/")
    assert "Comes back" in profile
    landing = form_of(profile, "restore").submit()
    assert landing.location == f"/questions/{question.id}/"
    assert "Post restored." in landing.follow()
    assert browser().get(f"/questions/{question.id}/").html.find(id=f"answer-{answer.id}")


def test_answers_are_hidden_with_their_question_but_not_from_their_author(browser, board):
    question = board.question(title="Gone")
    author = board.user()
    answer = board.answer(question, author, body="My precious words")
    board.delete(question)
    client = browser(author)
    assert client.get(f"/questions/{question.id}/answers/{answer.id}/", status=404)
    assert client.get(f"/questions/{question.id}/answers/{answer.id}/edit", status=404)
    path = f"/users/{author.id}/?tab=answers"
    assert "My precious words" in client.get(path)
    assert "My precious words" not in browser(board.user()).get(path)
    assert "My precious words" not in browser().get("/questions/", {"q": "precious"})


def test_an_answer_is_deleted_counted_and_restored(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author)
    client = browser(author)
    path = f"/questions/{question.id}/answers/{answer.id}/"
    page = client.get(f"{path}delete")
    page = form_of(page, "delete").submit().follow()
    assert page.html.find(id=f"answer-{answer.id}") is None
    assert board.read(question).answer_count == 0
    page = client.get(path)
    assert "This answer was deleted." in page
    assert (
        form_of(page, "restore")
        .submit()
        .location.endswith(f"/questions/{question.id}/#answer-{answer.id}")
    )
    assert board.read(question).answer_count == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
@pytest.mark.parametrize("kind", ["question", "answer"])
def test_deleting_and_restoring_twice_is_answered_alike_and_done_once(browser, board, kind, role):
    author = board.user()
    question = board.question(author)
    post, path = question, f"/questions/{question.id}/"
    if kind == "answer":
        post = board.answer(question, author)
        board.answer(question)
        path += f"answers/{post.id}/"
    client = browser(author if role is Role.MEMBER else board.user(role=role))
    deletion = form_of(client.get(f"{path}delete"), "delete")
    first = deletion.submit(status=303)
    version = board.read(post).version
    assert deletion.submit(status=303).location == first.location
    assert board.read(post).version == version
    page = client.get(path)
    assert all("delete" not in link["href"] for link in page.html.select("main a[href]"))
    restoration = form_of(page, "restore")
    first = restoration.submit(status=303)
    assert restoration.submit(status=303).location == first.location
    assert board.read(post).version == version + 1
    assert board.read(question).answer_count == (2 if kind == "answer" else 0)
    page = client.get(f"/questions/{question.id}/")
    assert all(not form.action.endswith("/restore") for form in page.forms.values())


def test_the_page_that_asks_whether_to_delete_leads_on_from_what_is_deleted(browser, board):
    author = board.user()
    question = board.question(author)
    board.delete(question)
    page = browser(author).get(f"/questions/{question.id}/delete", status=303)
    assert page.location == f"/questions/{question.id}/"


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_after_thirty_days_only_a_moderator_brings_it_back(browser, board, kind):
    author = board.user()
    question = board.question(author)
    post, path = question, f"/questions/{question.id}/"
    if kind == "answer":
        post = board.answer(question, author)
        path += f"answers/{post.id}/"
    board.delete(post, days_ago=30.01)
    assert browser(author).get(path, status=404)
    page = browser(board.user(role=Role.MODERATOR)).get(path)
    form_of(page, "restore").submit()
    assert board.read(post).deleted_at is None


def test_restoring_is_not_done_by_opening_an_address(browser, board):
    author = board.user()
    question = board.question(author)
    board.delete(question)
    page = browser(author).get(f"/questions/{question.id}/restore", status=405)
    assert page.headers["Allow"] == "POST"
    assert board.read(question).deleted_at is not None
