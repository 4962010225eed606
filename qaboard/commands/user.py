"""``qaboard user``: what operators do for single accounts."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from qaboard.commands.context import (
    CommandContext,
    database_errors_as_sentences,
    pass_command_context,
    refusal_sentence,
)
from qaboard.i18n import _
from qaboard.mail.account_mails import link_to
from qaboard.models import EventKind, User, username_key
from qaboard.services.accounts.email_address import issue_address_token
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.services.accounts.security_event import record_event
from qaboard.services.accounts.two_factor.verification import remove_all_factors
from qaboard.services.accounts.user_session import end_sessions
from qaboard.services.errors import Refusal
from qaboard.services.moderation.purge import purge as purge_posts
from qaboard.services.moderation.purge import undo_purge
from qaboard.services.moderation.user_management import OPERATOR
from qaboard.services.site.due_deletions import close_due_accounts


@click.group()
def user() -> None:
    """Manage single accounts.

    \b
        qaboard user activate minji
        qaboard -c production.ini user reset-link minji
        qaboard -c production.ini user purge minji
    """


def find_user(session: Session, name: str) -> User:
    """The user of a name.

    :raises click.ClickException: when there is none.
    """
    found = session.scalar(select(User).where(User.username_key == username_key(name)))
    if found is None:
        raise click.ClickException(f"User {name} not found.")
    return found


def find_open_user(session: Session, name: str) -> User:
    """The same, for what a closed account needs no more.

    :raises click.ClickException: when there is none, or the account is closed.
    """
    found = find_user(session, name)
    if found.closed_at is not None:
        raise click.ClickException(f"The account of {name} is deleted.")
    return found


@user.command()
@click.argument("name")
@pass_command_context
def activate(board: CommandContext, name: str) -> None:
    """Create an email confirmation link for user NAME.

    Send it to the user. It works once, for a day.
    """
    with board.session(writes=True) as session:
        found = find_open_user(session, name)
        if found.email_verified_at is not None:
            raise click.ClickException(f"The address of {name} is already confirmed.")
        token = issue_address_token(session, found, found.email)
        if token is None:
            raise click.ClickException(f"Another account has confirmed the address of {name}.")
        record_event(
            session,
            EventKind.LINK_MADE,
            user_id=found.id,
            actor_id=None,
            is_administrative=True,
            purpose="verify_email",
        )
    click.echo(link_to(board.settings, "/verify-email", token=token))


@user.command()
@click.argument("name")
@pass_command_context
def reset_link(board: CommandContext, name: str) -> None:
    """Create a password reset link for user NAME.

    Send it to the user and to nobody else. It works once, for 10 minutes.
    """
    with board.session(writes=True) as session:
        found = find_open_user(session, name)
        token = issue_reset_token(session, found, email=None)
        record_event(
            session,
            EventKind.LINK_MADE,
            user_id=found.id,
            actor_id=None,
            is_administrative=True,
            purpose="reset_password",
        )
    click.echo(link_to(board.settings, "/reset-password", token=token))


@user.command()
@pass_command_context
def close_due(board: CommandContext) -> None:
    """Delete accounts whose grace period has ended.

    The board does so by itself, about once an hour while it has visitors. This does it now.
    """
    closed = close_due_accounts(board.engine)
    click.echo(f"Deleted {closed:,} accounts.")


@user.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Restore the posts and lift the suspension.")
@pass_command_context
def purge(board: CommandContext, name: str, undo: bool) -> None:
    """Delete all posts of an account as spam.

    The account is also logged out everywhere and suspended indefinitely. With --undo the posts are
    restored and the suspension is lifted. Posts that the author deleted stay deleted. If the
    command is interrupted, run it again, or wait for the hourly maintenance of the board.

    \b
        qaboard user purge NAME
        qaboard -c production.ini user purge NAME --undo
    """
    with board.session(writes=False) as session:
        account = find_user(session, name)
        user_id, name = account.id, account.username
    try:
        act = undo_purge if undo else purge_posts
        with database_errors_as_sentences():
            posts = act(board.engine, user_id, actor=OPERATOR)
    except Refusal as refusal:
        raise click.ClickException(refusal_sentence(refusal)) from refusal
    if undo:
        click.echo(f"Restored {posts:,} posts by {name}.")
    else:
        click.echo(f"Deleted {posts:,} posts by {name} as spam and suspended {name} indefinitely.")


@user.command()
@click.argument("name")
@pass_command_context
def remove_factors(board: CommandContext, name: str) -> None:
    """Remove all two-factor methods of user NAME.

    For a user who has lost the app, the passkeys and the recovery codes. Check who is asking:
    anyone who knows the password can log in afterwards. The user is logged out everywhere and
    notified by email.
    """
    with board.session(writes=True) as session:
        found = find_user(session, name)
        if not remove_all_factors(session, found.id):
            raise click.ClickException(f"{found.username} has no two-factor method.")
        end_sessions(session, found.id)
        record_event(
            session,
            EventKind.FACTOR_REMOVED,
            user_id=found.id,
            actor_id=None,
            is_administrative=True,
        )
        name, locale = found.username, found.locale
        # As for every change of factors, to an address that is known to be theirs.
        recipient = found.email if found.email_verified_at is not None else None
    click.echo(f"Two-factor authentication is off for {name}.")
    if recipient:
        board.send_mail(
            "factor_changed",
            recipient=recipient,
            locale=locale,
            username=name,
            sentence=_("A site administrator removed all two-factor methods from your account."),
            device=None,
            address=None,
            link=link_to(board.settings, "/forgot-password"),
        )
