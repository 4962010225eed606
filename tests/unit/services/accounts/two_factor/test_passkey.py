"""Passkeys: added, used and removed."""

from __future__ import annotations

import pytest
from second_factors import Device
from sqlalchemy import func, select

from qaboard.models import Passkey, User
from qaboard.security.passkeys import relying_party
from qaboard.services.accounts.two_factor.passkey import (
    PASSKEYS_MAX_COUNT,
    PasskeyRefused,
    TooManyPasskeys,
    add_passkey,
    begin_adding,
    begin_use,
    list_passkeys,
    remove_passkey,
    use_passkey,
)


@pytest.fixture
def party(settings):
    return relying_party(settings)


@pytest.fixture
def other(people) -> User:
    """Somebody else."""
    return people.user()


@pytest.fixture
def user(people, other, session) -> User:
    return session.get_one(User, people.user().id)


@pytest.fixture
def add(session, party, user):
    """Adds the passkey of a device to the user."""

    def add_device(device: Device, owner: User = user) -> Passkey:
        answer = device.create(begin_adding(session, party, owner))
        return add_passkey(session, party, owner.id, name="my key", credential=answer)

    return add_device


def use(session, party, device, user_id=None) -> User:
    answer = device.use(begin_use(session, party, user_id))
    return use_passkey(session, party, credential=answer, user_id=user_id)


def test_a_passkey_that_was_added_logs_its_owner_in(session, party, user, add):
    device = Device()
    passkey = add(device)
    assert use(session, party, device).id == user.id
    assert passkey.sign_count == 1
    assert passkey.last_used_at is not None


def test_a_passkey_completes_the_login_of_its_owner_and_of_nobody_else(
    session, party, user, other, add
):
    device = Device()
    add(device)
    assert use(session, party, device, user.id).id == user.id
    with pytest.raises(PasskeyRefused):
        use(session, party, device, other.id)


def test_an_answer_is_taken_once(session, party, add):
    device = Device()
    add(device)
    answer = device.use(begin_use(session, party, None))
    use_passkey(session, party, credential=answer, user_id=None)
    with pytest.raises(PasskeyRefused):
        use_passkey(session, party, credential=answer, user_id=None)


def test_a_counter_that_goes_back_tells_of_a_copy(session, party, user, add):
    device = Device(sign_count=5)
    add(device)
    device.sign_count = 2
    with pytest.raises(PasskeyRefused) as refusal:
        use(session, party, device)
    assert (refusal.value.user_id, refusal.value.was_copied) == (user.id, True)


@pytest.mark.parametrize("credential", ["", "{}", "nonsense", '{"id": 1}'])
def test_what_is_no_answer_of_a_device_is_refused(session, party, user, credential):
    with pytest.raises(PasskeyRefused):
        use_passkey(session, party, credential=credential, user_id=None)
    with pytest.raises(PasskeyRefused):
        add_passkey(session, party, user.id, name="x", credential=credential)


def test_a_device_that_does_not_know_its_owner_is_refused(session, party, add):
    device = Device()
    add(device)
    device.user_handle = b"\0" * 8
    with pytest.raises(PasskeyRefused):
        use(session, party, device)


def test_one_key_is_added_once(session, add):
    device = Device()
    add(device)
    with pytest.raises(PasskeyRefused):
        add(device)
    assert session.scalar(select(func.count()).select_from(Passkey)) == 1


def test_a_user_has_a_limited_number_of_passkeys(session, user, add):
    key = {"public_key": b"x", "sign_count": 0, "name": "x"}
    for number in range(PASSKEYS_MAX_COUNT):
        session.add(Passkey(user_id=user.id, credential_id=bytes([number]), **key))
    session.flush()
    with pytest.raises(TooManyPasskeys):
        add(Device())


def test_nobody_removes_the_passkey_of_another_user(session, user, add):
    passkey = add(Device())
    assert remove_passkey(session, user.id + 1, passkey.id) is None
    assert list_passkeys(session, user.id) == [passkey]
    assert remove_passkey(session, user.id, passkey.id) == "my key"
    assert list_passkeys(session, user.id) == []
