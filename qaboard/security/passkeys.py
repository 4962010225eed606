"""The protocol of passkeys (WebAuthn): what a browser is asked, and whether its answer is genuine.

Every passkey can be found by the device itself, and the device makes sure that its owner is there
(by a fingerprint, a face or a PIN): so it is both something one has and something one is or knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qaboard.settings import Settings

if TYPE_CHECKING:
    from webauthn.helpers.structs import (
        AuthenticationCredential,
        PublicKeyCredentialDescriptor,
        RegistrationCredential,
    )

TIMEOUT_MILLISECONDS = 5 * 60 * 1000
USER_HANDLE_BYTES = 8
USUAL_PORTS = {"http": 80, "https": 443}


class BadCredential(Exception):
    """What was sent is no answer of a device to this challenge, by this key, for this site."""


class CounterWentBack(BadCredential):
    """The signature is right, but its number was used before: there may be a copy of the key."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This site, as devices know it: a domain, the name they show, and the origin of its pages."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


def _webauthn() -> ModuleType:
    """The library, imported when somebody first uses a passkey: it takes 14 MB."""
    import webauthn.helpers.structs

    return webauthn


def load_library() -> None:
    """Import what the first use of a passkey takes its time for."""
    _webauthn()


def relying_party(settings: Settings) -> RelyingParty:
    """This site according to its settings, spelled as browsers spell it (HTML, section 7.1.1)."""
    parts = urlsplit(settings.site_address)
    is_usual_port = parts.port in (None, USUAL_PORTS[parts.scheme])
    origin = f"{parts.scheme}://{parts.hostname}" + ("" if is_usual_port else f":{parts.port}")
    return RelyingParty(id=parts.hostname, name=settings.site_name, origin=origin)


def user_handle(user_id: int) -> bytes:
    """The name of an account on devices: its number, which is in the address of its profile too."""
    return user_id.to_bytes(USER_HANDLE_BYTES, "big")


def creation_options(
    party: RelyingParty,
    *,
    user_id: int,
    username: str,
    challenge: str,
    known_credentials: Iterable[bytes],
) -> dict[str, Any]:
    """What a browser is asked for a new passkey, fit for JSON.

    :param challenge: a random text in base 64 (URL).
    :param known_credentials: the passkeys of the user; a device that has one makes no second.
    """
    webauthn = _webauthn()
    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user_handle(user_id),
        user_name=username,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=TIMEOUT_MILLISECONDS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known_credentials),
    )
    return webauthn.helpers.options_to_json_dict(options)


def request_options(
    party: RelyingParty, *, challenge: str, allowed_credentials: Iterable[bytes]
) -> dict[str, Any]:
    """What a browser is asked for the use of a passkey, fit for JSON.

    :param allowed_credentials: the passkeys that will do; none for any of this site.
    """
    webauthn = _webauthn()
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=TIMEOUT_MILLISECONDS,
        allow_credentials=_descriptors(allowed_credentials),
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.helpers.options_to_json_dict(options)


def _descriptors(credential_ids: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    descriptor = _webauthn().helpers.structs.PublicKeyCredentialDescriptor
    return [descriptor(id=credential_id) for credential_id in credential_ids]


def parse_creation(credential: str) -> RegistrationCredential:
    """The answer of a browser to `creation_options`.

    :param credential: JSON.
    :raises BadCredential: when it is something else.
    """
    return _guarded(_webauthn().helpers.parse_registration_credential_json, credential)


def parse_use(credential: str) -> AuthenticationCredential:
    """The answer of a browser to `request_options`.

    :param credential: JSON.
    :raises BadCredential: when it is something else.
    """
    return _guarded(_webauthn().helpers.parse_authentication_credential_json, credential)


def challenge_of(credential: RegistrationCredential | AuthenticationCredential) -> str:
    """The challenge that was answered.

    :raises BadCredential: when there is none.
    """
    helpers = _webauthn().helpers
    client_data = _guarded(helpers.parse_client_data_json, credential.response.client_data_json)
    return helpers.bytes_to_base64url(client_data.challenge)


def verify_creation(
    party: RelyingParty, credential: RegistrationCredential, *, challenge: str
) -> NewPasskey:
    """The new passkey.

    :raises BadCredential: when the answer is not genuine.
    """
    webauthn = _webauthn()
    verified = _guarded(
        webauthn.verify_registration_response,
        credential=credential,
        expected_challenge=webauthn.base64url_to_bytes(challenge),
        expected_rp_id=party.id,
        expected_origin=party.origin,
        require_user_verification=True,
    )
    return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def verify_use(
    party: RelyingParty,
    credential: AuthenticationCredential,
    *,
    challenge: str,
    public_key: bytes,
    sign_count: int,
) -> int:
    """Check what a passkey has signed.

    :param sign_count: the number that came with its last signature.
    :return: the number that came with this one; devices that do not count send 0.
    :raises CounterWentBack: when that number is not greater.
    :raises BadCredential: when the answer is not genuine.
    """
    webauthn = _webauthn()
    verified = _guarded(
        webauthn.verify_authentication_response,
        credential=credential,
        expected_challenge=webauthn.base64url_to_bytes(challenge),
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=public_key,
        # The library looks at the number before the signature; a number that nobody signed
        # says nothing about copies.
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    new_count = verified.new_sign_count
    if (new_count or sign_count) and new_count <= sign_count:
        raise CounterWentBack
    return new_count


def _guarded(function, *arguments, **named):
    """Call the library, which lets errors of many kinds out when an answer is malformed."""
    try:
        return function(*arguments, **named)
    except Exception as error:
        raise BadCredential(str(error)) from error
