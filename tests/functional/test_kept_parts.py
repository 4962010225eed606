"""Parts of members' pages that are kept: for each reader, the page is what would be made now."""

from __future__ import annotations

import contextlib
import random
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from board_changes import (
    answer,
    ask,
    delete_a_question,
    during_reads,
    edit_a_question,
    edit_an_answer,
    end_the_suspension,
    rename,
    restore_a_question,
    suspend_author,
    vote,
    without_times,
    write_a_row,
)
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from qaboard import markup, templating
from qaboard.kept_pages import policy
from qaboard.models import Question, Role, UserSession, utc_now
from qaboard.security import identity
from qaboard.security import policy as security_policy
from qaboard.services.question import edit_question
from qaboard.services.user_management import OPERATOR, change_role


@pytest.fixture
def readers(small_board):
    """Those who may do different things, and one who is new."""
    board = small_board
    long_ago = utc_now() - timedelta(days=400)
    return {
        "author": board.author,
        "old hand": board.user("old-hand", created_at=long_ago),
        "other": board.user("other", created_at=long_ago),
        "newcomer": board.user("newcomer"),
        "moderator": board.user("warden", Role.MODERATOR, created_at=long_ago),
        "visitor": None,
    }


def without_secrets(page) -> str:
    """A page without times, tokens, keys and stamps, which differ from browser to browser."""
    hidden = 'name="(?:csrf_token|idempotency_key)" value="[0-9a-f]{32,}"'
    text = re.sub(hidden, "", without_times(page))
    return re.sub('name="stamp" value="[A-Za-z0-9_-]{40,}"', "", text)


def tokens(page) -> set[str]:
    return set(re.findall('name="csrf_token" value="([^"]*)"', page.text))


@pytest.mark.parametrize("seed", range(3))
def test_random_reads_and_writes(small_board, browser, unkept, readers, count_queries, seed):
    chance = random.Random(seed)  # no secret  # noqa: S311
    board = small_board
    board.newest = board.question(board.author, title="커피 coffee", created_at=utc_now())
    addresses = [
        *board.addresses,
        f"/questions/{board.asked.id}/?sort=oldest",
        f"/questions/{board.other.id}/",
        f"/questions/{board.newest.id}/",
        f"/questions/{board.newest.id}/edit",
        "/questions/?page=2",
    ]

    def vote_as_member(_board) -> None:
        reader = readers[chance.choice(["old hand", "other"])]
        post = chance.choice([board.asked, board.answered, board.newest])
        board.vote(post, chance.choice([1, 0, -1]), reader)

    def change_a_role(_board) -> None:
        role = chance.choice(list(Role))
        with board.transaction() as session:
            change_role(session, readers["other"].id, role, actor=OPERATOR)
        # Which has ended the logins.
        for key, client in clients.items():
            if key[0] == "other":
                client.set_cookie("login", board.token(readers["other"]))

    def answer_as_member(_board) -> None:
        board.answer(board.newest, readers["other"], body="Of leaves.")

    writes = [
        ask,
        answer,
        edit_a_question,
        edit_an_answer,
        vote,
        rename,
        write_a_row,
        vote_as_member,
        vote_as_member,
        change_a_role,
        answer_as_member,
        suspend_author,
        end_the_suspension,
        delete_a_question,
        restore_a_question,
    ]
    clients = {
        (name, locale, kept): browser(user, locale=locale, of=None if kept else unkept)
        for name, user in readers.items()
        for locale in ("ko", "en")
        for kept in (True, False)
    }
    counts = []
    for _ in range(120):
        if chance.random() < 0.2:
            # What is deleted is neither edited nor voted on.
            with contextlib.suppress(StaleDataError):
                chance.choice(writes)(board)
        address = chance.choice(addresses)
        name, locale = chance.choice(list(readers)), chance.choice(["ko", "en"])
        with count_queries() as statements:
            kept = clients[name, locale, True].get(address, expect_errors=True)
        fresh = clients[name, locale, False].get(address, expect_errors=True)
        assert (kept.status, without_secrets(kept)) == (fresh.status, without_secrets(fresh))
        assert len(tokens(kept)) == len(tokens(fresh)) == (name != "visitor")
        assert (tokens(kept) == tokens(fresh)) == (name == "visitor")
        counts.append(len(statements))
    assert 1 in counts


def test_a_part_is_made_once_for_all_who_read_it(small_board, browser, readers, count_queries):
    address = f"/questions/{small_board.asked.id}/"
    clients = [browser(readers["old hand"]), browser(readers["other"])]
    pages, counts = [], []
    for client in clients:
        for path in ("/questions/", address):
            with count_queries() as statements:
                pages.append(client.get(path))
            counts.append(len(statements))
    # What is kept leaves who is asking, once, and below a question how they voted.
    assert counts[2:] == [1, 1]
    assert counts[0] > 1
    assert counts[1] > 3
    assert pages[1].html.select_one("#answer")["data-draft"] == str(readers["old hand"].id)
    assert pages[3].html.select_one("#answer")["data-draft"] == str(readers["other"].id)
    assert tokens(pages[1]).isdisjoint(tokens(pages[3]))
    for page in pages:
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in page.headers


@pytest.mark.parametrize("kind", ["old hand", "newcomer"])
def test_the_forms_of_a_kept_page_can_be_sent(small_board, browser, readers, kind):
    address = f"/questions/{small_board.asked.id}/"
    browser(small_board.user(created_at=readers[kind].created_at)).get(address)
    page = browser(readers[kind]).get(address)
    form = page.forms["answer"]
    assert ("stamp" in form.fields) == (kind == "newcomer")
    form["body"] = "With a mill."
    assert "With a mill." in form.submit("submit", status=303).follow()
    vote_form = next(form for form in page.forms.values() if form.action == f"{address}vote")
    vote_form.submit(status=303)
    assert small_board.read(small_board.asked).score == 1


def test_votes_and_rights_are_those_of_who_reads(small_board, browser, readers):
    address = f"/questions/{small_board.asked.id}/"
    clients = {name: browser(user) for name, user in readers.items()}

    def said(name: str) -> tuple[list[str], bool, bool]:
        html = clients[name].get(address).html.select_one("#question")
        own = [each.text for each in html.select(".vote-own")]
        return own, "Edit" in html.text, bool(html.select('form[action$="/vote"]'))

    small_board.vote(small_board.asked, 1, readers["old hand"])
    small_board.vote(small_board.asked, -1, readers["newcomer"])
    for _ in range(2):
        assert said("old hand") == (["You upvoted"], False, True)
        assert said("newcomer") == (["You downvoted"], False, True)
        assert said("other") == ([], False, True)
        assert said("author") == (["Your post"], True, False)
        assert said("moderator") == ([], True, True)
        assert said("visitor") == ([], False, False)


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_what_is_committed_while_a_part_is_made(app, small_board, browser, unkept, readers, number):
    address = f"/questions/{small_board.asked.id}/"
    reader = readers["old hand"]
    client, fresh = browser(reader), browser(reader, of=unkept)
    with during_reads(app, lambda: edit_a_question(small_board), number):
        client.get(address)
    assert without_secrets(client.get(address)) == without_secrets(fresh.get(address))


def test_a_relative_time_goes_on(small_board, browser, readers, monkeypatch, count_queries):
    small_board.question(small_board.author, "About now", created_at=utc_now())
    begin = utc_now().timestamp()
    client = browser(readers["old hand"])

    def text_after(seconds: float) -> tuple[str, bool]:
        """What is said of the question after a while, and whether the list was made anew."""
        now = begin + seconds
        monkeypatch.setattr(policy, "time", SimpleNamespace(time=lambda: now))
        monkeypatch.setattr(templating, "utc_now", lambda: datetime.fromtimestamp(now, UTC))
        with count_queries() as statements:
            page = client.get("/questions/")
        return page.html.select_one(".question-row time").text, len(statements) > 1

    assert text_after(10 * 60) == ("10 minutes ago", True)
    assert text_after(10 * 60 + 20) == ("10 minutes ago", False)
    assert text_after(10 * 60 + 31) == ("11 minutes ago", True)
    # A clock that is put back.
    assert text_after(10 * 60) == ("10 minutes ago", True)


@pytest.mark.parametrize("end", ["lifetime", "idle", "closing", "suspension"])
def test_who_is_asking_is_kept_until_time_makes_it_wrong(
    small_board, browser, monkeypatch, count_queries, end
):
    begin = utc_now()
    soon = begin + timedelta(seconds=60)
    member = small_board.user(
        closing_at=soon if end == "closing" else None,
        suspended_until=soon if end == "suspension" else None,
    )
    client = browser(member)
    idle_days = client.app.registry["settings"].accounts.session_idle_days
    with small_board.transaction() as session:
        login = session.scalars(select(UserSession).where(UserSession.user_id == member.id)).one()
        if end == "lifetime":
            login.expires_at = soon
        if end == "idle":
            login.last_used_at = soon - timedelta(days=idle_days)

    def answer_after(seconds: float) -> tuple[int, bool]:
        """The status of a page for those who may ask, and whether the database was asked."""
        now = begin + timedelta(seconds=seconds)
        monkeypatch.setattr(policy, "time", SimpleNamespace(time=now.timestamp))
        monkeypatch.setattr(identity, "utc_now", lambda: now)
        # What an idle login would be noted for is a commit.
        monkeypatch.setattr(security_policy, "utc_now", lambda: login.last_used_at)
        with count_queries() as statements:
            page = client.get("/questions/ask", expect_errors=True)
        return page.status_int, bool(statements)

    before, after = (403, 200) if end == "suspension" else (200, 303)
    assert answer_after(1) == (before, True)
    assert answer_after(59) == (before, False)
    assert answer_after(61) == (after, True)


def test_pages_and_parts_have_one_limit(small_board, browser, readers, make_app):
    other = make_app({"qaboard.kept_pages_mib": "1"})
    store = other.registry["kept_pages"]
    clients = [browser(of=other), browser(readers["other"], of=other)]
    with small_board.transaction() as session:
        question = session.get_one(Question, small_board.asked.id)
        edit_question(
            session,
            question,
            title="Long",
            body="긴 글 " * 5000,
            version=None,
            render=markup.render,
        )
    for number in range(40):
        for client in clients:
            client.get(f"/questions/?number={number}")
            client.get(f"/questions/{small_board.asked.id}/?number={number}")
            assert store.size_bytes <= 1024 * 1024
    assert len(store.pages) > 10


def test_a_database_that_does_not_tell_its_state(app, small_board, browser, readers, monkeypatch):
    monkeypatch.setattr(app.registry["database_state"], "ask", lambda _connection: None)
    client = browser(readers["old hand"])
    for title in ("About milk", "About water"):
        assert title not in client.get("/questions/")
        small_board.question(small_board.author, title=title)
        assert title in client.get("/questions/")


def test_who_may_only_read_is_told_their_own_reason(small_board, browser):
    address = f"/questions/{small_board.asked.id}/"
    until = utc_now() + timedelta(days=1)
    clients = {
        reason: browser(small_board.user(suspended_until=until, suspension_reason=reason))
        for reason in ("Too loud.", "Too quiet.")
    }
    # After the last login, which is a commit: what is kept stays right from here on.
    for reason, client in 2 * list(clients.items()):
        page = client.get(address)
        assert reason in page.html.select_one(".alert-warning").text
        assert not page.html.select("#question form")
