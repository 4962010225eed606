"""Voting."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from qaboard.forms.submitted_values import sent_values
from qaboard.presenters.board.addresses import post_location
from qaboard.resources import AnswerResource, QuestionResource
from qaboard.schemas.board.vote import VoteSchema
from qaboard.security.permissions import Permission
from qaboard.services.board.vote import cast_vote
from qaboard.settings.rate_limits import RateLimit
from qaboard.views.board.post import post_of


@view_config(
    context=QuestionResource, name="vote", permission=Permission.VOTE, request_method="POST"
)
@view_config(context=AnswerResource, name="vote", permission=Permission.VOTE, request_method="POST")
def vote(context: QuestionResource | AnswerResource, request):
    """Vote 1 or -1, or withdraw with 0."""
    request.limit_rate(RateLimit.VOTE, request.identity.user_id)
    values = sent_values(request, VoteSchema())
    request.begin_writing()
    cast_vote(
        request.dbsession,
        post_id=post_of(context).id,
        user_id=request.identity.user_id,
        value=int(values["value"]),
    )
    # The score decides on which page the answer stands.
    request.dbsession.refresh(post_of(context), ["score"])
    return HTTPSeeOther(post_location(request, context))
