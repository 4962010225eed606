"""Addresses of links and images: which are allowed, judged as a browser would read them.

The rules a browser follows are those of the WHATWG URL standard: it drops white space and control
characters at both ends, drops tabs and line ends anywhere, and takes a backslash for a slash.
"""

import re
from collections.abc import Collection
from urllib.parse import quote

LINK_SCHEMES = frozenset({"http", "https", "mailto"})

# An address longer than this is not a link.  It also bounds what one scan of an address costs.
LONGEST_ADDRESS = 2_000

OWN_IMAGE_FOLDERS = ("/static/",)
"""Where this site has pictures.  Its pages are none: opening one as a picture counts as a search,
or takes a message that somebody was to read."""

_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Everything printable in ASCII that an attribute or a URL may hold is left as it is, and so are
# letters beyond ASCII: browsers show and send those correctly, and they stay readable.
_TO_QUOTE = re.compile(
    '[ "<>\\\\^`{|}\u0085\u00a0\u1680\u2000-\u200f\u2028-\u202f'
    "\u205f-\u206f\u3000\ufeff\ufff0-\uffff]"
)
_ABSOLUTE = re.compile(r"([Hh][Tt][Tt][Pp][Ss]?)://([A-Za-z0-9.\-]+)(?::([0-9]{1,5}))?(?:[/?#].*)?")
_DEFAULT_PORT = {"http": "80", "https": "443"}


def _quote_one(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="replace")


def link_address(address: str) -> str | None:
    """Return the ``href`` for `address`, or None when no link may lead there.

    Allowed are http, https and mailto, and addresses without a scheme.  An address with a
    control character, a tab or a line end is refused whole: browsers drop some of them, which
    is how ``java\\nscript:`` becomes a scheme.
    """
    address = address.strip(" ")
    if not address or len(address) > LONGEST_ADDRESS or _INVISIBLE.search(address):
        return None
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].lower() not in LINK_SCHEMES:
        return None
    return _TO_QUOTE.sub(_quote_one, address)


def image_address(address: str, image_hosts: Collection[str]) -> str | None:
    """Return the ``src`` for `address`, or None when the image may not be shown from there.

    A hot-linked image tells its host who reads the page, so an image comes from this site (a path
    in one of `OWN_IMAGE_FOLDERS`, without dots to leave it) or from one of `image_hosts`.  Only
    the plain spelling ``http(s)://host[:port]/...`` of another host is accepted; a user name, an
    escaped or non-ASCII host or a backslash is refused rather than interpreted.

    Arguments:
        address: the address as written, entities and escapes already decoded.
        image_hosts: lower-case host names (international ones in their ``xn--`` form), with
            ``:port`` when the port is not the scheme's own.
    """
    quoted = link_address(address)
    if quoted is None or "\\" in address:
        return None
    if quoted.startswith("/"):
        segments = re.split("[?#]", quoted, maxsplit=1)[0].split("/")
        leaves_folder = any(_DOTS.fullmatch(segment) for segment in segments)
        return quoted if quoted.startswith(OWN_IMAGE_FOLDERS) and not leaves_folder else None
    absolute = _ABSOLUTE.fullmatch(quoted)
    if not absolute:
        return None
    scheme, host, port = absolute[1].lower(), absolute[2].lower(), absolute[3]
    if port and port != _DEFAULT_PORT[scheme]:
        host = f"{host}:{port}"
    return quoted if host in image_hosts else None
