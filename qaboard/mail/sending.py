"""Mail transports: send in the background, after the commit."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from secrets import SystemRandom, token_hex
from typing import Any

from pyramid.request import Request
from pyramid_mailer import get_mailer
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import Mailer
from repoze.sendmail.encoding import encode_message

from qaboard.jobs.background import BackgroundWorker
from qaboard.mail.composing import compose_mail
from qaboard.settings.mail import Encryption, MailSettings

log = logging.getLogger(__name__)

CHECK_TIMEOUT_SECONDS = 1
RETRY_DELAYS_SECONDS = (5, 30, 120, 300)
"""How long a mail that was refused for now waits before each further attempt. All of them take less
than ten minutes, since a link to choose another password works no longer."""
JITTER = 0.2
"""By which part a delay is shorter or longer, so that what failed together is not repeated so."""


class DeliveryError(Exception):
    """A mail was not handed over. The message has no words of the server, which may quote the
    address.

    :param is_final: whether another attempt would be refused as well.
    :param may_have_arrived: whether the server has the whole mail, and its answer is missing.
    """

    def __init__(
        self, message: str, *, is_final: bool = False, may_have_arrived: bool = False
    ) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.may_have_arrived = may_have_arrived


class FileTransport:
    """Writes each mail into a folder, for development.

    :param directory: is made when it is not there.
    """

    def __init__(self, directory: str) -> None:
        self.directory = Path(directory)

    def send(self, _sender: str, _recipients: list[str], message: EmailMessage) -> None:
        # Sorted by time, which two mails of one moment share.
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{token_hex(4)}.eml"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / name).write_bytes(encode_message(message))
        except OSError as error:
            raise DeliveryError(repr(error)) from error

    def check(self) -> None:
        """See whether mails can be written.

        :raises OSError: when there is no folder for them.
        """
        self.directory.mkdir(parents=True, exist_ok=True)


class SMTPTransport:
    """Hands mails to an SMTP server, whose certificate is checked unless TLS is switched off.

    repoze.sendmail's own transport encrypts without looking at the certificate, which protects
    from nobody who can stand in between; and smtplib's ``sendmail`` does not tell whether a mail
    was accepted when the connection is lost.
    """

    timeout_seconds: float = 10
    """How long the server may take for each answer."""
    acceptance_seconds: float = 30
    """How long for the answer to the whole mail, which it may look through first."""
    quit_seconds: float = 1
    """How long for its goodbye."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self.context = ssl.create_default_context()
        if settings.certificate_authority_file:
            self.context.load_verify_locations(settings.certificate_authority_file)

    def check(self) -> None:
        """See whether the server answers, without a login.

        :raises OSError: when it does not.
        """
        with self._connection(CHECK_TIMEOUT_SECONDS):
            pass

    @contextmanager
    def _connection(self, timeout: float) -> Iterator[smtplib.SMTP]:
        """A connection to the server, and the goodbye at its end, whose answer changes nothing."""
        settings = self.settings
        address = {
            "host": settings.host,
            "port": settings.port,
            "timeout": timeout,
            # By default it would be looked up for each mail, which may take any time.
            "local_hostname": parseaddr(settings.sender)[1].rpartition("@")[2],
        }
        if settings.encryption is Encryption.IMPLICIT_TLS:
            connection = smtplib.SMTP_SSL(**address, context=self.context)
        else:
            connection = smtplib.SMTP(**address)
        try:
            yield connection
        finally:
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.settimeout(self.quit_seconds)
                    connection.quit()
            connection.close()

    def send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        """Hand a mail over.

        :raises DeliveryError: when the server cannot be reached, is not who it should be, or does
            not take the mail.
        """
        try:
            with self._connection(self.timeout_seconds) as connection:
                self._introduce(connection)
                self._hand_over(connection, parseaddr(sender)[1], recipients, message)
        except smtplib.SMTPResponseException as error:
            is_final = 500 <= error.smtp_code < 600
            raise DeliveryError(_describe(error), is_final=is_final) from error
        except OSError as error:  # Those of smtplib too.
            raise DeliveryError(repr(error)) from error

    def _introduce(self, connection: smtplib.SMTP) -> None:
        """Greet the server, encrypt the connection and log in, as the settings say."""
        connection.ehlo_or_helo_if_needed()
        if self.settings.encryption is Encryption.STARTTLS:
            connection.starttls(context=self.context)
            # It forgets what it heard in the clear.
            connection.ehlo_or_helo_if_needed()
        if self.settings.username:
            connection.login(self.settings.username, self.settings.password)

    def _hand_over(
        self,
        connection: smtplib.SMTP,
        sender: str,
        recipients: list[str],
        message: EmailMessage,
    ) -> None:
        """Give the server a mail, until it is its own (RFC 5321, section 3.3)."""
        # encode_message ends lines as Python does; servers refuse that (RFC 5321, 2.3.8).
        content = re.sub(rb"\r?\n", b"\r\n", encode_message(message))
        # Addresses in other scripts need a server that knows them (RFC 6531).
        options = () if all(each.isascii() for each in (sender, *recipients)) else ("SMTPUTF8",)
        _expect("MAIL", connection.mail(sender, options), 2)
        for recipient in recipients:
            _expect("RCPT", connection.rcpt(recipient), 2)
        _expect("DATA", connection.docmd("DATA"), 3)
        # A line with a dot alone would be the end (section 4.5.2).
        connection.send(re.sub(rb"(?m)^\.", b"..", content).rstrip(b"\r\n") + b"\r\n.\r\n")
        connection.sock.settimeout(self.acceptance_seconds)
        try:
            code, _words = connection.getreply()
        except OSError as error:
            raise DeliveryError(
                f"no answer to the whole mail: {error!r}", may_have_arrived=True
            ) from error
        if not 400 <= code < 600 and code // 100 != 2:
            raise DeliveryError(f"mail {code}", may_have_arrived=True)
        _expect("mail", (code, b""), 2)


def _expect(command: str, reply: tuple[int, bytes], first_digit: int) -> None:
    """:raises smtplib.SMTPResponseException: when the answer is of another class than it should be
    (RFC 5321, section 4.2.1)."""
    code, _words = reply
    if code // 100 != first_digit:
        raise smtplib.SMTPResponseException(code, command)


def _describe(error: smtplib.SMTPResponseException) -> str:
    """Describe an SMTP error by what failed and its code."""
    # Those of smtplib have the server's words, and a name that says the same.
    command = error.smtp_error if isinstance(error.smtp_error, str) else type(error).__name__
    return f"{command} {error.smtp_code}"


@dataclass(slots=True)
class Delivery:
    """A mail on its way; ``attempt`` counts from 1."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    attempt: int = 1
    may_have_arrived: bool = False


class BackgroundTransport:
    """Hands mails over in the background, and again later when the server does not take them now;
    the others do not wait for that.

    :param transport: what hands a mail over, or raises.
    """

    def __init__(self, transport: FileTransport | SMTPTransport, worker: BackgroundWorker) -> None:
        self.transport = transport
        self.worker = worker

    def send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        self.worker.submit(partial(self._send, Delivery(sender, recipients, message)))

    def _send(self, delivery: Delivery) -> None:
        try:
            self.transport.send(delivery.sender, delivery.recipients, delivery.message)
        except DeliveryError as error:
            # The same Message-ID tells its reader that two are one. A server that never answers
            # would get one with each attempt.
            is_second_copy = error.may_have_arrived and delivery.may_have_arrived
            is_last = delivery.attempt > len(RETRY_DELAYS_SECONDS)
            if error.is_final or is_second_copy or is_last:
                log.error("a mail was given up after attempt %s: %s", delivery.attempt, error)
                return
            log.warning("a mail could not be handed over now: %s", error)
            delay = RETRY_DELAYS_SECONDS[delivery.attempt - 1]
            delivery.attempt += 1
            delivery.may_have_arrived |= error.may_have_arrived
            self.worker.submit(
                partial(self._send, delivery),
                delay_seconds=delay * SystemRandom().uniform(1 - JITTER, 1 + JITTER),
            )


def make_transport(settings: MailSettings) -> FileTransport | SMTPTransport:
    """Make the mail transport that the settings choose."""
    return FileTransport(settings.directory) if settings.directory else SMTPTransport(settings)


def send_mail(
    request: Request, template: str, *, recipient: str, locale: str | None, **values: Any
) -> None:
    """Send a mail if the transaction of the request is committed; without mail do nothing.

    The arguments are those of `compose_mail`.
    """
    if request.registry["settings"].mail.is_enabled:
        message = compose_mail(
            request.registry, template, recipient=recipient, locale=locale, **values
        )
        request.mailer.send(message)


def includeme(config) -> None:
    settings = config.registry["settings"].mail
    if settings.is_enabled:
        # A server that does not answer holds up mails only, and none of the other jobs.
        worker = config.registry["background"] if settings.directory else BackgroundWorker("mail")
        config.registry["mail_worker"] = worker
        transport = make_transport(settings)
        config.registry["mail_transport"] = transport
        mailer = Mailer(
            smtp_mailer=BackgroundTransport(transport, worker), default_sender=settings.sender
        )
        config.registry.registerUtility(mailer, IMailer)
        config.add_request_method(get_mailer, "mailer", reify=True)
    config.add_request_method(send_mail)
