"""Each command of SMTP answered with each class of code, a closed connection, or nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from email.message import Message
from email.utils import make_msgid

import pytest
from scripted_smtp import BEHAVIOURS, STAGES, ScriptedServer

from qaboard.jobs.background import BackgroundWorker
from qaboard.mail import sending
from qaboard.mail.sending import BackgroundTransport, SMTPTransport
from qaboard.settings.mail import Encryption, MailSettings

BAD, GOOD = "bad@example.com", "good@example.com"
ATTEMPTS = 3  # One, and one after each of the delays below.

ONCE = {"copies": 1, "conversations": 1}
LATER = {"copies": 1, "conversations": 2}
NEVER = {"copies": 0, "conversations": ATTEMPTS}
REFUSED = {"copies": 0, "conversations": 1}
UNCLEAR = {"copies": 2, "conversations": 2}


def expected(stage: str, behaviour: str) -> dict[str, int]:
    """What becomes of the mail: copies that the server has read, and conversations about it."""
    if stage == "QUIT":
        # The mail was accepted before.
        return ONCE
    if stage == "mail":
        if behaviour == "4xx":
            # Read each time, and refused each time.
            return {"copies": ATTEMPTS, "conversations": ATTEMPTS}
        return ONCE if behaviour in ("another 2xx", "5xx") else UNCLEAR
    if (stage, behaviour) in {("MAIL", "another 2xx"), ("RCPT", "another 2xx"), ("DATA", "3xx")}:
        # Success, by its first digit.
        return ONCE
    if behaviour == "5xx":
        return REFUSED
    # Before it knows the recipient, the server behaves so in the first conversation only.
    return NEVER if stage in ("RCPT", "DATA") else LATER


def make_mail(recipient: str) -> Message:
    mail = Message()
    mail["To"], mail["Message-ID"] = recipient, make_msgid()
    mail.set_payload("A line.\n.\n.A line with a dot before it.\n")
    return mail


def message_ids(contents: list[bytes]) -> set[bytes]:
    lines = itertools.chain.from_iterable(content.splitlines() for content in contents)
    return {line for line in lines if line.lower().startswith(b"message-id:")}


@pytest.fixture
def worker(monkeypatch) -> Iterator[BackgroundWorker]:
    monkeypatch.setattr(sending, "RETRY_DELAYS_SECONDS", (0.05, 0.05))
    worker = BackgroundWorker("mail")
    yield worker
    worker.close()


def make_transport(server: ScriptedServer, worker: BackgroundWorker) -> BackgroundTransport:
    transport = SMTPTransport(
        MailSettings(
            is_enabled=True,
            sender="board@example.com",
            host="localhost",
            port=server.port,
            encryption=Encryption.NONE,
            username="board",
            password="right",
        )
    )
    transport.timeout_seconds = transport.acceptance_seconds = transport.quit_seconds = 0.1
    return BackgroundTransport(transport, worker)


@pytest.mark.parametrize(("stage", "behaviour"), list(itertools.product(STAGES, BEHAVIOURS)))
def test_what_becomes_of_a_mail_and_of_the_next_one(worker, stage, behaviour):
    with ScriptedServer(stage, behaviour, BAD) as server:
        transport = make_transport(server, worker)
        for recipient in (BAD, GOOD):
            transport.send("board@example.com", [recipient], make_mail(recipient))
        worker.wait()
        copies = server.copies_for(BAD)
        found = {"copies": len(copies), "conversations": len(server.conversations) - 1}
        assert found == expected(stage, behaviour)
        # Who gets two can tell that they are one.
        assert len(message_ids([mail.content for mail in copies])) == min(len(copies), 1)
        # The next mail waited for no other attempt.
        assert server.conversations.index(GOOD) == 1
        assert len(server.copies_for(GOOD)) == 1


def test_many_refused_mails_hold_up_none(worker):
    with ScriptedServer("RCPT", "4xx", BAD) as server:
        transport = make_transport(server, worker)
        for recipient in (*[BAD] * 20, GOOD):
            transport.send("board@example.com", [recipient], make_mail(recipient))
        worker.wait()
        assert server.conversations.index(GOOD) == 20
        assert len(server.conversations) == 20 * ATTEMPTS + 1


def test_a_line_with_a_dot_arrives_as_it_was(worker):
    with ScriptedServer("QUIT", "4xx", BAD) as server:
        transport = make_transport(server, worker)
        transport.send("board@example.com", [GOOD], make_mail(GOOD))
        worker.wait()
        content = server.copies_for(GOOD)[0].content
    # As it is sent: with another dot, which the server takes away (RFC 5321, section 4.5.2).
    assert content.endswith(b"\r\nA line.\r\n..\r\n..A line with a dot before it.\r\n")


def test_a_server_that_stops_tries_once_more_what_waits(worker, monkeypatch, caplog):
    monkeypatch.setattr(sending, "RETRY_DELAYS_SECONDS", (3600, 3600))
    with ScriptedServer("MAIL", "4xx", GOOD) as server:
        transport = make_transport(server, worker)
        transport.send("board@example.com", [GOOD], make_mail(GOOD))
        while len(server.conversations) < 1 or not caplog.records:
            worker.thread.join(0.01)
        assert server.mails == []
        worker.close()
        assert len(server.copies_for(GOOD)) == 1


def test_delays_are_spread(monkeypatch):
    delays = set()

    class Refusing:
        def send(self, *_mail):
            raise sending.DeliveryError("RCPT 451")

    class Listening:
        def submit(self, _job, *, delay_seconds):
            delays.add(delay_seconds)

    transport = BackgroundTransport(Refusing(), Listening())
    for _ in range(50):
        transport._send(sending.Delivery("board@example.com", [BAD], make_mail(BAD)))
    first = sending.RETRY_DELAYS_SECONDS[0]
    assert len(delays) > 40
    assert all(abs(delay / first - 1) <= sending.JITTER for delay in delays)
    # A link to choose another password works for ten minutes.
    assert sum(sending.RETRY_DELAYS_SECONDS) * (1 + sending.JITTER) < 600
