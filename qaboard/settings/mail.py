"""How mail leaves the board."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from qaboard.settings.reading import SettingsReader


class Encryption(StrEnum):
    """How the connection to the mail server is encrypted; the server's certificate is checked."""

    STARTTLS = "starttls"
    IMPLICIT_TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The section ``mail.*``.

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
    sender = reader.required("mail.sender")
    directory = reader.optional("mail.directory")
    if directory:
        return MailSettings(is_enabled=True, sender=sender, directory=directory)
    return MailSettings(
        is_enabled=True,
        sender=sender,
        host=reader.required("mail.host"),
        port=reader.count("mail.port", maximum=65535),
        encryption=Encryption(reader.choice("mail.encryption", tuple(Encryption))),
        username=reader.optional("mail.username"),
        password=reader.environment.get("QABOARD_MAIL_PASSWORD", ""),
        certificate_authority_file=reader.optional("mail.certificate_authority_file"),
    )
