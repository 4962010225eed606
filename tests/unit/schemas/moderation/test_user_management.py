"""The forms for suspensions and roles."""

from __future__ import annotations

import datetime

import pytest

from qaboard.schemas.moderation.user_management import RoleSchema, SuspensionSchema

RIGHT = {"until": "week", "reason": "Only links"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, set()),
        ({"until": "for_good"}, set()),
        ({"until": "decade"}, {"until"}),
        ({"reason": "x "}, {"reason"}),
        ({"reason": "x" * 501}, {"reason"}),
        ({"reason": "x\x00"}, {"reason"}),
        ({"date": "2027-02-30"}, {"date"}),
        ({"date": "9999-01-01"}, {"date"}),
    ],
)
def test_a_suspension_has_an_end_and_a_reason_that_can_be_understood(errors_of, changes, errors):
    assert errors_of(SuspensionSchema(), **RIGHT | changes) == errors


def test_a_date_is_a_day():
    values = SuspensionSchema().deserialize(RIGHT | {"date": "2027-02-28"})
    assert values["date"] == datetime.date(2027, 2, 28)
    assert SuspensionSchema().deserialize(RIGHT)["date"] is None


def test_control_characters_of_a_reason_are_removed():
    values = SuspensionSchema().deserialize(RIGHT | {"reason": "Only\x00 links\r\n\x1bhere"})
    assert values["reason"] == "Only links\nhere"


@pytest.mark.parametrize(("role", "errors"), [("admin", set()), ("owner", {"role"})])
def test_a_role_is_one_of_the_board(errors_of, role, errors):
    assert errors_of(RoleSchema(), role=role) == errors
