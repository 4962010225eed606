"""What the tests of managing users share."""

from __future__ import annotations

from sqlalchemy import select

from qaboard.models import SecurityEvent, User

REASON = "Only links to one shop"


def events_of(board, user) -> list[SecurityEvent]:
    with board.transaction() as session:
        return list(
            session.scalars(
                select(SecurityEvent)
                .where(SecurityEvent.user_id == user.id)
                .order_by(SecurityEvent.id)
            )
        )


def reread(board, user) -> User:
    with board.transaction() as session:
        return session.get_one(User, user.id)


def main_text(page) -> str:
    return " ".join(page.html.find("main").get_text(" ").split())


def names(page) -> list[str]:
    return [link.text for link in page.html.select("main .plain-row .user-link")]


def suspend(client, user, **fields):
    form = client.get(f"/users/{user.id}/manage").forms["suspend"]
    form["reason"] = REASON
    for name, value in fields.items():
        form[name] = value
    return form.submit("submit", expect_errors=True)


def administrative_events(board, user) -> list[SecurityEvent]:
    with board.transaction() as session:
        statement = select(SecurityEvent).where(
            SecurityEvent.user_id == user.id, SecurityEvent.is_administrative
        )
        return list(session.scalars(statement.order_by(SecurityEvent.id)))
