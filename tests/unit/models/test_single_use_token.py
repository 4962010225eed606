"""Single-use tokens that go with their user."""

from __future__ import annotations

from sqlalchemy import delete, select

from qaboard.models import SingleUseToken, TokenPurpose, User, utc_now


def test_a_token_goes_with_its_user_and_a_challenge_of_nobody_stays(people, session):
    user = people.user()
    for user_id, token_hash in ((user.id, b"a"), (None, b"b")):
        session.add(
            SingleUseToken(
                purpose=TokenPurpose.USE_PASSKEY,
                user_id=user_id,
                token_hash=token_hash,
                expires_at=utc_now(),
            )
        )
    session.flush()
    session.execute(delete(User))
    assert session.scalars(select(SingleUseToken.token_hash)).all() == [b"b"]
