"""The numbers that stand in addresses: ids of rows and numbers of pages."""

from __future__ import annotations

import re

# ASCII digits without sign or leading zero, at most as many as 2**63 - 1 has.
_NATURAL_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
LARGEST = 2**63 - 1


def parse_natural_number(text: str) -> int:
    """Read a number from 1 to 2**63 - 1, in the one spelling it has.

    ``int()`` would also take the digits of other scripts, signs, spaces, underscores and "007", so
    that one page would have many addresses, and it fails on more than 4,300 digits.

    :raises ValueError: when the text is anything else.
    """
    if not _NATURAL_NUMBER.fullmatch(text) or int(text) > LARGEST:
        raise ValueError("not a natural number in its usual spelling")
    return int(text)
