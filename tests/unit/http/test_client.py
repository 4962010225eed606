"""Network addresses of clients, and how much of them is kept."""

from __future__ import annotations

import ipaddress

import pytest

from qaboard.http.client import (
    client,
    is_within,
    kept_address,
    network_address,
    network_of,
    rate_limited_address,
)
from qaboard.settings import ClientAddresses

FULL, NETWORK, NONE = ClientAddresses.FULL, ClientAddresses.NETWORK, ClientAddresses.NONE


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"REMOTE_ADDR": "192.0.2.7"}, "192.0.2.7"),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, "192.0.2.7"),
        ({"REMOTE_ADDR": "[2001:db8::1]:4711"}, "2001:db8::1"),
        ({"REMOTE_ADDR": "::ffff", "REMOTE_PORT": "192.0.2.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": None}, ""),
        ({}, ""),
    ],
)
def test_the_address_is_the_one_that_the_server_says(environ, address):
    assert network_address(environ) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("localhost", "localhost"),
    ],
)
def test_a_network_is_what_is_kept_of_an_address(address, network):
    assert network_of(address, ipv4_bits=24, ipv6_bits=48) == network
    assert kept_address(address, NETWORK) == network


def test_an_address_is_kept_whole_or_not_at_all_where_the_settings_say_so():
    assert kept_address("2001:db8::1", FULL) == "2001:db8::1"
    assert kept_address("2001:db8::1", NONE) is None
    assert kept_address("", FULL) is None


def test_one_subscriber_of_ipv6_is_counted_as_one(make_request):
    def counted(address: str) -> str:
        return rate_limited_address(make_request(environ={"REMOTE_ADDR": address}))

    assert counted("2001:db8::1") == counted("2001:db8::ffff:2") != counted("2001:db8:0:1::1")
    assert counted("192.0.2.1") != counted("192.0.2.2")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_an_address_is_within_a_network(address, expected):
    assert is_within(address, [ipaddress.ip_network("10.0.0.0/8")]) is expected


def test_a_client_has_the_printable_ascii_of_its_user_agent(make_request):
    request = make_request(
        environ={"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": "Fire\tfox\xe9" + "x" * 500}
    )
    found = client(request)
    assert found.address == "192.0.2.7"
    assert found.user_agent.startswith("Firefoxx")
    assert len(found.user_agent) == 300
    assert client(make_request()).user_agent is None
