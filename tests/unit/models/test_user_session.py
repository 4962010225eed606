"""Logins that go with their user."""

from __future__ import annotations

from sqlalchemy import delete, select

from qaboard.models import User, UserSession


def test_a_login_goes_with_its_user(people, session):
    user, other = people.user(), people.user()
    people.token(user)
    people.token(other)
    session.execute(delete(User).where(User.id == user.id))
    assert session.scalars(select(UserSession.user_id)).all() == [other.id]
