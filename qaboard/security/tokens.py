"""Random tokens that stand for somebody: the browser holds one, the database its hash."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """A token for a login: 256 random bits as text for a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """What is stored of a token. It is random and long, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
