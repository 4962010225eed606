"""The security policy: cookies, identity and permissions."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pyramid.authorization import Allow, Authenticated, Everyone
from pyramid.request import Request
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from qaboard.database.transaction import make_session
from qaboard.jobs.background import BackgroundWorker
from qaboard.models import UserSession, utc_now
from qaboard.security.policy import TOUCHED_EVERY, SecurityPolicy


@pytest.fixture
def policy(settings) -> SecurityPolicy:
    return SecurityPolicy(settings)


@pytest.fixture
def ask(engine):
    """A request with a login token, in a transaction that reads."""
    with make_session(engine, writes=False) as session, closing(BackgroundWorker()) as worker:

        def make(token: str | None = None) -> Request:
            cookie = {"Cookie": f"login={token}"} if token is not None else {}
            request = Request.blank("/", headers=cookie)
            request.environ["tm.active"] = True
            request.registry = {"engine": engine}
            request.dbsession = session
            request.background = worker
            request.exception = None
            return request

        yield make


def cookie(headers) -> str:
    (value,) = {value for name, value in headers if name == "Set-Cookie"}
    return value


def test_a_token_in_the_cookie_is_an_identity(people, policy, ask):
    user = people.user()
    request = ask(people.token(user))
    assert policy.identity(request).user_id == user.id
    assert policy.authenticated_userid(request) == user.id


@pytest.mark.parametrize("token", [None, "", "nonsense", "é"])
def test_anything_else_in_the_cookie_is_a_visitor(policy, ask, token):
    request = ask(token)
    assert policy.identity(request) is None
    assert policy.authenticated_userid(request) is None


def test_an_identity_is_read_once_for_a_request_and_again_when_asked_to(people, policy, ask):
    request = ask(people.token(people.user()))
    first = policy.identity(request)
    assert policy.identity(request) is first
    with people.transaction() as session:
        session.query(UserSession).delete()
    request.dbsession.rollback()
    assert policy.identity(request) is first
    policy.read_identity_again(request)
    assert policy.identity(request) is None


def test_outside_of_a_transaction_nobody_is_looked_up(people, policy, ask):
    request = ask(people.token(people.user()))
    request.environ["tm.active"] = False
    assert policy.identity(request) is None


def test_the_page_of_a_broken_database_is_one_of_a_visitor(people, policy, ask):
    request = ask(people.token(people.user()))
    request.exception = OperationalError("SELECT", {}, Exception("away"))
    assert policy.identity(request) is None


class Context:
    def __acl__(self):
        return [(Allow, Everyone, "view"), (Allow, Authenticated, "ask")]


def test_a_visitor_and_a_member_have_the_permissions_of_the_acl(people, policy, ask):
    visitor, member = ask(), ask(people.token(people.user()))
    may = [
        bool(policy.permits(request, Context(), permission))
        for request in (visitor, member)
        for permission in ("view", "ask", "other")
    ]
    assert may == [True, False, False, True, True, False]


def test_the_login_cookie_is_for_http_and_this_site_alone(settings, ask):
    policy = SecurityPolicy(replace(settings, secure_cookies=True))
    value = cookie(policy.remember(ask(), "token"))
    assert value.startswith("__Host-login=token;")
    for attribute in ("Path=/", "secure", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"):
        assert attribute in value
    assert "Domain" not in value


def test_a_login_and_a_logout_forget_the_identity_that_was_read(people, policy, ask):
    user = people.user()
    request = ask()
    assert policy.identity(request) is None
    token = people.token(user)
    request.dbsession.rollback()
    policy.remember(request, token)
    request.headers["Cookie"] = f"login={token}"
    assert policy.identity(request).user_id == user.id
    assert "Max-Age=0" in cookie(policy.forget(request))


def age(people, by: timedelta) -> None:
    with people.transaction() as session:
        session.execute(update(UserSession).values(last_used_at=utc_now() - by))


@pytest.mark.parametrize(
    ("idle", "is_noted"),
    [(TOUCHED_EVERY + timedelta(minutes=1), True), (TOUCHED_EVERY - timedelta(minutes=1), False)],
)
def test_the_use_of_a_login_is_noted_now_and_then(people, policy, ask, idle, is_noted):
    token = people.token(people.user())
    age(people, idle)
    request = ask(token)
    policy.identity(request)
    request.background.wait()
    with people.transaction() as session:
        unused = utc_now() - session.query(UserSession).one().last_used_at
    assert (unused < timedelta(minutes=1)) is is_noted
