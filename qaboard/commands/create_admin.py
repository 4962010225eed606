"""``qaboard create-admin``: the first account that may do everything."""

from __future__ import annotations

import getpass
import os
import warnings

import click
import colander
from sqlalchemy import select
from sqlalchemy.orm import Session

from qaboard.commands.context import (
    CommandContext,
    pass_command_context,
    refusal_sentence,
)
from qaboard.models import EventKind, Role, User, email_key, username_key
from qaboard.schemas.fields import new_email_field, new_password_field, username_field
from qaboard.services.accounts.password import check_new_password
from qaboard.services.accounts.two_factor.verification import has_second_factor
from qaboard.services.accounts.user import sign_up
from qaboard.services.errors import Refusal
from qaboard.services.moderation.user_management import (
    OPERATOR,
    change_role,
    record_act,
)

PASSWORD_VARIABLE = "QABOARD_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable


@click.command()
@click.argument("name")
@click.argument("email", required=False)
@click.option("--promote", is_flag=True, help="Make user NAME an administrator.")
@pass_command_context
def create_admin(board: CommandContext, name: str, email: str | None, promote: bool) -> None:
    """Create an administrator, or promote a user.

    The command asks for the password twice and does not show it. A script can set
    QABOARD_ADMIN_PASSWORD in the environment instead. With --promote the account keeps its password
    and is logged out everywhere. An EMAIL is then only compared with that of the account.

    \b
        qaboard create-admin 관리자 admin@example.com
        qaboard -c production.ini create-admin --promote minji
    """
    name = _check(username_field(), name)
    if email is not None:
        email = _check(new_email_field(), email)
    if promote:
        with board.session(writes=True) as session:
            is_changed = _promote(session, name, email)
        click.echo(
            f"{name} is now an administrator."
            if is_changed
            else f"{name} is already an administrator."
        )
        _tell_of_second_factor(board, name)
        return
    if email is None:
        raise click.UsageError("A new account needs an EMAIL. With --promote it is optional.")
    # Asked before the password, so that nobody thinks of one in vain.
    with board.session(writes=False) as session:
        if _find_user(session, name):
            raise click.ClickException(
                f"User {name} already exists. Add --promote to make this user an administrator."
            )
    password = _ask_password()
    with board.session(writes=True) as session:
        try:
            check_new_password(
                password, username=name, email=email, site_name=board.settings.site_name
            )
            password_hash = board.passwords.hash(password)
            user = sign_up(
                session,
                username=name,
                email=email,
                password_hash=password_hash,
                role=Role.ADMIN,
                is_verified=True,
            )
            record_act(session, EventKind.ROLE_CHANGE, user, OPERATOR, to=str(Role.ADMIN))
        except Refusal as refusal:
            raise click.ClickException(refusal_sentence(refusal)) from refusal
    click.echo(f"{name} is an administrator and can now log in.")
    _tell_of_second_factor(board, name)


def _tell_of_second_factor(board: CommandContext, name: str) -> None:
    """Say what an admin still needs on a board that asks for it."""
    if not board.settings.accounts.staff_second_factor:
        return
    with board.session(writes=False) as session:
        if has_second_factor(session, _find_user(session, name).id):
            return
    click.echo(
        f"Until {name} turns on two-factor authentication in the settings, the account has member "
        "permissions only."
    )


def _find_user(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.username_key == username_key(name)))


def _promote(session: Session, name: str, email: str | None) -> bool:
    """Make somebody an admin.

    :return: whether that changed anything.
    :raises click.ClickException: when there is no such user, or another one.
    """
    user = _find_user(session, name)
    if user is None:
        raise click.ClickException(f"User {name} not found. Run without --promote to create it.")
    if email is not None and user.email != email_key(email):
        raise click.ClickException(
            f"User {name} has a different email address. Nothing was changed."
        )
    try:
        return change_role(session, user.id, Role.ADMIN, actor=OPERATOR)
    except Refusal as refusal:
        raise click.ClickException(refusal_sentence(refusal)) from refusal


def _ask_password() -> str:
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is not None:
        return _check(new_password_field(), password, name=PASSWORD_VARIABLE)
    # Older versions of click do not say what was wrong with hidden input, so the limits stand in
    # the question.
    minimum, maximum = User.PASSWORD_MIN_CHARACTERS, User.PASSWORD_MAX_CHARACTERS
    with warnings.catch_warnings():
        # Python would go on and show what is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return click.prompt(
                f"Password ({minimum} to {maximum} characters)",
                hide_input=True,
                confirmation_prompt="Confirm password",
                value_proc=lambda value: _check(new_password_field(), value),
                err=True,
            )
        except getpass.GetPassWarning as warning:
            raise click.ClickException(
                f"There is no terminal to ask for the password. Set {PASSWORD_VARIABLE} in the "
                "environment."
            ) from warning


def _check(field: colander.SchemaNode, value: str, *, name: str | None = None) -> str:
    """A value as the sign-up form would take it.

    :param name: what to call it when it is refused; by default as the form calls it.
    :raises click.ClickException: with the form's own sentence, when it would refuse it.
    """
    try:
        return field.deserialize(value)
    except colander.Invalid as error:
        # A field of its own has no messages but its own, and those are translation strings.
        sentence = " ".join(message.interpolate() for message in error.messages())
        raise click.UsageError(f"{name or field.title}: {sentence}") from error
