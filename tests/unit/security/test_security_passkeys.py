"""The site as devices know it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qaboard.security.passkeys import relying_party


@pytest.mark.parametrize(
    ("address", "site", "origin"),
    [
        ("https://board.example.com", "board.example.com", "https://board.example.com"),
        ("https://board.example.com:443", "board.example.com", "https://board.example.com"),
        ("https://board.example.com:8443", "board.example.com", "https://board.example.com:8443"),
        ("http://localhost:6543", "localhost", "http://localhost:6543"),
        ("http://localhost:80", "localhost", "http://localhost"),
        ("https://게시판.example", "xn--o79a463btol.example", "https://xn--o79a463btol.example"),
    ],
)
def test_its_domain_and_origin(app, address, site, origin):
    party = relying_party(replace(app.registry["settings"], site_address=address))
    assert (party.id, party.origin) == (site, origin)
