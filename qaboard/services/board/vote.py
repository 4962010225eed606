"""Voting."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qaboard.models import Post, Vote
from qaboard.models.locks import lock_posts
from qaboard.services.board.post import update_live


def cast_vote(session: Session, *, post_id: int, user_id: int, value: int) -> None:
    """Vote, change one's vote or withdraw it. Doing it twice changes nothing more.

    :param value: 1 for useful, -1 for not useful, 0 to withdraw.
    :raises StaleDataError: when the post was deleted meanwhile; the request runs again.
    """
    # So that of two votes at once the second one sees what the first one left, if it left any.
    lock_posts(session, questions=[post_id])
    vote = session.get(Vote, (post_id, user_id), populate_existing=True)
    change = value - (vote.value if vote else 0)
    if change == 0:
        return
    if vote is None:
        session.add(Vote(post_id=post_id, user_id=user_id, value=value))
    elif value == 0:
        session.delete(vote)
    else:
        vote.value = value
    session.flush()
    update_live(session, Post, post_id, score=Post.score + change)
