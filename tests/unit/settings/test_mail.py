"""Mail settings."""

from __future__ import annotations

import pytest

from qaboard.settings.mail import Encryption, load_mail_settings
from qaboard.settings.reading import SettingsError, SettingsReader

SERVER = {
    "mail.enabled": "true",
    "mail.sender": "board@example.com",
    "mail.host": "mail.example.com",
    "mail.port": "587",
    "mail.encryption": "starttls",
}


def load(environment=None, **changes: str):
    ini = SERVER | {f"mail.{name}": value for name, value in changes.items()}
    return load_mail_settings(SettingsReader(ini, environment or {}))


def test_without_mail_nothing_else_is_read():
    assert not load_mail_settings(SettingsReader({"mail.enabled": "false"}, {})).is_enabled


def test_a_folder_takes_the_place_of_a_server():
    settings = load(directory="/var/mail", host="")
    assert (settings.directory, settings.host) == ("/var/mail", "")


@pytest.mark.parametrize(
    ("typed", "sender"),
    [
        ("board@example.com", "board@example.com"),
        ("My board <board@example.com>", "My board <board@example.com>"),
        ('"A, B" <board@example.com>', '"A, B" <board@example.com>'),
        ("board@게시판.한국", "board@xn--o79a463btol.xn--3e0b707e"),
    ],
)
def test_a_sender_is_an_address_with_or_without_a_name(typed, sender):
    assert load(sender=typed).sender == sender


@pytest.mark.parametrize("typed", ["board", "a@b@", "a b@example.com", "<a@x.com> b", "a@-x"])
def test_a_sender_that_cannot_be_is_refused_with_an_example(typed):
    with pytest.raises(SettingsError, match=r"mail\.sender .* My board <board@example\.com>"):
        load(sender=typed)


def test_a_server_is_asked_as_the_settings_say():
    settings = load({"QABOARD_MAIL_PASSWORD": "secret"}, encryption="tls", username="board")
    assert settings.encryption is Encryption.IMPLICIT_TLS
    assert (settings.username, settings.password, settings.port) == ("board", "secret", 587)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"port": "0"}, "mail.port"),
        ({"encryption": "ssl"}, "mail.encryption"),
        ({"host": "smtp://x"}, "mail.host"),
        ({"certificate_authority_file": "/nowhere"}, "mail.certificate_authority_file"),
    ],
)
def test_a_setting_that_cannot_work_is_named(changes, name):
    with pytest.raises(SettingsError, match=name):
        load(**changes)
