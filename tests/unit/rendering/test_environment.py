"""Templates: what is escaped, and what may not be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jinja2 import UndefinedError
from pyramid_jinja2 import IJinja2Environment

from qaboard.rendering.environment import is_html


@pytest.fixture
def environment(registry):
    return registry.queryUtility(IJinja2Environment, name=".jinja2")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("board/question.jinja2", True), ("mail/x.html.jinja2", True), ("mail/x.txt.jinja2", False),
     (None, True)],
)  # fmt: skip
def test_values_are_escaped_in_all_but_the_texts_of_mails(name, expected):
    assert is_html(name) is expected


def test_a_value_is_escaped_in_a_page(environment):
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_a_value_that_is_missing_is_an_error_and_no_gap(environment):
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nothing }}").render()


def test_a_form_has_a_hidden_field_with_the_token(make_request):
    request = make_request()
    token = request.session.get_csrf_token()
    expected = f'<input type="hidden" name="csrf_token" value="{token}">'
    assert request.csrf_field() == expected


def test_images_come_from_the_hosts_of_the_settings(make_request, settings, registry, monkeypatch):
    text = "![a](https://img.example.org/b.png)"
    assert "<img" not in make_request().render_markdown(text)
    monkeypatch.setitem(registry, "settings", replace(settings, image_hosts=("img.example.org",)))
    assert "<img" in make_request().render_markdown(text)
