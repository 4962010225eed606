"""Children of the root, and who may see it."""

from __future__ import annotations

import pytest

from qaboard.models import Role
from qaboard.resources import RootResource
from qaboard.security.permissions import Permission


@pytest.mark.parametrize("name", ["", "Questions", "login", "admin", "__class__"])
def test_what_is_no_child_raises_KeyError(make_request, name):  # noqa: N802 - a name of Python
    with pytest.raises(KeyError):
        RootResource(make_request())[name]


@pytest.mark.parametrize(
    ("role", "may"), [(Role.MEMBER, False), (Role.MODERATOR, False), (Role.ADMIN, True)]
)
def test_only_admins_administer(people, read_identity, make_request, role, may):
    request = make_request(identity=read_identity(people.user(role=role)))
    assert bool(request.has_permission(Permission.ADMINISTER, RootResource(request))) is may


def test_a_visitor_may_view_and_nothing_else(make_request):
    request = make_request()
    root = RootResource(request)
    allowed = [each for each in Permission if request.has_permission(each, root)]
    assert allowed == [Permission.VIEW]
