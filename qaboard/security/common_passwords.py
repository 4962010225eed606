"""The passwords that are tried first by whoever tries to get in."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from qaboard.i18n.normalization import fold


@cache
def _common_passwords() -> str:
    # 10,000 of at least ten characters, folded: shorter ones are refused for their length. Taken
    # from the most frequent ones of public leaks (docs/security.md names the sources).
    # As they stand in the file, one a line: a set of them would take 1 MB more.
    text = (files("qaboard.security") / "common_passwords.txt").read_text(encoding="utf-8")
    return f"\n{text}"


def is_common_password(password: str) -> bool:
    """Whether the password is among the 10,000 most common ones, in whatever case."""
    folded = fold(password)
    return "\n" not in folded and f"\n{folded}\n" in _common_passwords()
