"""What takes time is done before a request begins to write: on SQLite everybody else waits then."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher
from factories import PASSWORD
from markdown import Markdown
from second_factors import Device, add_app, add_passkey, enter_code, log_in
from sqlalchemy import event
from test_passkeys import add as add_new_passkey
from test_passkeys import use as use_passkey
from test_password_reset import choose, link_for
from test_permissions import FIELDS, Scene, views_of

from qaboard.limits.rate_limits import RateLimiter
from qaboard.security import encryption, passkeys

WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "LOCK")


@dataclass
class Watch:
    """The slow steps that were made, and those of them by which others were kept waiting."""

    steps: set[str] = field(default_factory=set)
    steps_while_writing: list[str] = field(default_factory=list)


@pytest.fixture
def watch(app, monkeypatch):
    engine = app.registry["engine"]
    thread = threading.local()
    watch = Watch()

    def begin(_connection, _cursor, statement, *_rest):
        if statement == "ROLLBACK":
            thread.writes = False
        elif statement.startswith(WRITES) or " FOR " in statement:
            thread.writes = True

    def end(_connection):
        thread.writes = False
        thread.has_library = False

    def note(owner, name):
        original = getattr(owner, name)

        def noted(*args, **kwargs):
            watch.steps.add(name)
            is_loaded = name == "_webauthn" and getattr(thread, "has_library", False)
            thread.has_library = is_loaded or name == "_webauthn"
            if getattr(thread, "writes", False) and not is_loaded:
                watch.steps_while_writing.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, noted)

    note(PasswordHasher, "hash")
    note(PasswordHasher, "verify")
    note(Markdown, "convert")
    note(RateLimiter, "seconds_to_wait")
    # They import large libraries, the first time; here each request is taken for the first one.
    note(passkeys, "_webauthn")
    note(encryption.SecretEncryption, "__init__")
    listeners = (("after_cursor_execute", begin), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield watch
    for name, listener in listeners:
        event.remove(engine, name, listener)


@pytest.mark.parametrize("person", ["admin", None])
def test_no_button_and_no_form_does_slow_work_while_others_wait(app, browser, board, watch, person):
    for view in views_of(app):
        if view.method != "POST":
            continue
        scene = Scene(board, "live")
        if view.name == "restore":
            scene.state = "deleted"
        scene.apply(view.context)
        client = browser(scene.people[person]) if person else browser()
        token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
        fields = FIELDS.get(view.name, {}) | {"csrf_token": token}
        # The scene itself is rendered where its rows are written.
        watch.steps_while_writing.clear()
        client.post(scene.path(view.context) + view.name, fields, expect_errors=True)
        assert watch.steps_while_writing == [], view
        board.clear()
    assert {"hash", "verify", "seconds_to_wait"} <= watch.steps
    if person == "admin":
        assert "convert" in watch.steps


def test_a_made_up_login_holds_nobody_up(browser, board, watch):
    board.user("alex")
    client = browser()
    client.set_cookie("login", "A" * 43)
    log_in(client)
    for path, fields in (("/login", {"username": "alex", "password": "wrong horse"}),):
        token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
        client.set_cookie("login", "A" * 43)
        client.post(path, fields | {"csrf_token": token}, status=400)
    assert "verify" in watch.steps
    assert watch.steps_while_writing == []


def test_nor_does_a_login_whose_hash_is_made_anew(browser, board, watch, make_app):
    board.user("alex")
    stricter = make_app({"passwords.passes": "2"})
    log_in(browser(of=stricter))
    assert {"verify", "hash"} <= watch.steps
    assert watch.steps_while_writing == []


def test_nor_does_a_reset(browser, board, watch, mails):
    board.user("alex")
    assert choose(browser(), link_for(browser, mails)).status_int == 303
    assert "hash" in watch.steps
    assert watch.steps_while_writing == []


def test_nor_do_second_factors(app, browser, board, watch):
    user = board.user("alex")
    device = Device()
    add_passkey(board, device, user)
    totp = add_app(board, app, user)
    watch.steps_while_writing.clear()
    client = browser()
    log_in(client)
    assert enter_code(client, totp.now()).status_int == 303
    add_new_passkey(client, Device(), status=303)
    use_passkey(browser(), device, "/login")
    form = client.get("/account/confirm").forms["confirm"]
    form["password"] = PASSWORD
    form["code"] = "000000"
    form.submit("submit", status=400)
    assert {"_webauthn", "verify"} <= watch.steps
    assert watch.steps_while_writing == []


def test_nor_does_an_edit_that_conflicts(browser, board, watch):
    author = board.user()
    question = board.question(author)
    watch.steps_while_writing.clear()
    forms = [browser(author).get(f"/questions/{question.id}/edit").forms["edit"] for _ in range(2)]
    for number, form in enumerate(forms):
        form["body"] = f"text {number}"
    forms[0].submit("submit", status=303)
    forms[1].submit("submit", status=409)
    assert "convert" in watch.steps
    assert watch.steps_while_writing == []
