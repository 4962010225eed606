"""Mails as text and HTML."""

from __future__ import annotations

import pytest

from qaboard.mail.composing import compose_mail


@pytest.fixture
def compose(registry):
    """The mail that confirms an address."""

    def make(recipient="minji@example.com", locale="en", **values):
        values = {"username": "minji", "link": "https://board/x?a=1&b=2", "hours": 24} | values
        return compose_mail(registry, "verify_email", recipient=recipient, locale=locale, **values)

    return make


def test_the_first_line_of_the_text_is_the_subject(compose):
    mail = compose()
    assert mail.subject
    assert "\n" not in mail.subject
    assert not mail.body.startswith(mail.subject)
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_values_are_escaped_in_html_and_not_in_the_text(compose):
    mail = compose()
    assert "https://board/x?a=1&b=2" in mail.body
    assert "https://board/x?a=1&amp;b=2" in mail.html


def test_a_mail_is_in_the_language_of_its_reader_or_of_the_site(compose):
    subjects = [compose(locale=locale).subject for locale in ("en", "ko", None)]
    assert subjects[0] != subjects[1] == subjects[2]


def test_an_address_in_another_script_is_in_the_envelope_alone(compose):
    assert compose("minji@게시판.한국").recipients == ["minji@xn--o79a463btol.xn--3e0b707e"]
    mail = compose("민지@example.com")
    assert (mail.recipients, mail.bcc) == ([], ["민지@example.com"])
