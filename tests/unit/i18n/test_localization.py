"""Messages and times in the language of a request."""

from __future__ import annotations

from datetime import UTC, datetime

from qaboard.i18n import _
from qaboard.i18n.localization import format_full_time, translate_message


def test_numbers_in_a_message_are_written_as_in_its_language(make_request):
    message = _("A password has at least ${minimum} characters.", mapping={"minimum": 12345})
    assert translate_message(make_request(), message, {}) == (
        "A password has at least 12,345 characters."
    )


def test_values_beside_the_message_win_and_text_stays(make_request):
    message = _("${browser} on ${system}", mapping={"browser": "a", "system": "b"})
    assert translate_message(make_request(), message, {"system": "1000"}) == "a on 1000"


def test_a_message_is_in_the_language_of_the_request(make_request):
    korean, english = (
        translate_message(make_request(locale=locale), _("Title"), {}) for locale in ("ko", "en")
    )
    assert english == "Title"
    assert korean != english


def test_a_time_is_one_of_the_zone_of_the_site(make_request):
    moment = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)
    assert format_full_time(make_request(), moment) == (
        "Thursday, January 1, 2026 at 12:30 AM (UTC+9)"
    )
