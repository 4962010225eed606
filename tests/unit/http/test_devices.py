"""Devices in words."""

from __future__ import annotations

import pytest

from qaboard.http.devices import describe_device

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
KAKAO = (
    "Mozilla/5.0 (Linux; Android 14; SM-S921N) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (KAKAO, "Chrome Mobile on Android"),
        ("curl/8.5.0", "curl"),
        ("nonsense", "Unknown device"),
        ("", "Unknown device"),
        (None, "Unknown device"),
    ],
)
def test_a_device_is_called_as_people_know_it(user_agent, words):
    assert describe_device(user_agent).interpolate() == words
