"""An SMTP server that answers one command as a test says: wrongly, with an error, or never."""

from __future__ import annotations

import socketserver
import threading
import time
from dataclasses import dataclass, field

STAGES = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "mail", "QUIT")
"""What can be answered otherwise; ``mail`` is the answer to the whole mail."""

GOOD_ANSWERS = {
    "greeting": "220 test",
    "EHLO": "250-test\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "mail": "250 OK",
    "QUIT": "221 goodbye",
}
BEHAVIOURS = {
    "another 2xx": "299 fine",
    "3xx": "399 go on",
    "4xx": "451 later",
    "5xx": "554 no",
    "nonsense": "hello",
    "closes": None,
    "hangs": None,
}


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A whole mail, whatever it was answered with; ``at`` is of the monotonic clock."""

    recipient: str
    content: bytes
    at: float


@dataclass
class ScriptedServer:
    """Answers one stage of conversations about one recipient by one of the behaviours.

    Before it knows the recipient it does so in the first conversation only.
    """

    stage: str
    behaviour: str
    recipient: str
    port: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)

    def __enter__(self) -> ScriptedServer:
        scripted = self
        self.may_end = threading.Event()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                scripted._converse(self)

        self.server = socketserver.ThreadingTCPServer(("localhost", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.may_end.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def copies_for(self, recipient: str) -> list[ReceivedMail]:
        return [mail for mail in self.mails if mail.recipient == recipient]

    def _converse(self, handler: socketserver.StreamRequestHandler) -> None:
        number = len(self.conversations)
        self.conversations.append("")
        recipient = ""

        def answer(stage: str) -> bool:
            """Answer, and whether the conversation goes on."""
            is_concerned = recipient == self.recipient if recipient else number == 0
            if self.stage != stage or not is_concerned:
                words = GOOD_ANSWERS[stage]
            elif self.behaviour == "hangs":
                self.may_end.wait(timeout=600)
                return False
            elif self.behaviour == "closes":
                return False
            else:
                words = BEHAVIOURS[self.behaviour]
            handler.wfile.write(words.encode() + b"\r\n")
            return True

        try:
            goes_on = answer("greeting")
            while goes_on and (line := handler.rfile.readline()):
                command = line.split()[0].decode().upper().replace("HELO", "EHLO")
                if command == "RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                    self.conversations[number] = recipient
                if command not in GOOD_ANSWERS:
                    handler.wfile.write(b"250 OK\r\n")
                    continue
                goes_on = answer(command) and command != "QUIT"
                # What looks like a mail comes only when it was asked for.
                if command == "DATA" and goes_on and self._asked_for_mail(recipient):
                    content = self._read_mail(handler)
                    if content is None:
                        return
                    self.mails.append(ReceivedMail(recipient, content, time.monotonic()))
                    goes_on = answer("mail")
        except OSError:
            # The board has hung up.
            return

    def _asked_for_mail(self, recipient: str) -> bool:
        is_concerned = self.stage == "DATA" and recipient == self.recipient
        return not is_concerned or self.behaviour == "3xx"

    @staticmethod
    def _read_mail(handler: socketserver.StreamRequestHandler) -> bytes | None:
        lines = []
        while (line := handler.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line)
        return b"".join(lines)
