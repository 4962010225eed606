"""Mail settings."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from email.utils import formataddr
from enum import StrEnum

from qaboard.settings.reading import SettingsError, SettingsReader, host_name

# A name and an address in angle brackets, or the address alone.
_SENDER = re.compile(r"(?:(?P<name>[^@<>]*)<(?P<address>[^<>]+)>|(?P<bare>[^<>]+))")
# What stands before the "@" (RFC 5322, section 3.2.3).
_MAILBOX = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)


class Encryption(StrEnum):
    """How the connection to the mail server is encrypted; the server's certificate is checked."""

    STARTTLS = "starttls"
    IMPLICIT_TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The section ``mail.*``.

    ``sender`` is as in a header: an address, with a name before it if there is one.
    ``directory``, where it is set, takes each mail as a file, and no server is asked.
    ``certificate_authority_file`` holds the certificates to trust beside those of the system.
    """

    is_enabled: bool
    sender: str = ""
    directory: str = ""
    host: str = ""
    port: int = 0
    encryption: Encryption = Encryption.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    certificate_authority_file: str = ""


def load_mail_settings(reader: SettingsReader) -> MailSettings:
    """Read ``mail.*``; the password comes from the environment as ``QABOARD_MAIL_PASSWORD``.

    :raises SettingsError: when a setting is missing or malformed.
    """
    if not reader.boolean("mail.enabled"):
        return MailSettings(is_enabled=False)
    sender = _sender(reader)
    directory = reader.optional("mail.directory")
    if directory:
        return MailSettings(is_enabled=True, sender=sender, directory=directory)
    username, password = _credentials(reader)
    return MailSettings(
        is_enabled=True,
        sender=sender,
        host=reader.host("mail.host"),
        port=reader.count("mail.port", maximum=65535),
        encryption=Encryption(reader.choice("mail.encryption", tuple(Encryption))),
        username=username,
        password=password,
        certificate_authority_file=_certificate_authority_file(reader),
    )


def _sender(reader: SettingsReader) -> str:
    value = reader.required("mail.sender")
    wrong = SettingsError(
        f"The setting mail.sender is {value!r}. It must be one address such as board@example.com, "
        "or a name and an address such as My board <board@example.com>."
    )
    match = _SENDER.fullmatch(value)
    if match is None:
        raise wrong
    name = (match["name"] or "").strip().removeprefix('"').removesuffix('"')
    mailbox, _at, domain = (match["address"] or match["bare"]).strip().rpartition("@")
    try:
        domain = host_name(domain)
    except ValueError:
        raise wrong from None
    if not _MAILBOX.fullmatch(mailbox):
        raise wrong
    return formataddr((name, f"{mailbox}@{domain}"))


def _credentials(reader: SettingsReader) -> tuple[str, str]:
    """Name and password for the mail server; both are empty where it asks for none."""
    username = reader.optional("mail.username")
    if not username:
        return "", ""
    password = reader.environment.get("QABOARD_MAIL_PASSWORD", "")
    if not password:
        raise SettingsError("The setting mail.username has no password. Set QABOARD_MAIL_PASSWORD.")
    # What the standard library's SMTP cannot send.
    for name, value in (
        ("The setting mail.username", username),
        ("QABOARD_MAIL_PASSWORD", password),
    ):
        if not value.isascii():
            raise SettingsError(f"{name} has characters that are not ASCII. They cannot be sent.")
    return username, password


def _certificate_authority_file(reader: SettingsReader) -> str:
    path = reader.optional("mail.certificate_authority_file")
    if path:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except OSError as error:
            raise SettingsError(
                f"The setting mail.certificate_authority_file is {path!r}, which cannot be read as "
                f"certificates: {error}."
            ) from None
    return path
