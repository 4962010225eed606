"""The account of whoever is asking."""

from __future__ import annotations

from datetime import timedelta

from qaboard.models import utc_now
from qaboard.resources import RootResource
from qaboard.security.permissions import Permission


def may_manage(request) -> bool:
    account = RootResource(request)["account"]
    return bool(request.has_permission(Permission.MANAGE_ACCOUNT, account))


def test_a_visitor_has_no_account(make_request):
    assert not may_manage(make_request())


def test_a_suspended_member_still_manages_the_account(people, read_identity, make_request):
    user = people.user(suspended_until=utc_now() + timedelta(days=1))
    assert may_manage(make_request(identity=read_identity(user)))
