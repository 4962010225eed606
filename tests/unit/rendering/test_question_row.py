"""Rows of the list of questions."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from pyramid.threadlocal import RequestContext
from pyramid_jinja2 import IJinja2Environment

from qaboard.rendering.question_row import question_row
from qaboard.services.board.question_list import QuestionSort, find_position, read_page


@pytest.fixture
def row(people, session, registry, make_request):
    """The row of a question with a hostile title, in a language."""
    question = people.question(people.user("minji"), title="<b>Tea</b>")
    position = find_position(session, QuestionSort.NEWEST, 0)
    (found,) = read_page(session, QuestionSort.NEWEST, position, 1)

    def render(locale: str = "en") -> tuple[str, int]:
        request = make_request(locale=locale)
        environment = registry.queryUtility(IJinja2Environment, name=".jinja2")
        context = environment.from_string("").new_context({"request": request})
        with RequestContext(request):
            return question_row(context, found, Markup("today"), None), question.id

    return render


def test_a_row_leads_to_the_question_and_its_author_and_is_escaped(row):
    html, question_id = row()
    assert f'href="/questions/{question_id}/"' in html
    assert "&lt;b&gt;Tea&lt;/b&gt;" in html
    assert "minji" in html
    assert "<b>Tea" not in html


def test_a_row_is_in_the_language_of_its_reader(row):
    assert row("ko") != row("en")
