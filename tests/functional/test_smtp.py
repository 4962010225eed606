"""Mail over SMTP: encrypted, to the right server, and without one the site goes on."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from postgresql import free_port

from qaboard.mail import sending
from qaboard.models import utc_now


class Inbox:
    """Keeps what is delivered, and whether it came encrypted."""

    def __init__(self) -> None:
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        is_encrypted = server.transport.get_extra_info("sslcontext") is not None
        self.envelopes.append((envelope, is_encrypted))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate for localhost that only who is told to trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    directory = tmp_path_factory.mktemp("certificate")
    certificate_file, key_file = directory / "certificate.pem", directory / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(params=["starttls", "tls"])
def mail_settings(request, certificate, inbox) -> Iterator[dict[str, str]]:
    """A mail server that insists on encryption, and the settings to reach it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    port = free_port()
    encryption = (
        {"tls_context": context, "require_starttls": True}
        if request.param == "starttls"
        else {"ssl_context": context}
    )
    controller = Controller(inbox, hostname="localhost", port=port, **encryption)
    controller.start()
    yield {
        "mail.directory": "",
        "mail.host": "localhost",
        "mail.port": str(port),
        "mail.encryption": request.param,
        "mail.certificate_authority_file": str(certificate[0]),
    }
    controller.stop()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(sending, "ATTEMPT_PAUSES_SECONDS", (0, 0, 0))


def ask_for_link(client, email="alex@example.com") -> None:
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = email
    form.submit("submit", status=303)


def test_a_mail_is_delivered_encrypted(make_app, browser, board, inbox, mail_settings):
    board.user("alex")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app))
    app.registry["background"].wait()
    ((envelope, is_encrypted),) = inbox.envelopes
    assert is_encrypted
    assert envelope.rcpt_tos == ["alex@example.com"]
    assert envelope.mail_from == "qaboard@localhost"
    assert b"multipart/alternative" in envelope.content
    assert b"reset-password" in envelope.content


def test_nothing_is_told_to_a_server_with_a_certificate_nobody_trusts(
    make_app, browser, board, inbox, mail_settings, caplog
):
    board.user("alex")
    app = make_app(mail_settings | {"mail.certificate_authority_file": ""})
    ask_for_link(browser(of=app))
    app.registry["background"].wait()
    assert inbox.envelopes == []
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "given up after 3 attempts" in caplog.text


def test_without_a_server_the_site_goes_on(make_app, browser, board, caplog):
    board.user("alex")
    app = make_app(
        {
            "mail.directory": "",
            "mail.host": "localhost",
            "mail.port": str(free_port()),
            "mail.encryption": "starttls",
        }
    )
    client = browser(of=app)
    ask_for_link(client)
    app.registry["background"].wait()
    assert client.get("/questions/").status_int == 200
    assert caplog.text.count("could not be handed over") == 3
    assert "given up" in caplog.text
    assert "alex" not in caplog.text
    assert "token" not in caplog.text


def test_a_recipient_that_is_refused_is_not_tried_again(
    make_app, browser, board, inbox, mail_settings, caplog
):
    board.user("alex", email="nobody@example.com")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app), "nobody@example.com")
    app.registry["background"].wait()
    assert inbox.envelopes == []
    assert "refused the recipient" in caplog.text
    assert "nobody" not in caplog.text
