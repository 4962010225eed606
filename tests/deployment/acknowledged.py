"""Somebody who writes without pause, and remembers what the board has acknowledged."""

from __future__ import annotations

import http.client
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30
PAUSE_SECONDS = 0.02


@dataclass
class Writer:
    """Answers one question again and again over HTTP, also while the server goes and comes.

    ``acknowledged`` are the texts of the answers after which the board led on to the new answer,
    by their ids; ``refused`` are the statuses of all other answers of the board.
    """

    name: str
    port: int
    question_path: str
    cookies: dict[str, str]
    acknowledged: dict[int, str] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    is_stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.is_stopped.is_set():
            number += 1
            try:
                self._answer(f"{self.name} writes number {number}.")
            except (OSError, http.client.HTTPException):
                # Nobody is there, or they went away while they were asked.
                time.sleep(PAUSE_SECONDS)

    def _answer(self, text: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            if "csrf_token" not in self.cookies:
                self._take_token(connection)
            fields = {"csrf_token": self.cookies["csrf_token"], "body": text}
            response = self._send(connection, "POST", f"{self.question_path}answers/", fields)
            location = response.getheader("Location", "")
            found = re.fullmatch(r"answer-(\d+)", urlsplit(location).fragment)
            if response.status == 303 and found:
                self.acknowledged[int(found[1])] = text
            else:
                self.refused.append(response.status)
        finally:
            connection.close()

    def _take_token(self, connection: http.client.HTTPConnection) -> None:
        response = self._send(connection, "GET", self.question_path)
        if response.status != 200:
            self.refused.append(response.status)
            raise http.client.HTTPException(response.status)
        name, _, value = response.getheader("Set-Cookie").partition(";")[0].partition("=")
        token = re.search(r'name="csrf_token" value="(\w+)"', self.page)[1]
        self.cookies |= {name: value, "csrf_token": token}

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        fields: dict[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        cookies = {name: value for name, value in self.cookies.items() if name != "csrf_token"}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        response = connection.getresponse()
        self.page = response.read().decode()
        return response
