"""The life of a form: checked, acted on, or shown again."""

from __future__ import annotations

from types import SimpleNamespace

import colander
import pytest
import transaction

from qaboard.forms.submission import create_form, submit_form
from qaboard.limits.rate_limits import TooManyRequests
from qaboard.services.errors import WHOLE_FORM, Conflict, CountedRefusal, Refusal


class Schema(colander.Schema):
    title = colander.SchemaNode(colander.String(), validator=colander.Length(max=10))


@pytest.fixture
def submit(make_request):
    """Sends a form; what became of it, and whether its transaction is doomed."""

    def run(act, *, token: bool = True, **fields):
        request = make_request(POST=fields)
        if token:
            request.POST["csrf_token"] = request.session.get_csrf_token()
        request.tm = transaction.TransactionManager(explicit=True)
        request.tm.begin()
        request.dbsession = SimpleNamespace(end_writing=lambda: None)
        form = create_form(request, Schema(), name="ask", submit_title="Send")
        result = submit_form(request, form, act, lambda: form)
        return SimpleNamespace(
            result=result,
            form=form,
            status=request.response.status_int,
            retry_after=request.response.retry_after,
            is_doomed=request.tm.isDoomed(),
        )

    return run


def refuse(refusal):
    def act(_values):
        raise refusal

    return act


def test_a_form_that_is_right_is_acted_on(submit):
    sent = submit(lambda values: values["title"], title="Tea")
    assert (sent.result, sent.is_doomed) == ("Tea", False)


def test_a_form_that_is_wrong_is_shown_as_it_was_typed_and_writes_nothing(submit):
    sent = submit(refuse(AssertionError), title="Too long a title")
    assert sent.result is sent.form
    assert (sent.status, sent.is_doomed) == (400, True)
    assert sent.form["title"].cstruct == "Too long a title"
    assert "10" in sent.form["title"].errormsg.interpolate()


def test_a_form_without_its_token_keeps_what_was_typed(submit, caplog):
    with caplog.at_level("INFO", "qaboard.security"):
        sent = submit(refuse(AssertionError), token=False, title="Tea")
    assert (sent.status, sent.is_doomed) == (400, True)
    assert sent.form["title"].cstruct == "Tea"
    assert "still here" in sent.form.errormsg
    assert "StaleForm" in caplog.text


@pytest.mark.parametrize(
    ("refusal", "status", "is_doomed"),
    [
        (Refusal({"title": "taken"}), 400, True),
        (Conflict({"title": "taken"}), 409, True),
        (CountedRefusal({"title": "taken"}), 400, False),
    ],
)
def test_a_refusal_stands_at_its_field(submit, refusal, status, is_doomed):
    sent = submit(refuse(refusal), title="Tea")
    assert (sent.status, sent.is_doomed) == (status, is_doomed)
    assert sent.form["title"].errormsg == "taken"
    assert sent.form["title"].cstruct == "Tea"


def test_a_refusal_of_the_whole_form_stands_above_it(submit):
    sent = submit(refuse(Refusal({WHOLE_FORM: "closed"})), title="Tea")
    assert sent.form.errormsg == "closed"
    assert sent.form["title"].error is None


def test_too_many_requests_say_when_to_come_back(submit):
    sent = submit(refuse(TooManyRequests(90)), title="Tea")
    assert (sent.status, sent.retry_after is not None) == (429, True)
