"""Rows of the list of questions, rendered once for all readers of a language."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, pass_context
from markupsafe import Markup
from pyramid.threadlocal import get_current_request
from sqlalchemy import Row


@pass_context
def question_row(context, question: Row, asked: Markup, active: Markup | None) -> Markup:
    """What the list says of a question: for all who read it in one language.

    :param question: as the presenter of the list reads it.
    :param asked: when it was asked, in words.
    :param active: when something was last done, in words, where that is told.
    """
    request = context["request"]
    make = _question_row.__wrapped__ if context.environment.auto_reload else _question_row
    return make(
        context.environment,
        request.locale_name,
        request.questions_path,
        request.users_path,
        question,
        asked,
        active,
    )


@lru_cache(maxsize=500)
def _question_row(
    environment: Environment,
    _locale: str,
    questions_path: str,
    users_path: str,
    question: Row,
    asked: Markup,
    active: Markup | None,
) -> Markup:
    # Whatever the row shows must be among the arguments; of the request it takes the language.
    html = environment.get_template("board/question_row.jinja2").render(
        request=get_current_request(),
        questions_path=questions_path,
        users_path=users_path,
        question=question,
        asked=asked,
        active=active,
    )
    return Markup(html)  # noqa: S704 - autoescaped
