"""Passkeys: adding, using, naming and removing them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.models import Passkey, TokenPurpose, User, utc_now
from qaboard.models.locks import lock_users
from qaboard.security.passkeys import (
    BadCredential,
    CounterWentBack,
    RelyingParty,
    challenge_of,
    creation_options,
    parse_creation,
    parse_use,
    request_options,
    user_handle,
    verify_creation,
    verify_use,
)
from qaboard.services.accounts.single_use_token import (
    find_token,
    issue_token,
    use_token,
)
from qaboard.services.errors import WHOLE_FORM, CountedRefusal

PASSKEYS_MAX_COUNT = 20
CHALLENGE_LIFETIME = timedelta(minutes=5)


class PasskeyRefused(CountedRefusal):
    """A passkey was not accepted.

    ``user_id`` is whose it is, if it is anybody's; ``was_copied`` says that its counter went back.
    """

    def __init__(self, user_id: int | None = None, *, was_copied: bool = False) -> None:
        super().__init__(
            {
                WHOLE_FORM: _(
                    "This passkey wasn’t accepted. It may have been removed, belong to another "
                    "account, or have timed out. Try again."
                )
            }
        )
        self.user_id = user_id
        self.was_copied = was_copied


class TooManyPasskeys(CountedRefusal):
    def __init__(self) -> None:
        super().__init__(
            {
                WHOLE_FORM: _(
                    "You already have ${maximum} passkeys. Remove one first.",
                    mapping={"maximum": PASSKEYS_MAX_COUNT},
                )
            }
        )


def list_passkeys(session: Session, user_id: int) -> list[Passkey]:
    """The passkeys of a user, the oldest first."""
    return list(
        session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id))
    )


def begin_adding(session: Session, party: RelyingParty, user: User) -> dict[str, Any]:
    """What the browser of this user is asked for a new passkey, fit for JSON."""
    challenge = issue_token(
        session, TokenPurpose.REGISTER_PASSKEY, lifetime=CHALLENGE_LIFETIME, user_id=user.id
    )
    return creation_options(
        party,
        user_id=user.id,
        username=user.username,
        challenge=challenge,
        known_credentials=[each.credential_id for each in list_passkeys(session, user.id)],
    )


def add_passkey(
    session: Session, party: RelyingParty, user_id: int, *, name: str, credential: str
) -> Passkey:
    """Add a passkey to an account.

    :param name: what the user calls it.
    :param credential: the answer of the browser, JSON.
    :raises PasskeyRefused: when it is no answer to what was asked a short time ago.
    :raises TooManyPasskeys: when the user has many already.
    """
    try:
        answer = parse_creation(credential)
        challenge = _use_challenge(
            session, TokenPurpose.REGISTER_PASSKEY, challenge_of(answer), user_id
        )
        new = verify_creation(party, answer, challenge=challenge)
    except BadCredential as error:
        raise PasskeyRefused(user_id) from error
    if len(list_passkeys(session, user_id)) >= PASSKEYS_MAX_COUNT:
        raise TooManyPasskeys
    is_known = session.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id))
    if is_known or len(new.credential_id) > Passkey.CREDENTIAL_ID_MAX_BYTES:
        raise PasskeyRefused(user_id)
    passkey = Passkey(
        user_id=user_id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name,
    )
    session.add(passkey)
    session.flush()
    return passkey


def begin_use(session: Session, party: RelyingParty, user_id: int | None) -> dict[str, Any]:
    """What a browser is asked for the use of a passkey, fit for JSON.

    :param user_id: whose passkeys will do; ``None`` for a login, where the passkey says who it is.
    """
    challenge = issue_token(
        session, TokenPurpose.USE_PASSKEY, lifetime=CHALLENGE_LIFETIME, user_id=user_id
    )
    known = [] if user_id is None else list_passkeys(session, user_id)
    return request_options(
        party, challenge=challenge, allowed_credentials=[each.credential_id for each in known]
    )


def use_passkey(
    session: Session, party: RelyingParty, user_id: int | None, *, credential: str
) -> User:
    """Who has proved by a passkey that they are there.

    :param user_id: as it was for `begin_use`.
    :param credential: the answer of the browser, JSON.
    :raises PasskeyRefused: when it is no right answer to what was asked a short time ago.
    """
    owner_id = user_id
    try:
        answer = parse_use(credential)
        challenge = _use_challenge(session, TokenPurpose.USE_PASSKEY, challenge_of(answer), user_id)
        passkey = _find(session, answer.raw_id, user_id)
        owner_id = passkey.user_id
        # A device that finds a passkey by itself also says whose it is (WebAuthn 3, section 7.2).
        handle = answer.response.user_handle
        if handle != user_handle(owner_id) and not (handle is None and user_id is not None):
            raise BadCredential("the passkey says that it is somebody else's")
        passkey.sign_count = verify_use(
            party,
            answer,
            challenge=challenge,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
        )
    except BadCredential as error:
        raise PasskeyRefused(owner_id, was_copied=isinstance(error, CounterWentBack)) from error
    user = session.scalar(select(User).where(User.id == owner_id, User.is_open()))
    if user is None:
        raise PasskeyRefused(owner_id)
    passkey.last_used_at = utc_now()
    session.flush()
    return user


def remove_passkey(session: Session, user_id: int, passkey_id: int) -> str | None:
    """Forget a passkey of a user.

    :return: its name, or ``None`` when there was none.
    """
    conditions = (Passkey.id == passkey_id, Passkey.user_id == user_id)
    name = session.scalar(select(Passkey.name).where(*conditions))
    session.execute(delete(Passkey).where(*conditions))
    return name


def _use_challenge(
    session: Session, purpose: TokenPurpose, challenge: str, user_id: int | None
) -> str:
    """Use a challenge up, whatever else is wrong with the answer to it."""
    token = find_token(session, purpose, challenge)
    if token is None or token.user_id != user_id or not use_token(session, token):
        raise BadCredential("the challenge is unknown, was used or has expired")
    return challenge


def _find(session: Session, credential_id: bytes, user_id: int | None) -> Passkey:
    statement = select(Passkey).where(Passkey.credential_id == credential_id)
    passkey = session.scalar(statement)
    if passkey is not None:
        # So that of two answers with the same number only one finds it unused.
        lock_users(session, [passkey.user_id])
        passkey = session.scalar(statement.execution_options(populate_existing=True))
    if passkey is None or user_id not in (None, passkey.user_id):
        raise BadCredential("the passkey is unknown here, or somebody else's")
    return passkey
