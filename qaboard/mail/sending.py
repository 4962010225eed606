"""How mails leave: each in the background, after the commit of the transaction it belongs to."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from pyramid.request import Request
from pyramid_mailer import get_mailer
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import Mailer
from repoze.sendmail.encoding import encode_message
from repoze.sendmail.mailer import SMTPMailer

from qaboard.background import BackgroundWorker
from qaboard.mail.composing import compose_mail
from qaboard.settings.mail import Encryption, MailSettings

log = logging.getLogger(__name__)

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


class TLSTransport(SMTPMailer):
    """Hands mails to an SMTP server whose certificate is checked, unless TLS is switched off.

    The class it extends encrypts without looking at the certificate, which protects from nobody
    who can stand in between.
    """

    def __init__(self, settings: MailSettings) -> None:
        super().__init__(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password or None,
            no_tls=settings.encryption is not Encryption.STARTTLS,
            force_tls=settings.encryption is Encryption.STARTTLS,
            ssl=settings.encryption is Encryption.IMPLICIT_TLS,
        )
        context = ssl.create_default_context()
        if settings.certificate_authority_file:
            context.load_verify_locations(settings.certificate_authority_file)
        self.smtp_ssl = partial(smtplib.SMTP_SSL, context=context)
        self.smtp = partial(_VerifyingSMTP, context)


class _VerifyingSMTP(smtplib.SMTP):
    def __init__(self, context: ssl.SSLContext, *arguments: Any, **options: Any) -> None:
        self.context = context
        super().__init__(*arguments, **options)

    def starttls(self, **_options: Any):
        return super().starttls(context=self.context)


class BackgroundTransport:
    """Hands mails over in the background, and again when the server does not answer.

    :param transport: what hands a mail over, or raises.
    """

    def __init__(self, transport: FileTransport | TLSTransport, worker: BackgroundWorker) -> None:
        self.transport = transport
        self.worker = worker

    def send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        self.worker.submit(partial(self._send, sender, recipients, message))

    def _send(self, sender: str, recipients: list[str], message: EmailMessage) -> None:
        for pause in ATTEMPT_PAUSES_SECONDS:
            time.sleep(pause)
            try:
                self.transport.send(sender, recipients, message)
            except smtplib.SMTPRecipientsRefused:
                # The address does not exist; neither it nor the mail belongs into the log.
                log.warning("the mail server refused the recipient of a mail")
                return
            except (OSError, smtplib.SMTPException) as error:
                log.warning("a mail could not be handed over: %r", error)
            else:
                return
        log.error("a mail was given up after %s attempts", len(ATTEMPT_PAUSES_SECONDS))


def make_transport(settings: MailSettings) -> FileTransport | TLSTransport:
    """What hands mails over, according to the settings."""
    return FileTransport(settings.directory) if settings.directory else TLSTransport(settings)


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
        transport = BackgroundTransport(make_transport(settings), config.registry["background"])
        mailer = Mailer(smtp_mailer=transport, default_sender=settings.sender)
        config.registry.registerUtility(mailer, IMailer)
        config.add_request_method(get_mailer, "mailer", reify=True)
    config.add_request_method(send_mail)
