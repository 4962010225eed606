"""The only way out of a network namespace: a proxy on its loopback interface."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies

from network import Host

PORT = 3128
URL = f"http://127.0.0.1:{PORT}"
_HEAD_MAX_BYTES = 65_536


@contextmanager
def relay_into(host: Host) -> Iterator[str]:
    """Take requests in a namespace and make the connections for them outside it.

    :return: the URL of the proxy in the namespace.
    """
    with ThreadPoolExecutor(1, initializer=host.enter) as pool:
        # A socket stays in the namespace in which it was made, whichever thread uses it.
        server = pool.submit(socket.create_server, ("127.0.0.1", PORT)).result()
    with closing(server):
        Thread(target=_serve, args=(server,), daemon=True).start()
        yield URL
        with suppress(OSError):
            # What waits in accept() is not woken by close() alone.
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _address = server.accept()
            Thread(target=_relay, args=(client,), daemon=True).start()


def _relay(client: socket.socket) -> None:
    with closing(client), suppress(OSError, ValueError):
        head = b""
        while b"\r\n\r\n" not in head:
            received = client.recv(_HEAD_MAX_BYTES)
            if not received or len(head) > _HEAD_MAX_BYTES:
                return
            head += received
        method, target, _ = head.split(b" ", 2)
        is_tunnel = method == b"CONNECT"
        asked = urlsplit(f"//{target.decode()}" if is_tunnel else target.decode())
        upstream = _proxy_of_this_machine("https" if is_tunnel else "http")
        place = upstream or asked
        with socket.create_connection((place.hostname, place.port or 80), 60) as server:
            if is_tunnel and upstream is None:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                server.sendall(head.split(b"\r\n\r\n", 1)[1])
            else:
                # A server, too, takes a request with a whole URL (RFC 9112, 3.2.2).
                server.sendall(head)
            server.settimeout(None)
            back = Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, destination: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65_536):
            destination.sendall(received)
    with suppress(OSError):
        destination.shutdown(socket.SHUT_WR)


def _proxy_of_this_machine(scheme: str):
    """The proxy that this machine itself needs, by its environment or apt's settings."""
    url = getproxies().get(scheme)
    if url is None:
        asked = ["apt-config", "shell", "URL", f"Acquire::{scheme}::Proxy"]
        told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        url = told.partition("=")[2].strip().strip("'")
    return urlsplit(url) if url and url.startswith("http://") else None
