"""Mail over SMTP: encrypted, to the right server, and without one the site goes on."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from postgresql import free_port

from qaboard.mail import sending
from qaboard.models import SecurityEvent, utc_now


class Inbox:
    """Keeps what is delivered, and whether it came encrypted."""

    def __init__(self) -> None:
        self.envelopes = []
        self.seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("later") and address not in self.seen:
            self.seen.add(address)
            return f"450 {address} is not known yet; come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if envelope.rcpt_tos[0].startswith("listed"):
            return f"554 mail to {envelope.rcpt_tos[0]} looks like spam"
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
    monkeypatch.setattr(sending, "RETRY_DELAYS_SECONDS", (0.05, 0.05))


def wait_for_mails(app) -> None:
    app.registry["background"].wait()
    app.registry["mail_worker"].wait()


def ask_for_link(client, email="alex@example.com") -> None:
    form = client.get("/forgot-password").forms["forgot"]
    form["email"] = email
    form.submit("submit", status=303)


def test_a_mail_is_delivered_encrypted(make_app, browser, board, inbox, mail_settings):
    board.user("alex")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app))
    wait_for_mails(app)
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
    wait_for_mails(app)
    assert inbox.envelopes == []
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "given up after attempt 3" in caplog.text


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
    wait_for_mails(app)
    assert client.get("/questions/").status_int == 200
    assert caplog.text.count("could not be handed over") == 2
    assert "given up after attempt 3" in caplog.text
    assert "alex" not in caplog.text
    assert "token" not in caplog.text


def test_a_recipient_that_is_refused_is_not_tried_again(
    make_app, browser, board, inbox, mail_settings, caplog
):
    board.user("alex", email="nobody@example.com")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app), "nobody@example.com")
    wait_for_mails(app)
    assert inbox.envelopes == []
    assert "given up after attempt 1: RCPT 550" in caplog.text
    assert "nobody" not in caplog.text


def test_a_server_may_ask_to_come_back_later(
    make_app, browser, board, inbox, mail_settings, caplog
):
    board.user("alex", email="later@example.com")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app), "later@example.com")
    wait_for_mails(app)
    ((envelope, _is_encrypted),) = inbox.envelopes
    assert envelope.rcpt_tos == ["later@example.com"]
    assert "could not be handed over now: RCPT 450" in caplog.text
    assert "later" not in caplog.text


def test_what_a_server_says_is_not_in_the_log(
    make_app, browser, board, inbox, mail_settings, caplog
):
    board.user("alex", email="listed@example.com")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app), "listed@example.com")
    wait_for_mails(app)
    assert "given up after attempt 1: mail 554" in caplog.text
    assert "listed" not in caplog.text


def test_a_name_in_another_script_is_delivered(make_app, browser, board, inbox, mail_settings):
    board.user("alex", email="민지@예시.한국")
    app = make_app(mail_settings)
    ask_for_link(browser(of=app), "민지@예시.한국")
    wait_for_mails(app)
    ((envelope, _is_encrypted),) = inbox.envelopes
    assert envelope.rcpt_tos == ["민지@xn--vv4b11d.xn--3e0b707e"]
    assert b"reset-password" in envelope.content


@pytest.fixture
def plain_server(inbox) -> Iterator[dict[str, str]]:
    """A mail server that knows no encryption."""
    controller = Controller(inbox, hostname="localhost", port=free_port())
    controller.start()
    yield {"mail.directory": "", "mail.host": "localhost", "mail.port": str(controller.port)}
    controller.stop()


@pytest.mark.parametrize(
    ("encryption", "count"), [("starttls", 0), ("tls", 0), ("none", 1)], ids=str
)
def test_without_encryption_a_mail_leaves_only_where_that_is_said(
    make_app, browser, board, inbox, plain_server, caplog, encryption, count
):
    board.user("alex")
    app = make_app(plain_server | {"mail.encryption": encryption})
    ask_for_link(browser(of=app))
    wait_for_mails(app)
    assert len(inbox.envelopes) == count
    assert ("given up" in caplog.text) == (count == 0)


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_the_board_logs_in_to_the_server(
    make_app, browser, board, inbox, certificate, caplog, monkeypatch, password
):
    def authenticate(_server, _session, _envelope, _mechanism, data):
        is_right = data == LoginPassword(b"board", b"right")
        return AuthResult(success=is_right, handled=is_right)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    controller = Controller(
        inbox,
        hostname="localhost",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    monkeypatch.setenv("QABOARD_MAIL_PASSWORD", password)
    board.user("alex")
    app = make_app(
        {
            "mail.directory": "",
            "mail.host": "localhost",
            "mail.port": str(controller.port),
            "mail.encryption": "starttls",
            "mail.username": "board",
            "mail.certificate_authority_file": str(certificate[0]),
        }
    )
    controller.start()
    ask_for_link(browser(of=app))
    wait_for_mails(app)
    controller.stop()
    assert len(inbox.envelopes) == (password == "right")
    assert ("SMTPAuthenticationError 535" in caplog.text) == (password == "wrong")
    assert "wrong" not in caplog.text


def test_a_server_that_does_not_answer_holds_up_nothing_else(make_app, browser, board, caplog):
    user = board.user("alex")
    with socket.create_server(("localhost", 0)) as silent:
        app = make_app(
            {
                "mail.directory": "",
                "mail.host": "localhost",
                "mail.port": str(silent.getsockname()[1]),
                "mail.encryption": "starttls",
            }
        )
        client = browser(of=app)
        ask_for_link(client)
        connection, _address = silent.accept()
        form = client.get("/login").forms["login"]
        form["username"], form["password"] = "alex", "wrong password"
        form.submit("submit", status=400)
        app.registry["background"].wait()
        # The mail still waits for the server's first word.
        assert caplog.text.count("could not be handed over") == 0
        with board.transaction() as session:
            kinds = [
                kind for (kind,) in session.query(SecurityEvent.kind).filter_by(user_id=user.id)
            ]
        assert kinds == ["reset_request", "login_failure"]
        connection.close()
    app.registry["mail_worker"].wait()
    assert caplog.text.count("could not be handed over") == 2
