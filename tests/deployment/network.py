"""Hosts in network namespaces of their own, joined by a switch; a cable can be pulled.

Only root may make them, and not in every container.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import required_program

CLONE_NEWNET = 0x40000000
"""The kind of namespace, from Linux's ``sched.h``."""

ADDRESSES = "10.77.0.{}"


@dataclass(frozen=True)
class Host:
    """A namespace with an address in the network."""

    namespace: str
    address: str
    switch: str
    cable: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What a command begins with that is to run there."""
        return ("ip", "netns", "exec", self.namespace)

    def pull_cable(self) -> None:
        """Cut it off: nothing arrives, and nobody is told."""
        _ip("-n", self.switch, "link", "set", self.cable, "down")

    def plug_cable_in(self) -> None:
        _ip("-n", self.switch, "link", "set", self.cable, "up")

    def enter(self) -> None:
        """Have the calling thread, and no other one, make its connections there."""
        libc = ctypes.CDLL(None, use_errno=True)
        namespace = os.open(Path("/run/netns") / self.namespace, os.O_RDONLY)
        try:
            if libc.setns(namespace, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "the namespace cannot be entered")
        finally:
            os.close(namespace)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def require_namespaces() -> None:
    """Skip the test where none can be made, and say why."""
    required_program("ip", package="iproute2")
    name = f"qaboard-{secrets.token_hex(4)}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"network namespaces cannot be made here: {made.stderr.strip()}")
    _ip("netns", "delete", name)


@contextmanager
def network(*names: str) -> Iterator[dict[str, Host]]:
    """Hosts of these names, until the end of the block."""
    unique = f"qaboard-{secrets.token_hex(4)}"
    switch = f"{unique}-switch"
    with ExitStack() as stack:

        def make_namespace(namespace: str) -> None:
            _ip("netns", "add", namespace)
            # What is in it goes with it.
            stack.callback(_ip, "netns", "delete", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")

        make_namespace(switch)
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        hosts = {}
        for number, name in enumerate(names, 1):
            namespace, cable = f"{unique}-{name}", f"to-{name}"
            make_namespace(namespace)
            peer = ("peer", "name", "cable", "netns", namespace)
            _ip("-n", switch, "link", "add", cable, "type", "veth", *peer)
            _ip("-n", switch, "link", "set", cable, "master", "bridge", "up")
            address = ADDRESSES.format(number)
            _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "cable")
            _ip("-n", namespace, "link", "set", "cable", "up")
            hosts[name] = Host(namespace, address, switch, cable)
        yield hosts
