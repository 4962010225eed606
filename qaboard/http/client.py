"""Client IP address, truncated as configured."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyramid.request import Request

from qaboard.models import UserSession
from qaboard.settings import ClientAddresses
from qaboard.settings.reading import Network

IPV6_SUBSCRIBER_BITS = 64
"""What one subscriber gets at least (RFC 6177); each of its addresses is a moment's work."""
IPV4_NETWORK_BITS = 24
IPV6_NETWORK_BITS = 48


@dataclass(frozen=True, slots=True)
class Client:
    """A client as it is stored: ``address`` is what the settings leave of its network address."""

    address: str | None = None
    user_agent: str | None = None


def network_of(address: str, *, ipv4_bits: int, ipv6_bits: int) -> str:
    """The network an address is in, such as ``192.0.2.0/24``; what is no address stays as it is.

    :param ipv4_bits: the length of the prefix for IPv4, 0 to 32.
    :param ipv6_bits: the same for IPv6, 0 to 128.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = ipv4_bits if parsed.version == 4 else ipv6_bits
    network = ipaddress.ip_network((parsed, bits), strict=False)
    return str(parsed) if bits == parsed.max_prefixlen else str(network)


def network_address(environ: dict[str, Any]) -> str:
    """The network address of a client; empty where there is none.

    It is what the server says (``REMOTE_ADDR``): waitress replaces it only by what a trusted
    proxy has sent. WebOb's ``client_addr`` would believe any client's ``X-Forwarded-For``.
    """
    address = environ.get("REMOTE_ADDR") or ""
    if address == "::ffff":
        # waitress takes the end of ::ffff:192.0.2.1 for a port. So a proxy names a client that
        # came by IPv4 to a socket that is for IPv6 too.
        return environ.get("REMOTE_PORT", address)
    # It leaves the port of [2001:db8::1]:4711, which is another one for each connection.
    return address[1:].partition("]")[0] if address.startswith("[") else address


def rate_limited_address(request: Request) -> str:
    """The address under which a client is counted: of IPv6, the network of one subscriber."""
    address = network_address(request.environ)
    return network_of(address, ipv4_bits=32, ipv6_bits=IPV6_SUBSCRIBER_BITS)


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of these networks; what is no address is in none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)


# For each line of the access log; parsing takes longer than the rest of it.
@lru_cache(maxsize=1000)
def kept_address(address: str | None, kept: ClientAddresses) -> str | None:
    """What is kept of a network address."""
    if not address or kept is ClientAddresses.NONE:
        return None
    bits = (32, 128)
    if kept is ClientAddresses.NETWORK:
        bits = (IPV4_NETWORK_BITS, IPV6_NETWORK_BITS)
    shown = network_of(address, ipv4_bits=bits[0], ipv6_bits=bits[1])
    return shown[: UserSession.ADDRESS_MAX_CHARACTERS]


def client(request: Request) -> Client:
    """The client of a request."""
    user_agent = request.user_agent or ""
    printable = "".join(c for c in user_agent if c.isascii() and c.isprintable())
    return Client(
        kept_address(
            network_address(request.environ), request.registry["settings"].client_addresses
        ),
        printable[: UserSession.USER_AGENT_MAX_CHARACTERS] or None,
    )


def includeme(config) -> None:
    config.add_request_method(client, reify=True)
