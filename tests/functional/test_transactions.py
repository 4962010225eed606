"""Returning commits, raising rolls back; a refused form writes nothing."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid_retry import RetryableException
from sqlalchemy import text, update
from sqlalchemy.orm.exc import StaleDataError

from qaboard.database.session import WritingSession
from qaboard.models import User, utc_now
from qaboard.services.board import post as post_service
from qaboard.services.errors import Refusal
from qaboard.services.moderation.user_management import OPERATOR, suspend
from qaboard.views.board import question as question_views
from qaboard.views.board import vote as vote_views


@pytest.fixture
def ask_form(browser, board):
    form = browser(board.user()).get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "title", "text"
    return form


@pytest.fixture
def replace_ask(monkeypatch):
    """Has something happen after a question was written."""
    original = question_views.ask

    def replace(after):
        def ask(session, **values):
            question = original(session, **values)
            session.flush()
            after()
            return question

        monkeypatch.setattr(question_views, "ask", ask)

    return replace


def raises(error):
    def raise_it():
        raise error

    return raise_it


def test_a_returned_redirect_commits(ask_form, board):
    assert ask_form.submit("submit").status_int == 303
    assert len(board.facts()["posts"]) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (HTTPBadRequest(), 400),
        (HTTPSeeOther("/elsewhere"), 303),
        (RuntimeError("broken"), 500),
        (Refusal({}), 400),
    ],
)
def test_what_is_raised_rolls_back(ask_form, board, replace_ask, error, status):
    replace_ask(raises(error))
    assert ask_form.submit("submit", expect_errors=True).status_int == status
    assert board.facts()["posts"] == []


def test_what_core_statements_write_is_committed_too(browser, board, monkeypatch):
    # zope.sqlalchemy alone would roll it back silently.
    def cast_vote(session, **_values):
        session.execute(text("UPDATE users SET locale = 'en'"))

    monkeypatch.setattr(vote_views, "cast_vote", cast_vote)
    question = board.question()
    client = browser(board.user())
    token = client.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]
    client.post(f"/questions/{question.id}/vote", {"value": "1", "csrf_token": token})
    assert {user.locale for user in board.users()} == {"en"}


def test_a_retry_runs_again_and_writes_once(ask_form, board, replace_ask):
    attempts = []

    def fail_twice():
        attempts.append(1)
        if len(attempts) < 3:
            raise RetryableException

    replace_ask(fail_twice)
    assert ask_form.submit("submit").status_int == 303
    assert len(board.facts()["posts"]) == 1


@pytest.mark.parametrize("status", [303, 403, 404])
def test_what_is_tried_again_is_no_error_in_the_log(browser, board, monkeypatch, caplog, status):
    question = board.question()
    client = browser(board.user())
    token = client.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]
    original, attempts = vote_views.cast_vote, []

    def cast_vote(session, **values):
        attempts.append(1)
        if len(attempts) == 1:
            # As when somebody else has changed the row meanwhile.
            raise StaleDataError
        if status == 404:
            raise HTTPNotFound
        if status == 403:
            raise HTTPForbidden
        return original(session, **values)

    monkeypatch.setattr(vote_views, "cast_vote", cast_vote)
    client.post(
        f"/questions/{question.id}/vote", {"value": "1", "csrf_token": token}, status=status
    )
    assert len(attempts) == 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_who_is_suspended_while_the_text_is_rendered_posts_nothing(browser, board, monkeypatch):
    """What was found out before a request begins to write is found out again then."""
    author = board.user()
    form = browser(author).get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "title", "text"

    def render_ahead(body, render):
        with board.transaction() as session:
            suspend(
                session,
                author.id,
                until=utc_now() + timedelta(days=1),
                reason="spam",
                actor=OPERATOR,
            )
        return post_service.render_ahead(body, render)

    monkeypatch.setattr(question_views, "render_ahead", render_ahead)
    assert form.submit("submit", expect_errors=True).status_int == 403
    assert board.facts()["posts"] == []


def test_a_view_that_has_not_begun_to_write_cannot(app, board):
    user = board.user()
    with WritingSession(app.registry["reading_engine"]) as session, pytest.raises(RuntimeError):
        session.execute(update(User).where(User.id == user.id).values(locale="ko"))


def at_once(actions):
    """Run the actions in threads that begin together."""
    barrier = threading.Barrier(len(actions))

    def run(action):
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result() for future in [pool.submit(run, action) for action in actions]]


def test_two_sign_ups_with_one_name_make_one_account_and_one_polite_answer(browser, board):
    forms = []
    for number in range(4):
        form = browser().get("/signup").forms["signup"]
        form["username"] = "민지"
        form["email"] = f"user{number}@example.com"
        form["password"] = form["password_confirm"] = "correct horse"
        forms.append(form)
    pages = at_once([lambda form=form: form.submit("submit", expect_errors=True) for form in forms])
    assert sorted(page.status_int for page in pages) == [303, 400, 400, 400]
    refused = next(page for page in pages if page.status_int == 400)
    assert "That username is taken." in refused
    assert refused.forms["signup"]["username"].value == "민지"
    assert len(board.facts()["users"]) == 1


def test_votes_at_once_are_all_counted(browser, board):
    question = board.question()
    clients = [browser(board.user()) for _ in range(6)]
    same = board.user()
    clients += [browser(same) for _ in range(3)]
    tokens = [
        c.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]
        for c in clients
    ]
    at_once(
        [
            lambda client=client, token=token: client.post(
                f"/questions/{question.id}/vote", {"value": "1", "csrf_token": token}
            )
            for client, token in zip(clients, tokens, strict=True)
        ]
    )
    assert board.read(question).score == 7
    assert len(board.facts()["votes"]) == 7


def test_changes_of_one_vote_at_once_agree_with_the_score(browser, board):
    question = board.question()
    user = board.user()
    board.vote(question, 1, user)
    clients = [browser(user) for _ in range(6)]
    tokens = [
        c.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]
        for c in clients
    ]
    values = ["-1", "0", "1", "-1", "0", "-1"]
    at_once(
        [
            lambda client=client, token=token, value=value: client.post(
                f"/questions/{question.id}/vote", {"value": value, "csrf_token": token}
            )
            for client, token, value in zip(clients, tokens, values, strict=True)
        ]
    )
    assert board.read(question).score == sum(row[2] for row in board.facts()["votes"])


def test_two_edits_at_once_lose_nothing(browser, board):
    author = board.user()
    question = board.question(author)
    forms = []
    for number in range(3):
        form = browser(author).get(f"/questions/{question.id}/edit").forms["edit"]
        form["body"] = f"text {number}"
        forms.append(form)
    pages = at_once([lambda form=form: form.submit("submit", expect_errors=True) for form in forms])
    assert sorted(page.status_int for page in pages) == [303, 409, 409]
    for number, page in enumerate(pages):
        if page.status_int == 409:
            assert page.forms["edit"]["body"].value == f"text {number}"
        else:
            assert board.read(question).body == f"text {number}"


def test_two_deletions_at_once_count_once(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author)
    board.answer(question)
    path = f"/questions/{question.id}/answers/{answer.id}/delete"
    forms = [
        next(f for f in browser(author).get(path).forms.values() if f.action == path)
        for _ in range(3)
    ]
    pages = at_once([lambda form=form: form.submit(expect_errors=True) for form in forms])
    # Whoever presses twice reads the same; it is done once.
    assert [page.status_int for page in pages] == [303, 303, 303]
    assert board.read(question).answer_count == 1


def test_answers_at_once_are_all_counted(browser, board):
    question = board.question()
    forms = []
    for _ in range(6):
        form = browser(board.user()).get(f"/questions/{question.id}/").forms["answer"]
        form["body"] = "text"
        forms.append(form)
    at_once([lambda form=form: form.submit("submit") for form in forms])
    assert board.read(question).answer_count == 6
