"""How mails leave: each in the background, after the commit of the transaction it belongs to."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
import time
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from pyramid.request import Request
from pyramid_mailer import get_mailer
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import Mailer
from repoze.sendmail.encoding import encode_message

from qaboard.background import BackgroundWorker
from qaboard.mail.composing import compose_mail
from qaboard.settings.mail import Encryption, MailSettings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
CHECK_TIMEOUT_SECONDS = 1
ATTEMPT_PAUSES_SECONDS = (0, 5, 30)
"""How long to wait before each attempt to hand a mail over."""


class FileTransport:
    """Writes each mail into a folder, for development.

    :param directory: is made when it is not there.
    """

    def __init__(self, directory: str) -> None:
        self.directory = Path(directory)

    def send(self, _sender: str, _recipients: list[str], message: EmailMessage) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        # Sorted by time, which two mails of one moment share.
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{token_hex(4)}.eml"
        (self.directory / name).write_bytes(encode_message(message))

    def check(self) -> None:
        """See whether mails can be written.

        :raises OSError: when there is no folder for them.
        """
        self.directory.mkdir(parents=True, exist_ok=True)


class SMTPTransport:
    """Hands mails to an SMTP server, whose certificate is checked unless TLS is switched off.

    repoze.sendmail's own transport encrypts without looking at the certificate, which protects
    from nobody who can stand in between.
    """

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self.context = ssl.create_default_context()
        if settings.certificate_authority_file:
            self.context.load_verify_locations(settings.certificate_authority_file)

    def check(self) -> None:
        """See whether the server answers, without a login.

        :raises OSError: when it does not.
        """
        self._connect(CHECK_TIMEOUT_SECONDS).quit()

    def _connect(self, timeout: float = TIMEOUT_SECONDS) -> smtplib.SMTP:
        settings = self.settings
        address = {"host": settings.host, "port": settings.port, "timeout": timeout}
        if settings.encryption is Encryption.IMPLICIT_TLS:
            return smtplib.SMTP_SSL(**address, context=self.context)
        return smtplib.SMTP(**address)

    def send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        """Hand a mail over.

        :raises OSError: when the server cannot be reached or is not who it should be.
        :raises smtplib.SMTPException: when it does not take the mail.
        """
        with self._connect() as connection:
            if self.settings.encryption is Encryption.STARTTLS:
                connection.starttls(context=self.context)
            if self.settings.username:
                connection.login(self.settings.username, self.settings.password)
            # encode_message ends lines as Python does; servers refuse that (RFC 5321, 2.3.8).
            content = re.sub(rb"\r?\n", b"\r\n", encode_message(message))
            address = parseaddr(sender)[1]
            is_ascii = all(each.isascii() for each in (address, *recipients))
            # Addresses in other scripts need a server that knows them (RFC 6531).
            options = () if is_ascii else ("SMTPUTF8",)
            connection.sendmail(address, recipients, content, mail_options=options)


class BackgroundTransport:
    """Hands mails over in the background, and again when the server does not answer.

    :param transport: what hands a mail over, or raises.
    """

    def __init__(self, transport: FileTransport | SMTPTransport, worker: BackgroundWorker) -> None:
        self.transport = transport
        self.worker = worker

    def send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        self.worker.submit(partial(self._send, sender, recipients, message))

    def _send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        for pause in ATTEMPT_PAUSES_SECONDS:
            time.sleep(pause)
            try:
                self.transport.send(sender, recipients, message)
            except OSError as error:  # Those of smtplib too.
                if _is_refused_for_good(error):
                    log.warning("the mail server refused the recipient of a mail")
                    return
                log.warning("a mail could not be handed over: %s", _describe(error))
            else:
                return
        log.error("a mail was given up after %s attempts", len(ATTEMPT_PAUSES_SECONDS))


def _is_refused_for_good(error: OSError) -> bool:
    """Whether there is no such address; a server may also ask to come back later."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _answer in error.recipients.values()
    )


def _describe(error: OSError) -> str:
    """What went wrong, for the log: without what the server says, which may quote the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _answer in error.recipients.values()]
        return f"{type(error).__name__} {codes}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return repr(error)


def make_transport(settings: MailSettings) -> FileTransport | SMTPTransport:
    """What hands mails over, according to the settings."""
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
