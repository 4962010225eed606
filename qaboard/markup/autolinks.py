"""Bare addresses in running text: where does ``https://...`` end?

- White space, double quotes, brackets other than round ones, backslashes, backticks, ``|``, ``^``,
  a doubled ``**`` or ``~~``, symbols and punctuation beyond ASCII, and an escaped ``&lt;``,
  ``&gt;`` or ``&quot;`` end it.
- A Hangul, Kana or Han character belongs to it only at the start of a part, that is after one of
  ``/ ? # = & . - _ + : , ; ( % @``, and after another such character.  So a particle written
  directly after the address, ``https://example.com/a에서``, is text, while
  ``https://ko.wikipedia.org/wiki/커피`` is whole.
- A run of Hangul at the very end that follows a slash and is nothing but a common particle,
  ``https://example.com/에서``, is text too.
- Punctuation at the end is text, and so are closing parentheses without an opening one.
"""

import re

BARE = "bare"
"""The class of a link that shows its own address: on paper it is not written once more."""

_CJK = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"

_ADDRESS = re.compile(
    r"[hH][tT][tT][pP][sS]?://"
    r"(?=[^\W_])"
    r"(?:"
    r"(?!\*\*|~~|&(?:lt|gt|quot|nbsp|\#\w{1,7});)[A-Za-z0-9\-._~:/?\#@!$&'()*+,;=%]"
    rf"|(?<=[/?\#=&.\-_+:,;(%@{_CJK}])[{_CJK}]"
    rf"|(?![\x00-\x7f{_CJK}])\w"
    # Greedy and not possessive: Python 3.11.2, that of Debian 12, repeats these alternatives
    # wrongly when it may not give back. Nothing follows, so there is nothing to give back for.
    r")+"
)
_PARTICLE_AFTER_SLASH = re.compile(
    "(?<=/)(?:은|는|이|가|을|를|의|에|로|와|과|도|만|에서|에는|에도|으로|에게|까지|부터|처럼|보다"
    "|라고|이나|이며|이고|입니다|이다|에서는|으로는)$"
)
_TRAILING = frozenset("?!.,:;'*_~")


def bare_address_end(text: str, position: int) -> int | None:
    """Return where the address that starts at `position` ends, or None if there is none."""
    match = _ADDRESS.match(text, position)
    if not match:
        return None
    address = match[0]
    unpaired = address.count(")") - address.count("(")
    length = len(address)
    while length:
        last = address[length - 1]
        if last == ")" and unpaired > 0:
            unpaired -= 1
        elif last not in _TRAILING:
            break
        length -= 1
    address = _PARTICLE_AFTER_SLASH.sub("", address[:length])
    # Trimming may have eaten into the scheme: "https://" alone is text.
    return position + len(address) if len(address) > len("https://") else None
