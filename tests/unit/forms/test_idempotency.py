"""Forms that are sent twice."""

from __future__ import annotations

import colander
import deform
import pytest

from qaboard import markup
from qaboard.forms.idempotency import add_key, new_idempotency_key, sent_post
from qaboard.resources import RootResource
from qaboard.services.board.post import SentBefore
from qaboard.services.board.question import ask

TEXT = {"title": "Tea", "body": "Which?"}


@pytest.fixture
def send(people, read_identity, make_request, session):
    """Sends the form for a question by a member who has asked one with the key ``key``."""
    author = people.user()
    with people.transaction() as writing:
        ask(writing, author_id=author.id, render=markup.render, idempotency_key="key", **TEXT)
    request = make_request(identity=read_identity(author), session=session)

    def find(**values):
        form = deform.Form(add_key(colander.Schema()))
        questions = RootResource(request)["questions"]
        try:
            return sent_post(request, questions, form, TEXT | {"idempotency_key": "key"} | values)
        except SentBefore:
            assert form["idempotency_key"].cstruct not in ("", "key")
            return form.sent_path

    return find


def test_the_same_text_with_the_same_key_is_the_post_that_is_there(send):
    assert send().title == "Tea"


@pytest.mark.parametrize("key", [None, "", "another"])
def test_another_key_is_another_post(send, key):
    assert send(idempotency_key=key) is None


def test_another_text_with_the_same_key_leads_to_the_post_that_is_there(send):
    assert send(body="Another question").startswith("/questions/")


def test_each_form_has_a_key_of_its_own():
    assert len({new_idempotency_key() for _ in range(10)}) == 10
