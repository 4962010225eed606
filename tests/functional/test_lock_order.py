"""Nobody waits in a circle: whoever writes locks rows in one order (models/locks.py)."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from test_transactions import at_once

from qaboard.models import Role
from qaboard.services.moderation.purge import purge
from qaboard.services.moderation.user_management import OPERATOR

ROUNDS = 6
THREADS = 12
"""Of three processes of a server."""


@pytest.fixture
def deadlocks(board):
    """Counts the deadlocks that PostgreSQL has found; SQLite has none."""

    def count() -> int:
        if board.engine.dialect.name == "sqlite":
            return 0
        with board.engine.connect() as connection:
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
            return connection.scalar(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )

    before = count()
    return lambda: count() - before


def token_of(client) -> str:
    return client.get("/language").html.select("main [name=csrf_token]")[0]["value"]


def sender(client, paths, fields=()):
    """Posts to addresses, one after the other; what it is answered."""
    fields = dict(fields) | {"csrf_token": token_of(client)}

    def send() -> list[int]:
        return [client.post(path, fields, expect_errors=True).status_int for path in paths]

    return send


def test_answers_and_votes_while_the_question_is_deleted_and_restored(browser, board, deadlocks):
    asker, moderator = board.user(), board.user("mod", Role.MODERATOR)
    question = board.question(asker)
    path = f"/questions/{question.id}/"
    answerers = [board.user() for _ in range(3)]
    for answerer in answerers:
        board.answer(question, answerer)
    actions = [
        sender(browser(moderator), [f"{path}delete", f"{path}restore"] * ROUNDS),
        *(
            sender(browser(answerer), [f"{path}answers/"] * ROUNDS, {"body": "more"})
            for answerer in answerers
        ),
        sender(browser(answerers[0]), [f"{path}vote"] * ROUNDS, {"value": "1"}),
        sender(browser(asker), [f"{path}edit"] * ROUNDS, {"title": "New", "body": "text"}),
    ]
    statuses = set(itertools.chain.from_iterable(at_once(actions)))
    assert statuses <= {303, 403, 404}
    assert deadlocks() == 0
    live = [post for post in board.facts()["posts"] if post[1] == "answer"]
    assert board.read(question).answer_count == len(live)


def test_asking_while_an_account_of_many_posts_is_purged(browser, board, deadlocks):
    spammer, people = board.user(), [board.user() for _ in range(3)]
    others = board.question()
    for _ in range(ROUNDS):
        board.answer(board.question(spammer), people[0])
        board.answer(others, spammer)
    actions = [
        lambda: [purge(board.engine, spammer.id, actor=OPERATOR)],
        *(
            sender(browser(person), ["/questions/ask"] * ROUNDS, {"title": "May I?", "body": "x"})
            for person in people
        ),
        sender(browser(people[0]), [f"/questions/{others.id}/answers/"] * ROUNDS, {"body": "x"}),
    ]
    purged, *sent = at_once(actions)
    assert purged == [2 * ROUNDS]
    assert set(itertools.chain.from_iterable(sent)) == {303}
    assert deadlocks() == 0


def test_fifty_votes_of_one_member_at_once(browser, board, deadlocks):
    question, voter = board.question(), board.user()
    client = browser(voter)
    votes = [
        sender(client, [f"/questions/{question.id}/vote"], {"value": value})
        for value in ["1", "-1", "0", "1", "-1"] * 10
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(lambda send: send()[0], votes))
    assert statuses == [303] * 50
    assert board.read(question).score == sum(row[2] for row in board.facts()["votes"])
    assert deadlocks() == 0


def test_logins_while_the_account_is_managed(browser, board, deadlocks):
    user, admin = board.user("alex"), board.user("boss", Role.ADMIN)
    forms = []
    for _ in range(4):
        form = browser().get("/login").forms["login"]
        form["username"], form["password"] = "alex", "correct horse battery"
        forms.append(form)
    path = f"/users/{user.id}/end-sessions"
    actions = [
        sender(browser(admin), [path] * ROUNDS),
        *(lambda form=form: [form.submit("submit").status_int] for form in forms),
    ]
    assert set(itertools.chain.from_iterable(at_once(actions))) == {303}
    assert deadlocks() == 0
