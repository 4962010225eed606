"""Filters of templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pyramid_jinja2 import IJinja2Environment

from qaboard.i18n import _
from qaboard.models import User, utc_now


@pytest.fixture
def render(registry, make_request):
    """A template with the value ``x``, as an English or Korean reader sees it."""
    environment = registry.queryUtility(IJinja2Environment, name=".jinja2")

    def make(template: str, x: object, locale: str = "en") -> str:
        return environment.from_string(template).render(request=make_request(locale=locale), x=x)

    return make


def test_a_moment_is_told_by_how_long_ago_it_was_and_in_full(render):
    moment = utc_now() - timedelta(hours=3)
    assert render("{{ x|relative_time }}", moment) == "3 hours ago"
    assert render("{{ x|relative_time }}", moment, "ko") == "3시간 전"
    element = render("{{ x|ago }}", moment)
    assert element.startswith('<time datetime="')
    assert element.endswith(">3 hours ago</time>")


def test_a_time_in_full_is_one_of_the_zone_of_the_site(render):
    moment = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert (
        render("{{ x|full_time }}", moment, "ko") == "2026년 1월 1일 목요일 오전 9시 30분 (UTC+9)"
    )


@pytest.mark.parametrize(("value", "text"), [(1234567, "1,234,567"), (-3, "−3"), (0, "0")])
def test_a_number_has_separators(render, value, text):
    assert render("{{ x|number }}", value) == text


def test_what_a_message_quotes_is_escaped(render):
    message = _("${browser} on ${system}", mapping={"browser": "<b>", "system": "x"})
    assert render("{{ x|translate }}", message) == "&lt;b&gt; on x"


def test_a_name_is_escaped_and_whoever_left_has_none(render):
    assert render("{{ x|display_name }}", User(username="a&b")) == "a&amp;b"
    assert render("{{ x|display_name }}", User(closed_at=utc_now())) == "deleted user"
