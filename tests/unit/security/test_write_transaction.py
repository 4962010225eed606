"""The beginning of a write transaction, and the rights that are checked again."""

from __future__ import annotations

import pytest
import transaction
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.threadlocal import RequestContext
from sqlalchemy.orm.exc import StaleDataError

from qaboard.database.session import WritingSession
from qaboard.models import Question, Role, User, UserSession, utc_now
from qaboard.resources import RootResource
from qaboard.security.policy import SecurityPolicy
from qaboard.security.write_transaction import begin_writing


@pytest.fixture
def reading_request(people, engine, settings):
    """The POST of a user to a question, which has only read so far."""
    user, question = people.user(role=Role.MODERATOR), people.question()
    config = Configurator(settings={})
    config.set_security_policy(SecurityPolicy(settings))
    config.commit()
    request = Request.blank("/", headers={"Cookie": f"login={people.token(user)}"})
    request.registry = config.registry
    request.environ["tm.active"] = True
    request.exception = None
    request.tm = transaction.TransactionManager(explicit=True)
    request.dbsession = WritingSession(engine.execution_options(writes=False))
    with RequestContext(request), request.dbsession:
        request.tm.begin()
        request.context = RootResource(request)["questions"][str(question.id)]
        assert request.identity.user_id == user.id
        yield request
        request.tm.abort()


def test_a_view_that_has_not_begun_to_write_cannot(reading_request):
    reading_request.context.question.title = "Changed"
    with pytest.raises(RuntimeError, match="begin_writing"):
        reading_request.dbsession.flush()


def test_a_view_writes_from_then_on_and_the_commit_keeps_it(people, reading_request):
    begin_writing(reading_request)
    begin_writing(reading_request)
    question = reading_request.context.question
    question.title = "Changed"
    reading_request.tm.commit()
    reading_request.tm.begin()
    with people.transaction() as session:
        assert session.query(Question.title).all() == [("Changed",)]


def change(people, model, **values) -> None:
    with people.transaction() as session:
        session.query(model).update(values)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (User, {"role": Role.MEMBER}),
        (UserSession, {"is_pending": True}),
        (Question, {"deleted_at": utc_now()}),
    ],
)
def test_a_request_runs_again_when_rights_have_changed_meanwhile(
    people, reading_request, model, values
):
    change(people, model, **values)
    with pytest.raises(StaleDataError):
        begin_writing(reading_request)


def test_what_changes_no_rights_is_read_anew(people, reading_request):
    change(people, Question, title="Edited meanwhile")
    begin_writing(reading_request)
    assert reading_request.context.question.title == "Edited meanwhile"
