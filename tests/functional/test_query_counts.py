"""The number of queries of each page, whatever the number of rows."""

from __future__ import annotations

import pytest
from factories import PASSWORD
from second_factors import Device, add_app, add_passkey

from qaboard.models import Role, User
from qaboard.services.accounts.email_address import issue_address_token
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.services.moderation.user_management import OPERATOR, end_all_sessions


@pytest.fixture
def full_board(board):
    authors = [board.user() for _ in range(5)]
    for number in range(25):
        board.question(authors[number % 5], title=f"커피 {number}")
    question = board.question(authors[0], title="커피 answers")
    for number in range(35):
        board.answer(question, authors[number % 5], body="커피")
    board.full_question = question
    board.an_author = authors[0]
    return board


@pytest.fixture
def more_to_search(app) -> int:
    """PostgreSQL is asked first for the newest post in its index."""
    return 1 if app.registry["engine"].dialect.name == "postgresql" else 0


@pytest.mark.parametrize(
    ("path", "visitor", "member"),
    [
        ("/questions/", 2, 3),
        ("/questions/?sort=active&page=2", 2, 3),
        ("/questions/?sort=unanswered", 2, 3),
        ("/questions/{question}/", 4, 6),
        ("/questions/{question}/?page=2&sort=oldest", 4, 6),
        ("/questions/?q=커피", 2, 3),
        ("/questions/?q=커피&page=2", 2, 3),
        # Nothing has both words: whether all were looked at for the phrase that one of them is, how
        # rare each is, and what has the most of them.
        ("/questions/?q=커피 없는말", 5, 6),
        ("/users/{user}/", 2, 3),
        ("/users/{user}/?tab=answers", 2, 3),
        ("/questions/ask", 0, 1),
        ("/login", 0, 1),
        ("/account/two-factor", 0, 2),
        ("/account/authenticator-app", 0, 2),
        ("/account/passkeys", 0, 2),
        ("/account/confirm", 0, 2),
        ("/verify-email", 0, 1),
        ("/forgot-password", 0, 1),
        ("/reset-password", 0, 1),
        ("/account/email", 0, 2),
        ("/account/", 0, 2),
        ("/account/sessions", 0, 2),
        ("/account/activity", 0, 2),
        ("/account/password", 0, 1),
        ("/account/download", 0, 1),
        ("/account/close", 0, 1),
        # How many titles have the word: none.
        ("/nowhere", 1, 2),
        ("/questions/12/edit", 1, 2),
    ],
)
def test_pages(full_board, browser, count_queries, more_to_search, path, visitor, member):
    if path.startswith(("/questions/{question}/", "/questions/?q=", "/nowhere")):
        visitor, member = visitor + more_to_search, member + more_to_search
    path, _, query = path.format(
        question=full_board.full_question.id, user=full_board.an_author.id
    ).partition("?")
    fields = dict(field.split("=") for field in query.split("&")) if query else {}
    for client, expected in ((browser(), visitor), (browser(full_board.user()), member)):
        with count_queries() as statements:
            client.get(path, fields, expect_errors=True)
        assert len(statements) == expected, "\n".join(statements)


@pytest.mark.parametrize(
    ("page", "email", "expected"),
    [
        # The token and its user.
        ("reset-password", None, 2),
        # A change of address is looked for second.
        ("verify-email", None, 2),
        ("verify-email", "new@example.com", 3),
    ],
)
def test_pages_of_links_in_mails(board, browser, count_queries, page, email, expected):
    user = board.user(email_verified_at=None)
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        if page == "reset-password":
            token = issue_reset_token(session, row, email=row.email)
        else:
            token = issue_address_token(session, row, email or row.email)
    client = browser()
    with count_queries() as statements:
        client.get(f"/{page}", {"token": token})
    # Whether it works is asked before it takes the place of another one.
    assert len(statements) == expected - 1, "\n".join(statements)
    with count_queries() as statements:
        client.get(f"/{page}")
    assert len(statements) == expected, "\n".join(statements)


def test_the_owner_of_all_posts_costs_no_more(full_board, browser, count_queries, more_to_search):
    client = browser(full_board.an_author)
    with count_queries() as statements:
        client.get(f"/questions/{full_board.full_question.id}/")
    assert len(statements) == 6 + more_to_search


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users/", 3),
        ("/users/?q=user&status=new", 3),
        ("/users/log", 3),
        ("/users/{user}/manage", 5),
    ],
)
def test_pages_for_admins(full_board, browser, count_queries, path, expected):
    client = browser(full_board.user("boss", Role.ADMIN))
    with full_board.transaction() as session:
        for _ in range(5):
            end_all_sessions(session, full_board.an_author.id, actor=OPERATOR)
    with count_queries() as statements:
        client.get(path.format(user=full_board.an_author.id))
    assert len(statements) == expected, "\n".join(statements)


def test_the_second_step_of_a_login(app, board, browser, count_queries):
    user = board.user()
    add_app(board, app, user)
    for _ in range(3):
        add_passkey(board, Device(), user)
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = user.username, PASSWORD
    page = form.submit("submit")
    with count_queries() as statements:
        page.follow(status=200)
    # Who is logged in (nobody), who gave the password, and what they have.
    assert len(statements) == 3, "\n".join(statements)
