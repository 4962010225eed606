"""The command that makes an administrator."""

from __future__ import annotations

import pytest
from factories import PASSWORD

from qaboard.models import Role


@pytest.fixture
def create(command, monkeypatch):
    """Runs the command with a password in the environment."""

    def run(*arguments, password=PASSWORD):
        monkeypatch.setenv("QABOARD_ADMIN_PASSWORD", password)
        return command("create-admin", *arguments)

    return run


def test_a_new_admin_has_a_confirmed_address(people, create):
    assert create("minji", "minji@example.com").exit_code == 0
    (user,) = people.users()
    assert (user.role, user.email) == (Role.ADMIN, "minji@example.com")
    assert user.email_verified_at is not None


def test_a_member_is_promoted_and_keeps_the_password(people, create):
    user = people.user("minji")
    people.token(user)
    assert "is now an administrator" in create("--promote", "MINJI").stdout
    assert "is already an administrator" in create("--promote", "minji").stdout
    (promoted,) = people.users()
    assert (promoted.role, promoted.password_hash) == (Role.ADMIN, user.password_hash)
    assert people.facts()["user_sessions"] == []


@pytest.mark.parametrize(
    ("arguments", "password", "sentence"),
    [
        (["other"], PASSWORD, "needs an EMAIL"),
        (["minji", "o@example.com"], PASSWORD, "Add --promote"),
        (["other", "minji@example.com"], PASSWORD, "already"),
        (["other", "o@example.com"], "short", "at least 10"),
        (["--promote", "nobody"], PASSWORD, "User nobody not found"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    people, create, arguments, password, sentence
):
    people.user("minji")
    before = people.facts()
    result = create(*arguments, password=password)
    assert result.exit_code != 0
    assert sentence in " ".join(result.stderr.split())
    assert people.facts() == before
