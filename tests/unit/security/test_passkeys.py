"""The site as devices know it."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature

import pytest
from webauthn import verify_registration_response

from qaboard.security.passkeys import creation_options, relying_party


@pytest.mark.parametrize(
    ("address", "site", "origin"),
    [
        ("https://board.example.com", "board.example.com", "https://board.example.com"),
        ("https://board.example.com:443", "board.example.com", "https://board.example.com"),
        ("https://board.example.com:8443", "board.example.com", "https://board.example.com:8443"),
        ("http://localhost:6543", "localhost", "http://localhost:6543"),
        ("http://localhost:80", "localhost", "http://localhost"),
    ],
)
def test_its_domain_and_origin(app, address, site, origin):
    party = relying_party(replace(app.registry["settings"], site_address=address))
    assert (party.id, party.origin) == (site, origin)


def test_the_algorithms_it_takes(app):
    options = creation_options(
        relying_party(app.registry["settings"]),
        user_id=1,
        username="alex",
        challenge="AAAA",
        known_credentials=(),
    )
    # EdDSA, ES256 and RS256 (RFC 9053, section 2, and RFC 8812).
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    # What a device makes is held against the same list.
    (default,) = (
        parameter.default
        for name, parameter in signature(verify_registration_response).parameters.items()
        if name == "supported_pub_key_algs"
    )
    assert default == [-8, -7, -257]
