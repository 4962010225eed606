"""Random tokens and their hashes."""

from __future__ import annotations

import pytest

from qaboard.security.tokens import hash_token, new_token


def test_a_token_fits_into_a_cookie_and_an_address_and_is_never_the_same():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert min(map(len, tokens)) >= 43


@pytest.mark.parametrize("token", ["", "한국어", "\ud800", "x" * 10_000])
def test_any_text_that_a_browser_sends_has_a_hash_of_32_bytes(token):
    assert len(hash_token(token)) == 32
    assert hash_token(token) != hash_token(f"{token}x")
