"""Principals of users, roles and moments."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from qaboard.models import Role
from qaboard.security.principals import (
    ADMIN,
    MODERATOR,
    purged_principal,
    role_principal,
    user_principal,
)


def test_a_moment_is_one_principal_in_whatever_zone_it_was_read():
    moment = datetime(2026, 1, 1, 9, tzinfo=ZoneInfo("Asia/Seoul"))
    assert purged_principal(moment) == "purged:2026-01-01T00:00:00+00:00"


def test_nobody_is_taken_for_another_user_or_role():
    names = [user_principal(1), user_principal(11), ADMIN, MODERATOR, role_principal(Role.MEMBER)]
    assert len(set(names)) == len(names)
