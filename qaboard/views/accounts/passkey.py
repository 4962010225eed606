"""Passkeys in one's settings, and the forms that send what a passkey has signed."""

from __future__ import annotations

from typing import Any

import colander
import deform
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from qaboard.http.devices import describe_device
from qaboard.http.numbers import parse_natural_number
from qaboard.i18n import _
from qaboard.models import EventKind, Passkey, User
from qaboard.resources import AccountResource
from qaboard.schemas.accounts.passkey import AddPasskeySchema, UsePasskeySchema
from qaboard.security.passkeys import load_library, relying_party
from qaboard.security.permissions import Permission
from qaboard.services.accounts.two_factor.passkey import (
    PasskeyRefused,
    add_passkey,
    begin_adding,
    begin_use,
    list_passkeys,
    remove_passkey,
    use_passkey,
)
from qaboard.services.accounts.two_factor.verification import (
    Factor,
    first_recovery_codes,
    second_factors,
    tidy_factors,
)
from qaboard.views.accounts.two_factor_changes import (
    Notice,
    answer_with_codes,
    note_refused_passkey,
    record,
    renew_login,
    tell,
)

PAGE = "passkeys"


def create_passkey_form(
    request: Request,
    schema: colander.Schema,
    *,
    submit_title,
    options_path: str,
    values: dict[str, Any],
) -> deform.Form:
    """A form that a script fills in.

    :param options_path: the address that says, as JSON, what the device is to be asked.
    """
    form = request.create_form(schema, name="passkey", submit_title=submit_title, values=values)
    form.options_path = options_path
    return form


def create_use_form(
    request: Request, *, submit_title, options_path: str, next_address: str
) -> deform.Form:
    """A form to prove by a passkey who one is."""
    return create_passkey_form(
        request,
        UsePasskeySchema(),
        submit_title=submit_title,
        options_path=options_path,
        values={"next": next_address},
    )


def options_for_use(request: Request, user_id: int | None) -> dict[str, Any]:
    """What a device is to be asked.

    :param user_id: whose passkeys will do; ``None`` for anybody's.
    """
    party = relying_party(request.registry["settings"])
    load_library()
    request.begin_writing()
    return begin_use(request.dbsession, party, user_id)


def check_passkey(request: Request, credential: str, user_id: int | None) -> User:
    """Who has proved by a passkey that they are there.

    :param user_id: as it was for `options_for_use`.
    :raises PasskeyRefused: when nobody has.
    """
    party = relying_party(request.registry["settings"])
    load_library()
    request.begin_writing()
    try:
        return use_passkey(request.dbsession, party, user_id, credential=credential)
    except PasskeyRefused as refusal:
        note_refused_passkey(request, refusal)
        raise


@view_defaults(
    context=AccountResource,
    name=PAGE,
    permission=Permission.MANAGE_ACCOUNT,
    renderer="accounts/passkeys.jinja2",
    recent_authentication=True,
)
class PasskeysView:
    def __init__(self, context: AccountResource, request) -> None:
        self.context = context
        self.request = request
        device = request.localizer.translate(describe_device(request.client.user_agent))
        self.form = create_passkey_form(
            request,
            AddPasskeySchema(),
            submit_title=_("Add a passkey"),
            options_path=request.resource_path(context, "passkey-options"),
            values={"name": device[: Passkey.NAME_MAX_CHARACTERS]},
        )

    @view_config(request_method="GET")
    def show(self):
        request = self.request
        return {
            "form": self.form,
            "passkeys": list_passkeys(request.dbsession, request.identity.user_id),
        }

    @view_config(request_method="POST", require_csrf=False)
    def submit(self):
        return self.request.submit_form(self.form, self.add, self.show)

    def add(self, values):
        request = self.request
        session, user_id = request.dbsession, request.identity.user_id
        load_library()
        request.begin_writing()
        before = second_factors(session, user_id)
        passkey = add_passkey(
            session,
            relying_party(request.registry["settings"]),
            user_id,
            name=values["name"],
            credential=values["credential"],
        )
        factor = {"factor": Factor.PASSKEY.value, "name": passkey.name}
        record(request, EventKind.FACTOR_ADDED, user_id, **factor)
        tell(request, session.get_one(User, user_id), Notice.PASSKEY_ADDED)
        request.flash(_("Passkey added. You can now log in with it."))
        codes = first_recovery_codes(session, user_id, before)
        return answer_with_codes(request, codes, request.resource_path(self.context, PAGE))


@view_config(
    context=AccountResource,
    name="passkey-options",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    renderer="json",
    recent_authentication=PAGE,
)
def show_creation_options(_context: AccountResource, request):
    """What the device is to be asked for a new passkey."""
    load_library()
    request.begin_writing()
    user = request.dbsession.get_one(User, request.identity.user_id)
    return begin_adding(request.dbsession, relying_party(request.registry["settings"]), user)


@view_config(
    context=AccountResource,
    name="remove-passkey",
    permission=Permission.MANAGE_ACCOUNT,
    request_method="POST",
    recent_authentication=PAGE,
)
def remove_own_passkey(context: AccountResource, request):
    """Forget a passkey; one of somebody else is none of ours."""
    location = request.resource_path(context, PAGE)
    session, user_id = request.dbsession, request.identity.user_id
    try:
        passkey_id = parse_natural_number(request.POST.get("passkey", ""))
    except ValueError:
        passkey_id = 0
    request.begin_writing()
    name = remove_passkey(session, user_id, passkey_id)
    if name is None:
        return HTTPSeeOther(location)
    tidy_factors(session, user_id)
    factor = {"factor": Factor.PASSKEY.value, "name": name}
    record(request, EventKind.FACTOR_REMOVED, user_id, **factor)
    tell(request, session.get_one(User, user_id), Notice.PASSKEY_REMOVED)
    request.flash(_("Passkey removed."))
    return HTTPSeeOther(location, headers=renew_login(request))
