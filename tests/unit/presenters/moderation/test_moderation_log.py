"""The moderation log."""

from __future__ import annotations

import pytest

from qaboard.http.pagination import NoSuchPageError
from qaboard.models import EventKind
from qaboard.presenters.moderation.moderation_log import present_audit_log
from qaboard.services.accounts.security_event import record_event

pytestmark = pytest.mark.usefixtures("small_pages")


@pytest.fixture
def log(people, ask):
    """Writes what an actor did to accounts, and reads the log."""
    actor = people.user("actor")
    accounts = [people.user(name) for name in ("first", "second", "third")]
    with people.transaction() as session:
        for account in accounts:
            for kind in (EventKind.LOGIN, EventKind.SUSPENSION):
                record_event(
                    session,
                    kind,
                    user_id=account.id,
                    actor_id=actor.id,
                    is_administrative=kind is EventKind.SUSPENSION,
                )

    def read(name=None, page=1):
        user_id = next((each.id for each in (*accounts, actor) if each.username == name), None)
        found = present_audit_log(ask(f"/?page={page}"), user_id)
        return [(row.account.username, row.actor.username, row.event.kind) for row in found.rows]

    return read


def test_what_was_done_by_virtue_of_a_role_comes_newest_first(log):
    rows = log() + log(page=2)
    assert rows == [(name, "actor", "suspension") for name in ("third", "second", "first")]


def test_the_log_of_one_user_has_what_they_did_and_what_was_done_to_them(log):
    assert [name for name, _actor, _kind in log("second")] == ["second"]
    assert [name for name, _actor, _kind in log("actor")] == ["third", "second"]


def test_a_page_that_is_not_there_raises_an_error(log):
    with pytest.raises(NoSuchPageError):
        log(page=3)
