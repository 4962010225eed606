"""What was noted while the clock was a year ahead is not recent once it is right again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD
from second_factors import add_app
from sqlalchemy import func, select, update

from qaboard.models import SingleUseToken, TokenPurpose, TOTPFactor, User, UserSession, utc_now
from qaboard.services.accounts.single_use_token import find_token, issue_token

YEAR = timedelta(days=365)
SKEW = timedelta(minutes=1)


def shift(board, model, *columns: str, by: timedelta) -> None:
    """As if rows had been written while the clock was ahead."""
    with board.transaction() as session:
        for row in session.scalars(select(model)):
            for column in columns:
                setattr(row, column, getattr(row, column) + by)


def is_logged_in(client) -> bool:
    return client.get("/account/", expect_errors=True).status_int == 200


@pytest.mark.parametrize(("by", "is_recent"), [(YEAR, False), (SKEW, True), (timedelta(), True)])
def test_a_proof_of_who_one_is(browser, board, by, is_recent):
    client = browser(board.user())
    shift(board, UserSession, "authenticated_at", by=by)
    page = client.get("/account/password")
    assert page.status_int == (200 if is_recent else 303)


@pytest.mark.parametrize(("by", "goes_on"), [(YEAR, False), (SKEW, True)])
def test_the_last_use_of_a_login(browser, board, by, goes_on, keep_house):
    client = browser(board.user("alex"))
    shift(board, UserSession, "created_at", "last_used_at", "expires_at", by=by)
    assert is_logged_in(client) is goes_on
    keep_house()
    with board.transaction() as session:
        assert session.scalar(select(func.count()).select_from(UserSession)) == goes_on


@pytest.mark.parametrize(("by", "works"), [(YEAR, False), (SKEW, True)])
def test_a_link_in_a_mail(board, by, works, keep_house):
    user = board.user()
    with board.transaction() as session:
        token = issue_token(
            session, TokenPurpose.RESET_PASSWORD, lifetime=timedelta(hours=1), user_id=user.id
        )
    shift(board, SingleUseToken, "created_at", "expires_at", by=by)
    with board.transaction() as session:
        found = find_token(session, TokenPurpose.RESET_PASSWORD, token)
        assert (found is not None) is works
    keep_house()
    with board.transaction() as session:
        assert session.scalar(select(func.count()).select_from(SingleUseToken)) == works


@pytest.mark.parametrize(("by", "goes_on"), [(YEAR, False), (SKEW, True)])
def test_a_login_that_waits_for_its_second_factor(app, browser, board, by, goes_on):
    user = board.user("alex")
    add_app(board, app, user)
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    form.submit("submit", status=303)
    shift(board, UserSession, "created_at", "last_used_at", "expires_at", by=by)
    assert client.get("/second-factor").status_int == (200 if goes_on else 303)


def test_codes_of_an_app_that_was_used_meanwhile(app, browser, board):
    user = board.user("alex")
    totp = add_app(board, app, user)
    with board.transaction() as session:
        session.execute(update(TOTPFactor).values(last_step=totp.timecode(utc_now() + YEAR)))
    client = browser()
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    form = form.submit("submit", status=303).follow().forms["second-factor"]
    form["code"] = totp.now()
    form.submit("submit", status=303)
    assert is_logged_in(client)


def test_an_account_is_no_newcomer_for_a_year(make_app, browser, board):
    application = make_app({"spam.new_account_links": "1", "spam.new_account_days": "1"})
    client = browser(board.user("alex"), of=application)
    shift(board, User, "created_at", by=YEAR)
    form = client.get("/questions/ask").forms["ask"]
    form["title"] = "Two links"
    form["body"] = "https://one.example and https://two.example"
    form.submit("submit", status=303)
