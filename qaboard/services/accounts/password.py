"""Password rules and password change."""

from __future__ import annotations

from sqlalchemy.orm import Session

from qaboard.i18n import _
from qaboard.i18n.normalization import fold
from qaboard.models import TokenPurpose, User
from qaboard.security.common_passwords import is_common_password
from qaboard.services.accounts.single_use_token import end_tokens
from qaboard.services.accounts.user_session import end_sessions
from qaboard.services.errors import Refusal

MIN_CHARACTERS_BESIDE_NAME = 6
"""How much of a password must be something else than the name, the address or the site."""


def check_new_password(password: str, *, username: str, email: str, site_name: str) -> None:
    """Refuse a password that others would try first (ASVS 5.0, 6.2.4 and 6.2.11).

    :raises Refusal: when it is common, or little more than the name, address or site.
    """
    if is_common_password(password):
        raise Refusal({"password": _("This password is too common. Choose a different one.")})
    folded = fold(password)
    for word in (username, email, email.partition("@")[0], site_name):
        # A single letter is in nearly every password.
        if len(word) > 1 and len(folded.replace(fold(word), "")) < MIN_CHARACTERS_BESIDE_NAME:
            raise Refusal(
                {
                    "password": _(
                        "This password is too similar to your username, your email address or "
                        "the site’s name. Choose a different one."
                    )
                }
            )


def change_password(
    session: Session, user: User, password_hash: str, *, keep_session: int | None = None
) -> None:
    """Give a user another password; their logins end, and the links in mails from before.

    A link to change the address may have been asked for by whoever knew the old one.

    :param password_hash: of one that `check_new_password` has nothing against.
    :param keep_session: the id of the login in which it is changed, which goes on.
    """
    user.password_hash = password_hash
    end_sessions(session, user.id, keep=keep_session)
    end_tokens(session, user.id, TokenPurpose.RESET_PASSWORD, TokenPurpose.CHANGE_EMAIL)
