"""Settings that cannot work are refused at the start, or converted to what was meant."""

from __future__ import annotations

import pytest
from project import PROJECT

from qaboard.limits.rate_limits import RateLimiter
from qaboard.settings import SettingsError, load_settings
from unit.settings.test_loading import ENVIRONMENT, app_section


def load(**changes: str):
    """The settings of production.ini, with some of them changed."""
    ini = app_section("production.ini")
    ini.update({name.replace("__", "."): value for name, value in changes.items()})
    return load_settings(ini, ENVIRONMENT)


@pytest.mark.parametrize(
    ("typed", "address", "host"),
    [
        ("https://게시판.example", "https://xn--o79a463btol.example", "xn--o79a463btol.example"),
        ("https://게시판.한국:8443", None, "xn--o79a463btol.xn--3e0b707e"),
        ("https://Straße.example/", "https://xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("https://QA.Example.com:", "https://qa.example.com", "qa.example.com"),
        ("https://[::1]:6543", "https://[::1]:6543", "::1"),
        ("https://192.0.2.7", "https://192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_address_of_the_site_is_as_browsers_send_it(typed, address, host):
    settings = load(qaboard__url=typed)
    assert address is None or settings.site_address == address
    assert settings.site_address.isascii()
    assert settings.hosts[-1] == host


@pytest.mark.parametrize(
    "typed",
    [
        "https://",
        "https://qa.example.com/board",
        "https://qa.example.com#top",
        "https://qa.example.com?x=1",
        "https://:secret@qa.example.com",
        "https://someone@qa.example.com",
        "https://qa example.com",
        "https://-qa-.example.com",
        "https://qa..example.com",
        "https://\U0001f511.example",
        "https://*.example.com",
        "https://qa.example.com:0",
        "https://qa.example.com:99999",
        "ftp://qa.example.com",
        "qa.example.com",
    ],
)
def test_an_address_of_the_site_that_leads_nowhere_is_refused(typed):
    with pytest.raises(SettingsError, match="must be an address such as"):
        load(qaboard__url=typed)


@pytest.mark.parametrize(
    ("typed", "sender"),
    [
        ("qaboard <qaboard@localhost>", "qaboard <qaboard@localhost>"),
        ("board@example.com", "board@example.com"),
        ("<board@example.com>", "board@example.com"),
        ("board@예시.한국", "board@xn--vv4b11d.xn--3e0b707e"),
        ("Board, the first <board@example.com>", '"Board, the first" <board@example.com>'),
        ("Q&A: all of it <board@example.com>", '"Q&A: all of it" <board@example.com>'),
        ('"My board" <board@example.com>', "My board <board@example.com>"),
        (
            "질문 게시판 <board@example.com>",
            "=?utf-8?b?7KeI66y4IOqyjOyLnO2MkA==?= <board@example.com>",
        ),
    ],
)
def test_a_sender_is_as_a_header_has_it(typed, sender):
    assert load(mail__sender=typed).mail.sender == sender


@pytest.mark.parametrize(
    "typed",
    [
        "qaboard",
        "qaboard <qaboard>",
        "qaboard <>",
        "qaboard <@example.com>",
        "qaboard <board@>",
        "qaboard board@example.com",
        "qaboard <board@example.com",
        "qaboard board@example.com>",
        "a@example.com, b@example.com",
        "a@example.com, B <b@example.com>",
        "board@example..com",
        "board@exa mple.com",
        ".board@example.com",
        "a@b@example.com",
        "게시판@example.com",
        "mailto:board@example.com",
        "board@example.com (board)",
    ],
)
def test_a_sender_that_no_mail_server_takes_is_refused(typed):
    with pytest.raises(SettingsError, match=r"mail\.sender") as error:
        load(mail__sender=typed)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"qaboard__hosts": "QA.example 게시판.example [::1] ::1"}, None),
        ({"qaboard__image_hosts": "이미지.example img.example.com:8443"}, None),
        ({"mail__host": "메일.example"}, None),
    ],
)
def test_names_of_hosts_are_converted(changes, found):
    settings = load(**changes)
    assert all(host.isascii() for host in (*settings.hosts, *settings.image_hosts))
    assert settings.mail.host.isascii()
    assert not any("[" in host for host in settings.hosts)
    if "qaboard__image_hosts" in changes:
        assert settings.image_hosts[1] == "img.example.com:8443"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qaboard.hosts", "https://qa.example.com"),
        ("qaboard.hosts", "qa.example.com:8443"),
        ("qaboard.hosts", "*.example.com"),
        ("qaboard.hosts", "localhost qa.example.com/board"),
        ("qaboard.image_hosts", "https://img.example.com"),
        ("qaboard.image_hosts", "*.example.com"),
        ("qaboard.image_hosts", "img.example.com/pictures"),
        ("mail.host", "smtp://mail.example.com"),
        ("mail.host", "mail.example.com:587"),
        ("mail.host", "mail example"),
        ("mail.certificate_authority_file", "/nonexistent/ca.pem"),
        ("mail.certificate_authority_file", str(PROJECT / "setup.py")),
        ("mail.username", "board"),
        ("rate_limits.ask", "10 per hour; 100 per day"),
        ("rate_limits.ask", "10 per hour, 100 per day"),
        ("qaboard.site_name", "My\nboard"),
        ("qaboard.site_name", "My\x07board"),
        ("mail.sender", "board@example.com\nb@example.com"),
    ],
)
def test_a_value_that_can_never_work_is_named(name, value):
    with pytest.raises(SettingsError, match=name.replace(".", r"\.")) as error:
        load(**{name.replace(".", "__"): value})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("username", "password"), [("board", "비밀번호"), ("게시판", "password")], ids=ascii
)
def test_what_cannot_be_sent_to_the_mail_server_is_refused(username, password):
    ini = app_section("production.ini") | {"mail.username": username}
    with pytest.raises(SettingsError, match="ASCII") as error:
        load_settings(ini, ENVIRONMENT | {"QABOARD_MAIL_PASSWORD": password})
    assert password not in str(error.value)


def test_an_address_of_redis_that_cannot_be_read_is_named():
    settings = load(rate_limits__storage="redis://localhost:port")
    with pytest.raises(SettingsError, match=r"rate_limits\.storage"):
        RateLimiter(settings.rate_limits)
