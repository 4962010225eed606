"""Messages of templates."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markupsafe import Markup
from pyramid.threadlocal import RequestContext

from qaboard.i18n.template_messages import gettext, ngettext

HTML, TEXT = (SimpleNamespace(autoescape=autoescape) for autoescape in (True, False))


@pytest.fixture
def english(make_request):
    with RequestContext(make_request()):
        yield


@pytest.mark.usefixtures("english")
def test_values_are_escaped_in_html_and_the_message_is_not():
    assert gettext(HTML, "By <b>%(name)s</b>", name="<x>") == "By <b>&lt;x&gt;</b>"
    assert gettext(TEXT, "By %(name)s", name="<x>") == "By <x>"


@pytest.mark.usefixtures("english")
def test_a_percent_sign_is_written_twice_with_and_without_values():
    assert gettext(HTML, "100 %%") == "100 %"
    assert isinstance(gettext(HTML, "100 %%"), Markup)


@pytest.mark.usefixtures("english")
def test_one_and_several_have_forms_of_their_own():
    forms = ("%(count)s answer", "%(count)s answers")
    assert [ngettext(TEXT, *forms, count, count=count) for count in (1, 2)] == [
        "1 answer",
        "2 answers",
    ]


@pytest.mark.usefixtures("english")
def test_a_bold_count_is_written_as_in_its_language():
    text = ngettext(HTML, "%(count)s answer", "%(count)s answers", 1234, bold=True)
    assert text == "<b>1,234</b> answers"


def test_a_message_is_in_the_language_of_the_request(make_request):
    with RequestContext(make_request(locale="ko")):
        assert gettext(TEXT, "Questions") != "Questions"
