"""Guards against programs that fill in forms."""

from __future__ import annotations

import time
from dataclasses import replace

import colander
import pytest

from qaboard import markup
from qaboard.limits.spam import check_guard, check_links, guard, guard_newcomer, make_stamp
from qaboard.services.errors import Refusal


@pytest.fixture
def newcomer(people, read_identity, make_request, settings, registry, monkeypatch):
    """The request of a new member, on a board that allows one link and wants three seconds."""
    spam = replace(settings.spam, minimum_seconds=3, new_account_links=1, new_account_days=1)
    monkeypatch.setitem(registry, "settings", replace(settings, spam=spam))
    request = make_request(identity=read_identity(people.user()))
    request.render_markdown = markup.render
    return request


@pytest.fixture
def old_member(people, newcomer):
    newcomer.environ["tests.identity"] = replace(
        newcomer.identity, signed_up_at=newcomer.identity.signed_up_at.replace(year=2020)
    )
    return newcomer


def sent(request, seconds_ago: float, monkeypatch, website: str = "") -> dict:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - seconds_ago)
    stamp = make_stamp(request)
    monkeypatch.setattr(time, "time", lambda: now)
    return {"title": "x", "website": website, "stamp": stamp}


def test_a_form_that_took_its_time_passes_without_the_fields_of_the_guard(newcomer, monkeypatch):
    values = sent(newcomer, 5, monkeypatch)
    check_guard(newcomer, values)
    assert values == {"title": "x"}


def test_a_form_that_comes_back_at_once_is_refused(newcomer, monkeypatch):
    with pytest.raises(Refusal, match="very fast"):
        check_guard(newcomer, sent(newcomer, 1, monkeypatch))


@pytest.mark.parametrize("stamp", ["", "x", "한글", "AAAA" * 20])
def test_a_stamp_that_is_not_ours_counts_as_made_now(newcomer, stamp):
    with pytest.raises(Refusal, match="very fast"):
        check_guard(newcomer, {"website": "", "stamp": stamp})


def test_a_field_that_nobody_sees_must_be_empty(newcomer, monkeypatch, caplog):
    with caplog.at_level("INFO"), pytest.raises(Refusal, match="hidden field"):
        check_guard(newcomer, sent(newcomer, 5, monkeypatch, website="http://spam"))
    assert "honeypot" in caplog.text


def test_a_form_without_a_guard_is_let_through(newcomer):
    check_guard(newcomer, {"title": "x"})


def test_only_newcomers_get_the_guard(newcomer):
    names = [child.name for child in guard_newcomer(newcomer, colander.Schema())]
    assert names == ["website", "stamp"]


def test_an_old_member_gets_the_form_as_it_is(old_member):
    assert list(guard_newcomer(old_member, colander.Schema())) == []
    assert len(list(guard(old_member, colander.Schema()))) == 2


TWO_LINKS = markup.render("https://a.example https://b.example")


def test_a_newcomer_may_post_one_link_and_not_two(newcomer):
    check_links(newcomer, markup.render("https://a.example"))
    with pytest.raises(Refusal):
        check_links(newcomer, TWO_LINKS)


def test_an_address_in_the_title_counts_too(newcomer):
    with pytest.raises(Refusal):
        check_links(newcomer, markup.render("https://a.example"), title="See https://b.example")


def test_an_old_member_posts_any_number_of_links(old_member):
    check_links(old_member, TWO_LINKS)
