"""Mails about accounts, written in the background.

Whether an address has an account is found out here, after the page has been answered, so that
neither its words nor its time can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import transaction
import zope.sqlalchemy
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import Mailer
from sqlalchemy.orm import Session

from qaboard.database.transaction import make_session
from qaboard.http.client import Client
from qaboard.http.devices import describe_device
from qaboard.mail.composing import compose_mail
from qaboard.models import EventKind, User, email_key
from qaboard.services.accounts import email_address, password_reset
from qaboard.services.accounts.security_event import record_event
from qaboard.settings import Settings
from qaboard.settings.rate_limits import RateLimit


def link_to(settings: Settings, path: str, **query: str) -> str:
    """An address of this site, as the settings say it: what a request says may be forged.

    :param path: begins with a slash.
    """
    address = settings.site_address + path
    return f"{address}?{urlencode(query)}" if query else address


@contextmanager
def mailing_transaction(registry: Registry) -> Iterator[tuple[Session, Mailer]]:
    """A transaction outside of any request; its mails leave after its commit."""
    manager = transaction.TransactionManager(explicit=True)
    with make_session(registry["engine"], writes=True) as session:
        zope.sqlalchemy.register(session, initial_state="changed", transaction_manager=manager)
        with manager:
            yield session, registry.getUtility(IMailer).bind(transaction_manager=manager)


def may_mail(registry: Registry, email: str) -> bool:
    """Whether an address may get another mail that somebody asked for by a form."""
    limiter = registry["rate_limiter"]
    return limiter.seconds_to_wait(RateLimit.MAIL, email_key(email)) == 0


def send_address_link(registry: Registry, *, user_id: int, email: str, locale: str) -> None:
    """Send the link that proves an address, or tell its owner that it has an account already.

    :param email: the address that the user has, or wants to change to.
    :param locale: the language of who asked for it.
    """
    # To the form that is stored and proved: another one may be somebody else's address.
    email = email_key(email)
    if not may_mail(registry, email):
        return
    with mailing_transaction(registry) as (session, mailer):
        user = session.get_one(User, user_id)
        if user.email == email and user.email_verified_at is not None:
            return
        token = email_address.issue_address_token(session, user, email)
        # Not the name, which is for nobody to choose who writes to strangers.
        template, username = "welcome" if user.email == email else "verify_email", None
        link = link_to(registry["settings"], "/verify-email", token=token or "")
        if token is None:
            owners = password_reset.find_accounts_by_email(session, email)
            if not owners:
                # It is about to be closed.
                return
            user = owners[0]
            template, username = "address_taken", user.username
            link = link_to(registry["settings"], "/forgot-password")
        mailer.send(
            compose_mail(
                registry,
                template,
                recipient=email,
                locale=user.locale or locale,
                username=username,
                link=link,
                hours=int(email_address.LIFETIME.total_seconds() // 3600),
            )
        )


@dataclass(frozen=True, slots=True)
class ResettableAccount:
    """An account in a mail about a forgotten password; without its name where that may be one
    that somebody chose to write to a stranger."""

    username: str | None
    created_at: datetime
    link: str


def reset_account(
    session: Session, settings: Settings, user: User, client: Client
) -> ResettableAccount:
    """Make the link to choose another password for an account."""
    token = password_reset.issue_reset_token(session, user, email=user.email)
    record_event(session, EventKind.RESET_REQUEST, user_id=user.id, actor_id=None, client=client)
    return ResettableAccount(
        user.username if user.email_verified_at is not None else None,
        user.created_at,
        link_to(settings, "/reset-password", token=token),
    )


def send_reset_link(registry: Registry, *, email: str, locale: str, client: Client) -> None:
    """Send a link to choose another password for each account that the address has."""
    if not may_mail(registry, email):
        return
    with mailing_transaction(registry) as (session, mailer):
        users = password_reset.find_accounts_by_email(session, email)
        if not users:
            return
        accounts = [reset_account(session, registry["settings"], user, client) for user in users]
        is_proved = users[0].email_verified_at is not None
        mailer.send(
            compose_mail(
                registry,
                "reset_password",
                recipient=email,
                locale=users[0].locale or locale,
                username=users[0].username if is_proved and len(users) == 1 else None,
                accounts=accounts,
                minutes=int(password_reset.LIFETIME.total_seconds() // 60),
            )
        )


def announce(
    request: Request,
    template: str,
    user: User,
    *,
    recipient: str,
    is_proved: bool | None = None,
    **values,
) -> None:
    """Tell a user what happened to their account, if the transaction is committed.

    :param template: gets ``username``, ``device``, ``address`` (what is kept of the network
        address), ``link`` to choose another password, and ``values``. The first three are
        ``None`` for an address that nobody has proved: whoever writes there chose them.
    :param is_proved: whether the recipient is known to be the user; by default, whether their
        address is confirmed.
    """
    # An address that nobody has proved may be that of somebody else, who gets few mails from here.
    if is_proved is None:
        is_proved = user.email_verified_at is not None
    if not is_proved and not may_mail(request.registry, recipient):
        return
    locale = user.locale or request.locale_name
    request.send_mail(
        template,
        recipient=recipient,
        locale=locale,
        username=user.username if is_proved else None,
        device=describe_device(request.client.user_agent) if is_proved else None,
        address=request.client.address if is_proved else None,
        link=link_to(request.registry["settings"], "/forgot-password"),
        **values,
    )
