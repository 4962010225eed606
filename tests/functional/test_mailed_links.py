"""Links in mails: what opens them, what ends them, and what they leave behind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from factories import PASSWORD
from sqlalchemy import update
from test_transactions import at_once

from qaboard.models import SingleUseToken, User, utc_now
from qaboard.services.accounts.email_address import issue_address_token
from qaboard.services.accounts.password_reset import issue_reset_token

NEW_PASSWORD = "a horse of another colour"
PAGES = ("verify-email", "reset-password")


@pytest.fixture
def link(board):
    """Makes a link as the mails have it, without the site's address."""

    def make(user: User, page: str, email: str | None = None) -> str:
        with board.transaction() as session:
            row = session.get_one(User, user.id)
            if page == "reset-password":
                token = issue_reset_token(session, row, email=row.email)
            else:
                token = issue_address_token(session, row, email or row.email)
        return f"/{page}?token={token}"

    return make


def follow(client, link: str):
    """The page that a link leads to; that of a dead one is at its own address."""
    page = client.get(link, expect_errors=True)
    return page.follow(expect_errors=True) if page.status_int == 303 else page


def confirm(client, link: str):
    page = follow(client, link)
    if page.status_int != 200:
        return page
    form = next(f for f in page.forms.values() if f.action == "/verify-email")
    return form.submit(expect_errors=True)


def reset(client, link: str, password: str = NEW_PASSWORD):
    page = follow(client, link)
    if page.status_int != 200:
        return page
    form = page.forms["reset"]
    form["password"] = form["password_confirm"] = password
    return form.submit("submit", expect_errors=True)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_of_a_link_is_kept_by_nobody(browser, board, link, page):
    client = browser()
    address = link(board.user(email_verified_at=None), page)
    token = address.partition("=")[2]
    opened = client.get(address)
    shown = opened.follow()
    for response in (opened, shown):
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
        assert token not in response.text
    assert token not in opened.location
    assert shown.request.path_qs == f"/{page}"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "token", ["a" * 5000, "한" * 500, "\U0001f511" * 100], ids=["long", "korean", "emoji"]
)
def test_what_no_mail_has_is_a_dead_link(browser, page, token):
    # It would not fit into the cookie that keeps it.
    browser().get(f"/{page}", {"token": token}, status=410)


@pytest.mark.parametrize("page", PAGES)
def test_a_dead_link_leaves_the_open_form_of_another_alone(browser, board, link, page):
    client = browser()
    form_page = follow(client, link(board.user(email_verified_at=None), page))
    before = dict(client.cookies)
    client.get(f"/{page}?token=x", status=410)
    assert client.cookies == before
    form = next(f for f in form_page.forms.values() if f.action in ("", f"/{page}"))
    if page == "reset-password":
        form["password"] = form["password_confirm"] = NEW_PASSWORD
        assert form.submit("submit").location.endswith("/login")
    else:
        assert form.submit().status_int == 303


@pytest.mark.parametrize("page", PAGES)
def test_two_tokens_in_one_address_are_none(browser, page):
    browser().get(f"/{page}?token=a&token=b", status=410)


@pytest.mark.parametrize("page", PAGES)
def test_a_dead_link_is_forgotten_and_gives_a_visitor_no_cookie(browser, board, link, page):
    assert "Set-Cookie" not in browser().get(f"/{page}", status=410).headers
    client = browser()
    address = link(board.user(email_verified_at=None), page)
    client.get(address)
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now()))
    assert "Set-Cookie" in client.get(f"/{page}", status=410).headers
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now().replace(year=2100)))
    client.get(f"/{page}", status=410)


def test_a_link_is_for_one_account(browser, board, link):
    alex, bela = board.user("alex", email_verified_at=None), board.user("bela")
    # Whoever is logged in as somebody else confirms for the one that the mail went to.
    assert confirm(browser(bela), link(alex, "verify-email")).status_int == 303
    users = {user.username: user for user in board.users()}
    assert users["alex"].email_verified_at is not None
    assert users["bela"].email == "bela@example.com"
    assert reset(browser(bela), link(alex, "reset-password")).status_int == 303
    users = {user.username: user for user in board.users()}
    assert users["bela"].password_hash == bela.password_hash
    assert users["alex"].password_hash != alex.password_hash


def test_the_page_says_whose_address_it_is(browser, board, link):
    address = link(board.user("<i>alex", email_verified_at=None), "verify-email")
    page = browser().get(address).follow()
    assert [name.text for name in page.html.find("main").find_all("bdi")] == [
        "<i>alex@example.com",
        "<i>alex",
    ]


@pytest.mark.parametrize("way", ["change", "reset"])
def test_another_password_ends_a_change_of_address_from_before(browser, board, link, way):
    # Whoever knew the old password may have asked for it.
    user = board.user("alex")
    address = link(user, "verify-email", "thief@example.com")
    if way == "reset":
        reset(browser(), link(user, "reset-password"))
    else:
        form = browser(user).get("/account/password").forms["password"]
        form["current_password"] = PASSWORD
        form["password"] = form["password_confirm"] = NEW_PASSWORD
        form.submit("submit", status=303)
    assert confirm(browser(), address).status_int == 410
    assert board.users()[0].email == "alex@example.com"


def test_a_link_to_an_address_from_before_brings_it_not_back(browser, board, link):
    user = board.user("alex", email_verified_at=None)
    before = link(user, "verify-email")
    assert confirm(browser(), link(user, "verify-email", "new@example.com")).status_int == 303
    assert confirm(browser(), before).status_int == 410
    assert board.users()[0].email == "new@example.com"


def test_an_address_that_has_become_another_accounts_is_not_changed_to(browser, board, link):
    alex, bela = board.user("alex"), board.user("bela", email_verified_at=None)
    late = link(alex, "verify-email", "bela@example.com")
    assert confirm(browser(), link(bela, "verify-email")).status_int == 303
    assert confirm(browser(), late).status_int == 410
    assert [user.email for user in board.users()] == ["alex@example.com", "bela@example.com"]


def test_a_confirmed_address_gives_the_login_another_token(make_app, browser, board, link):
    # On a board that asks for it, it gives rights.
    app = make_app({"accounts.require_verified": "true"})
    user = board.user("alex", email_verified_at=None)
    client, others = browser(user, of=app), browser(board.user("bela"), of=app)
    before = client.cookies["login"]
    confirm(client, link(user, "verify-email"))
    assert client.cookies["login"] != before
    assert client.get("/account/").status_int == 200
    stolen = browser(of=app)
    stolen.set_cookie("login", before)
    assert stolen.get("/account/").status_int == 303
    # That of somebody else who opened the link stays theirs.
    before = others.cookies["login"]
    confirm(others, link(user, "verify-email", "new@example.com"))
    assert others.cookies["login"] == before


@pytest.mark.parametrize(("days", "count"), [(1, 1), (-1, 0)])
def test_while_it_can_be_kept_an_account_has_links(browser, board, link, mails, days, count):
    user = board.user("alex", closing_at=utc_now() + timedelta(days=days))
    form = browser().get("/forgot-password").forms["forgot"]
    form["email"] = user.email
    form.submit("submit", status=303)
    assert len(mails()) == count
    client = browser()
    reset(client, link(user, "reset-password"))
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", NEW_PASSWORD
    assert form.submit("submit", expect_errors=True).status_int == (303 if count else 400)


@pytest.mark.parametrize("page", PAGES)
def test_a_closed_account_has_no_links(browser, board, link, page):
    user = board.user("alex", email_verified_at=None)
    address = link(user, page)
    closed = {"closed_at": utc_now(), "email": None}
    with board.transaction() as session:
        session.execute(update(User).values(closed))
    act = reset if page == "reset-password" else confirm
    client = browser()
    assert act(client, address).status_int == 410
    assert board.users()[0].password_hash == user.password_hash


def test_an_address_changed_on_a_board_without_mail_ends_links(make_app, browser, board, link):
    app = make_app({"mail.enabled": "false"})
    user = board.user("alex")
    addresses = [link(user, "reset-password"), link(user, "verify-email", "other@example.com")]
    form = browser(user, of=app).get("/account/email").forms["email"]
    form["email"] = "new@example.com"
    form.submit("submit", status=303)
    assert reset(browser(), addresses[0]).status_int == 410
    assert confirm(browser(), addresses[1]).status_int == 410


def test_a_board_without_mail_still_resets_by_a_link(make_app, browser, board, link):
    app = make_app({"mail.enabled": "false"})
    user = board.user("alex")
    assert reset(browser(of=app), link(user, "reset-password")).status_int == 303
    assert browser(user, of=app).post("/forgot-password", status=400)


def test_two_requests_with_one_link_at_once(browser, board, link):
    user = board.user("alex")
    address = link(user, "reset-password")
    forms = []
    for number in range(3):
        form = browser().get(address).follow().forms["reset"]
        form["password"] = form["password_confirm"] = f"a horse of colour {number}"
        forms.append(form)
    pages = at_once([lambda form=form: form.submit("submit", expect_errors=True) for form in forms])
    assert sorted(page.status_int for page in pages) == [303, 410, 410]
    client = browser()
    won = [page.status_int for page in pages].index(303)
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = "alex", f"a horse of colour {won}"
    form.submit("submit", status=303)


def test_two_who_prove_one_address_at_once(browser, board, link):
    users = [
        board.user(name, email="one@example.com", email_verified_at=None)
        for name in ("alex", "bela")
    ]
    forms = []
    for user in users:
        page = browser().get(link(user, "verify-email")).follow()
        forms.append(next(f for f in page.forms.values() if f.action == "/verify-email"))
    pages = at_once([lambda form=form: form.submit(expect_errors=True) for form in forms])
    assert sorted(page.status_int for page in pages) == [303, 410]
    assert sum(user.email_verified_at is not None for user in board.users()) == 1


def test_pages_send_nobody_the_token(browser, board, link):
    address = link(board.user(), "reset-password")
    page = browser().get(address).follow()
    token = address.partition("=")[2]
    assert token not in page.text
    assert not re.search(r'(?:src|href)="https?://(?!localhost)', page.text)
