"""A form that is sent twice does once what it says, and both clients see it."""

from __future__ import annotations

import pytest
from factories import PASSWORD
from sqlalchemy import select
from test_transactions import at_once
from webtest import TestApp

from qaboard.models import Question

TIMES = 10


def again(form):
    """The same form, to be sent by a client that has not seen another answer to it."""
    fields = dict(form.submit_fields("submit"))
    sender, action = form.response.test_app, form.action
    client = TestApp(sender.app, extra_environ=sender.extra_environ)
    for name, value in sender.cookies.items():
        client.set_cookie(name, value.strip(chr(34)))

    def send():
        return client.post(action, fields, expect_errors=True)

    return send


@pytest.fixture
def ask_form(browser, board):
    form = browser(board.user("asker")).get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "How do I brew coffee?", "I have a kettle."
    return form


@pytest.fixture
def answer_form(browser, board):
    question = board.question()
    form = browser(board.user("answerer")).get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = "With hot water."
    return form


def sign_up_form(client):
    form = client.get("/signup").forms["signup"]
    form["username"], form["email"] = "민지", "minji@example.com"
    form["password"] = form["password_confirm"] = "correct horse"
    return form


def locations(pages) -> set[str]:
    assert [page.status_int for page in pages] == [303] * len(pages)
    return {page.location for page in pages}


def posts(board) -> list:
    return board.facts()["posts"]


def test_asking(ask_form, board):
    (location,) = locations(at_once([again(ask_form) for _ in range(TIMES)]))
    assert len(posts(board)) == 1
    assert location.endswith(f"/questions/{posts(board)[0][0]}/")
    # And a minute later.
    page = again(ask_form)()
    assert page.location == location
    assert "Question posted." in page.follow()
    assert len(posts(board)) == 1


def test_answering(answer_form, board):
    (location,) = locations(at_once([again(answer_form) for _ in range(TIMES)]))
    assert len(posts(board)) == 2
    page = again(answer_form)()
    assert page.location == location
    assert "Answer posted." in page.follow()
    assert len(posts(board)) == 2


@pytest.mark.parametrize("is_question", [True, False])
def test_editing(browser, board, is_question):
    author = board.user()
    question = board.question(author)
    post, path = question, f"/questions/{question.id}/"
    if not is_question:
        post = board.answer(question, author)
        path += f"answers/{post.id}/"
    form = browser(author).get(f"{path}edit").forms["edit"]
    form["body"] = "Better."
    locations(at_once([again(form) for _ in range(TIMES)]))
    locations([again(form)()])
    assert board.read(post).body == "Better."
    assert board.read(post).version == 2


def test_voting(browser, board):
    question = board.question()
    client = browser(board.user())
    form = next(
        form
        for form in client.get(f"/questions/{question.id}/").forms.values()
        if form.action.endswith("/vote") and form["value"].value == "1"
    )
    locations(at_once([again(form) for _ in range(TIMES)]))
    locations([again(form)()])
    assert board.read(question).score == 1


def test_signing_up(browser, board):
    form = sign_up_form(browser())
    late = again(form)
    pages = at_once([again(form) for _ in range(TIMES)])
    locations([*pages, late()])
    assert [user.username for user in board.users()] == ["민지"]
    # Each client is logged in by what it got.
    for page in pages:
        token = next(
            header.partition("login=")[2].partition(";")[0]
            for header in page.headers.getall("Set-Cookie")
            if header.startswith("login=")
        )
        client = browser()
        client.set_cookie("login", token)
        assert client.get("/account/").status_int == 200


def test_signing_up_again_with_another_password_is_a_name_that_is_taken(browser, board):
    form = sign_up_form(browser())
    first = again(form)
    form["password"] = form["password_confirm"] = PASSWORD
    other = again(form)
    locations([first()])
    page = other()
    assert page.status_int == 400
    assert "That username is taken." in page


def test_a_key_alone_signs_nobody_up_as_another(browser, board):
    form = sign_up_form(browser())
    again(form)()
    other = sign_up_form(browser())
    page = again(other)()
    assert page.status_int == 400
    assert "That username is taken." in page


@pytest.mark.parametrize("which", ["ask_form", "answer_form"])
def test_a_text_that_was_changed_since_is_not_lost(request, board, which):
    form = request.getfixturevalue(which)
    first = again(form)()
    form["body"] = "Another thought."
    page = again(form)()
    assert page.status_int == 409
    shown = page.forms[form.id]
    assert shown["body"].value == "Another thought."
    summary = page.html.find(class_="error-summary").text
    assert "This form was already posted" in summary
    link = page.html.find("a", string="View that post")["href"]
    answer = form.response.test_app.get(link)
    assert answer.status_int == 200 or answer.location == first.location
    written = len(posts(board))
    # Whoever sends it once more means another post.
    assert shown.submit("submit").status_int == 303
    assert len(posts(board)) == written + 1


def test_a_post_that_was_deleted_since_is_not_taken_for_the_new_one(ask_form, board):
    again(ask_form)()
    with board.transaction() as session:
        question = session.scalars(select(Question)).one()
    board.delete(question)
    page = again(ask_form)()
    assert page.status_int == 409
    assert page.forms["ask"]["body"].value == "I have a kettle."


def test_a_key_of_an_answer_is_none_of_another_question(answer_form, board):
    again(answer_form)()
    other = board.question()
    client = answer_form.response.test_app
    fields = dict(answer_form.submit_fields("submit"))
    page = client.post(f"/questions/{other.id}/answers/", fields, expect_errors=True)
    assert page.status_int == 409
    assert board.read(other).answer_count == 0


def test_a_key_of_somebody_else_says_nothing(ask_form, browser, board):
    location = again(ask_form)().location
    form = browser(board.user()).get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "How do I brew coffee?", "I have a kettle."
    form["idempotency_key"].force_value(ask_form["idempotency_key"].value)
    assert form.submit("submit", status=303).location != location
    assert len(posts(board)) == 2


def test_every_form_has_a_key_of_its_own(browser, board):
    question = board.question()
    user = board.user()
    for path, name in (("/questions/ask", "ask"), (f"/questions/{question.id}/", "answer")):
        keys = {browser(user).get(path).forms[name]["idempotency_key"].value for _ in range(3)}
        assert len(keys) == 3
        assert all(len(key) == 32 for key in keys)


def test_a_script_without_a_key_posts_as_often_as_it_sends(ask_form, board):
    client, fields = ask_form.response.test_app, dict(ask_form.submit_fields("submit"))
    del fields["idempotency_key"]
    for _ in range(2):
        assert client.post("/questions/ask", fields).status_int == 303
    assert len(posts(board)) == 2


@pytest.mark.parametrize("key", ["a" * 65, "a\x00b", "a\nb"])
def test_a_key_that_no_form_has_is_refused(ask_form, board, key):
    client, fields = ask_form.response.test_app, dict(ask_form.submit_fields("submit"))
    page = client.post("/questions/ask", fields | {"idempotency_key": key}, status=400)
    assert page.forms["ask"]["body"].value == "I have a kettle."
    assert posts(board) == []


def test_a_refused_form_keeps_its_key(ask_form, board):
    key = ask_form["idempotency_key"].value
    ask_form["title"] = ""
    page = ask_form.submit("submit", status=400)
    assert page.forms["ask"]["idempotency_key"].value == key
