"""One's logins: seeing them, ending them, and how they end by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD
from sqlalchemy import select, update

from qaboard.jobs import background
from qaboard.models import UserSession, utc_now
from qaboard.services.accounts.user_session import SESSIONS_MAX_COUNT

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def log_in(client, username: str, *, user_agent: str = FIREFOX, address: str = "192.0.2.7"):
    client.extra_environ.update(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = username, PASSWORD
    return form.submit("submit", status=303)


def is_logged_in(client) -> bool:
    return client.get("/account/", expect_errors=True).status_int == 200


def last_use(board):
    with board.transaction() as session:
        return session.query(UserSession).one().last_used_at


def age_sessions(board, **columns) -> None:
    with board.transaction() as session:
        session.execute(update(UserSession).values(**columns))


def test_a_use_that_could_not_be_noted_is_noted_by_the_next_request(
    app, browser, board, monkeypatch
):
    board.user("alex")
    client = browser()
    log_in(client, "alex")
    age_sessions(board, last_used_at=utc_now() - timedelta(days=1))
    with monkeypatch.context() as full:
        full.setattr(background, "QUEUE_LENGTH", 0)
        client.get("/account/")
    client.get("/account/")
    app.registry["background"].wait()
    assert utc_now() - last_use(board) < timedelta(hours=1)


def test_they_are_listed_with_device_address_and_times(browser, board):
    board.user("alex")
    here, there = browser(), browser()
    log_in(there, "alex", user_agent=IPHONE, address="2001:db8::5")
    log_in(here, "alex")
    rows = here.get("/account/sessions").html.select("main li.plain-row")
    assert len(rows) == 2
    assert "Firefox on Linux" in rows[0].text
    assert "This browser" in rows[0].text
    assert "192.0.2.7" in rows[0].text
    assert "Mobile Safari on iOS" in rows[1].text
    assert "2001:db8::5" in rows[1].text
    assert len(rows[1].select("time")) == 2


@pytest.mark.parametrize("user_agent", ["", "x" * 5000, "<script>alert(1)</script>", "한글"])
def test_whatever_a_browser_says_of_itself_is_shown_as_text(browser, board, user_agent):
    board.user("alex")
    client = browser()
    log_in(client, "alex", user_agent=user_agent.encode().decode("latin-1"))
    page = client.get("/account/sessions")
    assert "Unknown device" in page
    assert page.html.find("main").find("script") is None


def test_another_login_is_ended_on_the_server(browser, board):
    board.user("alex")
    here, there = browser(), browser()
    log_in(there, "alex", user_agent=IPHONE)
    log_in(here, "alex")
    page = here.get("/account/sessions")
    form = next(f for f in page.forms.values() if f.action == "/account/end-session")
    page = form.submit().follow()
    assert "That session is logged out." in page
    assert "Mobile Safari" not in page
    assert is_logged_in(here)
    assert not is_logged_in(there)


def test_all_others_are_ended_at_once(browser, board):
    board.user("alex")
    here, *others = (browser() for _ in range(4))
    for client in (*others, here):
        log_in(client, "alex")
    page = here.get("/account/sessions")
    form = next(f for f in page.forms.values() if f.action == "/account/end-other-sessions")
    form.submit().follow()
    assert is_logged_in(here)
    assert not any(is_logged_in(client) for client in others)
    assert "Log out everywhere else" not in here.get("/account/sessions")


def test_ones_own_is_ended_by_logging_out(browser, board):
    board.user("alex")
    client = browser()
    log_in(client, "alex")
    page = client.get("/account/sessions")
    form = next(f for f in page.html.find("main").find_all("form"))
    assert form["action"] == "/logout"
    answer = client.post("/logout", {"csrf_token": form.find("input")["value"]})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_logged_in(client)


@pytest.mark.parametrize("act", ["end-session", "end-other-sessions"])
def test_after_a_while_ending_others_needs_a_fresh_proof(browser, board, act):
    board.user("alex")
    here, there = browser(), browser()
    log_in(there, "alex")
    log_in(here, "alex")
    form = next(
        form
        for form in here.get("/account/sessions").forms.values()
        if form.action == f"/account/{act}"
    )
    age_sessions(board, authenticated_at=utc_now() - timedelta(minutes=16))
    page = form.submit().follow()
    assert page.request.path == "/account/confirm"
    assert is_logged_in(there)
    page.forms["confirm"]["password"] = PASSWORD
    page = page.forms["confirm"].submit("submit").follow()
    form = next(form for form in page.forms.values() if form.action == f"/account/{act}")
    form.submit()
    assert not is_logged_in(there)


@pytest.mark.parametrize("session_id", ["0", "-1", "", "x", "9" * 30, "1.0"])
def test_what_is_no_login_of_ones_own_is_left_alone(browser, board, session_id):
    stranger = browser(board.user("stranger"))
    client = browser(board.user("alex"))
    with board.transaction() as session:
        theirs = session.query(UserSession).order_by(UserSession.id).first().id
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    for value in (session_id, str(theirs)):
        client.post("/account/end-session", {"csrf_token": token, "session": value}, status=303)
    assert is_logged_in(stranger)
    assert is_logged_in(client)


@pytest.mark.parametrize(
    ("columns", "goes_on"),
    [
        ({"last_used_at": timedelta(days=13, hours=23)}, True),
        ({"last_used_at": timedelta(days=14, seconds=1)}, False),
        ({"expires_at": timedelta(seconds=1)}, False),
    ],
)
def test_a_login_ends_unused_and_at_a_certain_age(browser, board, columns, goes_on):
    client = browser(board.user())
    age_sessions(board, **{name: utc_now() - age for name, age in columns.items()})
    assert is_logged_in(client) is goes_on


def test_in_production_the_cookie_of_a_login_is_for_https_and_this_host(make_app, browser, board):
    site = {"qaboard.secure_cookies": "true", "qaboard.url": "https://localhost"}
    client = browser(of=make_app(site))
    client.extra_environ["wsgi.url_scheme"] = "https"
    board.user("alex")
    answer = log_in(client, "alex")
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    origin = {"Origin": "https://localhost"}
    for response in (answer, client.post("/logout", {"csrf_token": token}, headers=origin)):
        # Browsers do not take back what is set without these either.
        cookies = response.headers.getall("Set-Cookie")
        assert sorted(cookie.partition("=")[0] for cookie in cookies) == [
            "__Host-login",
            "__Host-session",
        ]
        for cookie in cookies:
            attributes = cookie.lower().split("; ")
            assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(attributes)
            assert not any(attribute.startswith("domain") for attribute in attributes)


def test_both_ages_are_settings(make_app, browser, board):
    app = make_app({"accounts.session_lifetime_days": "3", "accounts.session_idle_days": "2"})
    board.user("alex")
    client = browser(of=app)
    cookie = next(c for c in log_in(client, "alex").headers.getall("Set-Cookie") if "login=" in c)
    assert f"Max-Age={3 * 24 * 60 * 60};" in cookie
    with board.transaction() as session:
        login = session.query(UserSession).one()
        assert login.expires_at - login.created_at == timedelta(days=3)
    age_sessions(board, last_used_at=utc_now() - timedelta(days=1, hours=23))
    assert is_logged_in(client)
    age_sessions(board, last_used_at=utc_now() - timedelta(days=2, seconds=1))
    assert not is_logged_in(client)


def test_the_last_use_is_noted_now_and_then(app, browser, board, count_queries):
    client = browser(board.user())
    before = utc_now() - timedelta(minutes=9)
    age_sessions(board, last_used_at=before)
    client.get("/questions/")
    assert last_use(board) == before
    age_sessions(board, last_used_at=utc_now() - timedelta(minutes=11))
    with count_queries() as statements:
        client.get("/questions/")
        app.registry["background"].wait()
    assert len([s for s in statements if s.startswith("UPDATE user_sessions")]) == 1
    assert utc_now() - last_use(board) < timedelta(minutes=1)
    with count_queries() as statements:
        client.get("/questions/")
    assert not [s for s in statements if s.startswith("UPDATE")]


def test_who_reads_does_not_wait_for_who_writes(app, browser, board, caplog):
    client = browser(board.user())
    noted = utc_now() - timedelta(minutes=11)
    age_sessions(board, last_used_at=noted)
    with app.registry["engine"].execution_options(writes=True).begin() as connection:
        connection.execute(select(UserSession.id).with_for_update())
        for path in ("/questions/", "/account/", "/questions/ask"):
            assert client.get(path).status_int == 200
        # It is still to be noted, and once.
        assert "could not be noted" not in caplog.text
    app.registry["background"].wait()
    assert last_use(board) > noted
    assert "could not be noted" not in caplog.text


def test_a_login_that_waits_for_its_second_factor_opens_nothing(browser, board):
    client = browser(board.user())
    age_sessions(board, is_pending=True)
    assert not is_logged_in(client)


def test_only_so_many_logins_are_kept(browser, board):
    user = board.user()
    first = browser(user)
    for _ in range(SESSIONS_MAX_COUNT):
        board.token(user)
    assert not is_logged_in(first)
    assert len(board.facts()["user_sessions"]) == SESSIONS_MAX_COUNT


def test_personal_pages_are_kept_by_nobody(browser, board):
    client = browser(board.user())
    settings = (
        "activity authenticator-app close confirm download email password passkeys sessions "
        "two-factor"
    )
    personal = [f"/account/{name}" for name in ("", *settings.split())]
    for path in (*personal, "/second-factor", "/questions/", "/", "/nowhere", "/login"):
        page = client.get(path, expect_errors=True)
        assert page.headers["Cache-Control"] == "private, no-store", path
    assert "no-store" not in client.get("/static/css/qaboard.css").headers["Cache-Control"]
    assert "no-store" not in browser().get("/questions/").headers.get("Cache-Control", "")
