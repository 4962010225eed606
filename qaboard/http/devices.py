"""Devices in words, as people know them: "Firefox on Windows"."""

from __future__ import annotations

from translationstring import TranslationString

from qaboard.i18n import _


def describe_device(user_agent: str | None) -> TranslationString:
    """What a browser says of itself, in words; it may say anything.

    :param user_agent: the header ``User-Agent``, as it is stored.
    """
    # Few look at their devices, and the library and its patterns take 4 MB.
    from ua_parser import parse

    found = parse(user_agent) if user_agent else None
    browser = found.user_agent.family if found and found.user_agent else None
    system = found.os.family if found and found.os else None
    if browser and system:
        return _("${browser} on ${system}", mapping={"browser": browser, "system": system})
    if browser or system:
        return _("${device}", mapping={"device": browser or system})
    return _("Unknown device")
