"""Whoever reads and writes on the site over HTTPS: a browser with cookies, without the rest."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode

from site_in_directory import DOMAIN, Site


class Connection(http.client.HTTPSConnection):
    """A connection to the site on the loopback interface, under its real name."""

    def __init__(self, port: int, tls: ssl.SSLContext, source: str = "127.0.0.1") -> None:
        super().__init__(DOMAIN, timeout=60, context=tls)
        self.address = ("127.0.0.1", port)
        self.source = (source, 0)
        self.tls = tls

    def connect(self) -> None:
        plain = socket.create_connection(self.address, self.timeout, self.source)
        self.sock = self.tls.wrap_socket(plain, server_hostname=DOMAIN)


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Reader:
    """One reader; each request has a connection of its own."""

    site: Site
    language: str = "en"
    source: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        if self.language:
            headers.setdefault("Accept-Language", self.language)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"https://{DOMAIN}"
        with closing(Connection(self.site.https_port, self.site.tls, self.source)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def exchange(self, path: str, lines: str) -> bytes:
        """What comes back for a request with these lines of headers, which may repeat one."""
        with closing(Connection(self.site.https_port, self.site.tls, self.source)) as connection:
            connection.connect()
            head = f"GET {path} HTTP/1.1\r\nHost: {DOMAIN}\r\n{lines}Connection: close\r\n\r\n"
            connection.sock.sendall(head.encode())
            with connection.sock.makefile("rb") as answer:
                return answer.read()

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def token(self, path: str) -> str:
        """The token of the forms on a page."""
        return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(path).text)[1]

    def submit(self, form_path: str, path: str, **fields: str) -> Answer:
        """Open the page of a form, and send the form."""
        fields["csrf_token"] = self.token(form_path)
        return self.send("POST", path, urlencode(fields))

    def log_in(self, user) -> Reader:
        """Have a login of a user, as the form would give it."""
        self.cookies["__Host-login"] = self.site.board.token(user)
        return self
