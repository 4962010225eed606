"""Mails about accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from limits import parse
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.testing import DummyMailer

from qaboard.http.client import Client
from qaboard.limits.rate_limits import RateLimiter
from qaboard.mail.account_mails import link_to, send_address_link, send_reset_link
from qaboard.services.accounts.email_address import find_address_token
from qaboard.services.accounts.password_reset import find_reset_token
from qaboard.settings.rate_limits import RateLimit

EMAIL = "minji@example.com"


class Outbox(DummyMailer):
    """Keeps what was sent, whatever transaction it was in."""

    def bind(self, **_options):
        return self


@pytest.fixture
def outbox(registry, engine, settings, monkeypatch) -> Iterator[list]:
    """The mails that were sent; an address gets two an hour."""
    rates = settings.rate_limits.rates | {RateLimit.MAIL: parse("2 per hour")}
    limits = replace(settings.rate_limits, storage="memory://", rates=rates)
    monkeypatch.setitem(registry, "rate_limiter", RateLimiter(limits))
    monkeypatch.setitem(registry, "engine", engine)
    mailer = Outbox()
    registry.registerUtility(mailer, IMailer)
    yield mailer.outbox
    registry.unregisterUtility(mailer, IMailer)


def tokens(mail) -> list[str]:
    links = re.findall(r"https?://\S+", mail.body)
    return [parse_qs(urlsplit(link).query).get("token", [""])[0] for link in links]


def test_a_link_is_an_address_of_the_site_whatever_a_request_said(settings):
    assert link_to(settings, "/login", next="/a b") == "http://localhost:6543/login?next=%2Fa+b"
    assert link_to(settings, "/login") == "http://localhost:6543/login"


def test_a_new_user_gets_a_link_that_confirms_the_address(people, registry, outbox, session):
    user = people.user("minji", email_verified_at=None)
    send_address_link(registry, user_id=user.id, email="MINJI@example.com", locale="en")
    (mail,) = outbox
    assert mail.recipients == [EMAIL]
    assert any(find_address_token(session, token) for token in tokens(mail))


def test_a_confirmed_address_is_not_confirmed_again(people, registry, outbox):
    user = people.user("minji")
    send_address_link(registry, user_id=user.id, email=EMAIL, locale="en")
    assert outbox == []


def test_the_owner_of_an_address_is_told_that_it_has_an_account(people, registry, outbox):
    people.user("minji")
    other = people.user(email_verified_at=None)
    send_address_link(registry, user_id=other.id, email=EMAIL, locale="en")
    (mail,) = outbox
    assert "minji" in mail.body
    assert other.username not in mail.body
    assert set(tokens(mail)) == {""}


def send_reset(registry):
    send_reset_link(registry, email=EMAIL, locale="en", client=Client())


def test_a_forgotten_password_gets_a_link(people, registry, outbox, session):
    people.user("minji")
    send_reset(registry)
    (mail,) = outbox
    assert any(find_reset_token(session, token) for token in tokens(mail))


def test_names_that_strangers_chose_are_not_mailed(people, registry, outbox):
    people.user("buy_at_evil", email=EMAIL, email_verified_at=None)
    send_reset(registry)
    (mail,) = outbox
    assert "buy_at_evil" not in mail.body


def test_an_address_without_an_account_gets_no_mail(registry, outbox):
    send_reset(registry)
    assert outbox == []


def test_nobody_gets_more_mails_than_the_limit(people, registry, outbox):
    people.user("minji")
    for _ in range(3):
        send_reset(registry)
    assert len(outbox) == 2
