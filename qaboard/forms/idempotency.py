"""Forms that are sent twice: the idempotency key that each has, and what it has written before."""

from __future__ import annotations

import secrets
from typing import Any

import colander
import deform
from pyramid.request import Request

from qaboard import markup
from qaboard.models import Answer, Post
from qaboard.resources import AnswerResource, AnswersResource, QuestionResource, QuestionsResource
from qaboard.schemas.fields import idempotency_key_field
from qaboard.services.board.post import SentBefore, find_sent_post


def new_idempotency_key() -> str:
    """A new idempotency key, made each time that a form is shown."""
    return secrets.token_hex(16)


def add_key(schema: colander.SchemaNode) -> colander.SchemaNode:
    """Add the field with the idempotency key.

    :param schema: the schema of a form, before it is bound.
    :return: the same schema.
    """
    schema.add(idempotency_key_field(new_idempotency_key()))
    return schema


def sent_post(
    request: Request,
    context: QuestionsResource | AnswersResource,
    form: deform.Form,
    values: dict[str, Any],
) -> Post | None:
    """The post that this form has written before, if it comes with the same text once more.

    :param context: where the form writes.
    :raises SentBefore: when another text was typed since then, or the post is another one by now.
        The form is then shown as one that has not been sent, with the way to that post.
    """
    post = find_sent_post(
        request.dbsession, request.identity.user_id, values.get("idempotency_key")
    )
    if post is None:
        return None
    question_id = context.__parent__.question.id if isinstance(context, AnswersResource) else None
    sent = (values.get("title"), markup.normalise(values["body"]), question_id, None)
    if (post.title, post.body, post.question_id, post.deleted_at) == sent:
        return post
    form["idempotency_key"].cstruct = new_idempotency_key()
    form.sent_path = _own_path(request, post)
    raise SentBefore


def _own_path(request: Request, post: Post) -> str:
    questions = request.site_root["questions"]
    if isinstance(post, Answer):
        question = QuestionResource(post.question, questions)
        return request.resource_path(AnswerResource(post, AnswersResource(question)))
    return request.resource_path(QuestionResource(post, questions))
