"""Passkeys: added, used for a login, for its second step, to confirm; and all that is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from factories import PASSWORD
from limits import parse
from second_factors import USER_PRESENT, USER_VERIFIED, Device, add_app, add_passkey
from sqlalchemy import select, update
from webauthn.helpers import bytes_to_base64url

from qaboard.models import Passkey, SecurityEvent, SingleUseToken, User, UserSession, utc_now


@pytest.fixture
def user(board):
    return board.user("alex")


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def passkey(board, user, device) -> Device:
    """A device whose passkey the user has added."""
    add_passkey(board, device, user)
    return device


def form_of(client, address: str):
    return client.get(address).forms["passkey"]


def options_for(client, form) -> dict:
    """What the script of the page asks for before it asks the device."""
    path = form.html.form["data-options"]
    return client.post(path, {"csrf_token": form["csrf_token"].value}).json


def send(client, form, credential: str, status: int = 303):
    form["credential"] = credential
    return form.submit(status=status)


def use(client, device: Device, address: str, status: int = 303):
    """Do all that a press of the button does."""
    form = form_of(client, address)
    return send(client, form, device.use(options_for(client, form)), status)


def add(client, device: Device, name: str = "my phone", status: int = 200):
    form = form_of(client, "/account/passkeys")
    form["name"] = name
    return send(client, form, device.create(options_for(client, form)), status)


def enter_password(client, username: str = "alex"):
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = username, PASSWORD
    return form.submit("submit", status=303)


def is_logged_in(client) -> bool:
    return client.get("/account/", expect_errors=True).status_int == 200


def rows(board, model) -> list:
    with board.transaction() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def kinds(board, user) -> list[str]:
    return [
        f"{event.kind} {event.details.get('factor', '')}".strip()
        for event in rows(board, SecurityEvent)
        if event.user_id == user.id
    ]


def assert_refused(page) -> None:
    assert page.status_int == 400
    assert "This passkey wasn’t accepted." in page.html.find(class_="error-summary").text


def test_adding_one(browser, board, user, device, mails):
    client, elsewhere = browser(user), browser(user)
    client.extra_environ["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    form = form_of(client, "/account/passkeys")
    assert form["name"].value == "Firefox on Linux"
    options = options_for(client, form)
    assert options["rp"] == {"name": "qaboard", "id": "localhost"}
    assert options["user"]["name"] == "alex"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["excludeCredentials"] == []
    token = client.cookies["login"]
    page = send(client, form, device.create(options), status=200)
    # It is the first factor, so there are recovery codes too.
    assert len(page.html.find(id="recovery-codes").text.split()) == 10
    assert "Passkey added." in page
    assert client.cookies["login"] != token
    assert not is_logged_in(elsewhere)
    page = client.get("/account/passkeys")
    row = page.html.select("main li.plain-row")[0].text
    assert "Firefox on Linux" in row
    assert "never used" in row
    assert kinds(board, user) == ["factor_added passkey"]
    (mail,) = mails()
    assert "A passkey was added" in mail.get_body(("plain",)).get_content()
    # A device that has one is not asked for another.
    options = options_for(client, form_of(client, "/account/passkeys"))
    assert [each["id"] for each in options["excludeCredentials"]] == [
        bytes_to_base64url(device.credential_id)
    ]
    # A second one brings no new recovery codes.
    page = add(client, Device(), status=303)
    assert len(board.facts()["passkeys"]) == 2
    assert len(board.facts()["recovery_codes"]) == 10


def test_logging_in_with_it_alone(browser, board, user, passkey):
    client = browser()
    form = form_of(client, "/login?next=/questions/ask")
    options = options_for(client, form)
    assert options["rpId"] == "localhost"
    assert options["userVerification"] == "required"
    # Nothing tells which passkeys there are.
    assert options["allowCredentials"] == []
    answer = send(client, form, passkey.use(options))
    assert answer.location == "/questions/ask"
    assert "Welcome back, alex!" in client.get("/questions/")
    assert is_logged_in(client)
    assert kinds(board, user) == ["login passkey"]
    (row,) = rows(board, Passkey)
    assert row.sign_count == 1
    assert utc_now() - row.last_used_at < timedelta(minutes=1)
    assert board.facts()["single_use_tokens"] == []
    assert "last used" in client.get("/account/passkeys")


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example"])
def test_it_leads_nowhere_else(browser, user, passkey, address):
    assert use(browser(), passkey, f"/login?next={address}").location == "/"


def test_it_is_the_second_step_after_a_password(browser, board, user, passkey):
    client = browser()
    answer = enter_password(client)
    assert answer.location == "/second-factor?next="
    assert not is_logged_in(client)
    form = form_of(client, "/second-factor?next=/questions/ask")
    options = options_for(client, form)
    assert [each["id"] for each in options["allowCredentials"]] == [
        bytes_to_base64url(passkey.credential_id)
    ]
    # A device that is told which passkey to use need not say whose it is.
    passkey.user_handle = None
    answer = send(client, form, passkey.use(options))
    assert answer.location == "/questions/ask"
    assert is_logged_in(client)


def test_it_confirms_who_one_is(browser, board, user, passkey):
    client = browser(user)
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
    assert client.get("/account/passkeys").location.startswith("/account/confirm")
    token = client.cookies["login"]
    answer = use(client, passkey, "/account/confirm?next=/account/passkeys")
    assert answer.location == "/account/passkeys"
    assert client.get("/account/passkeys").status_int == 200
    assert client.cookies["login"] != token
    assert kinds(board, user) == ["reauthentication passkey"]


def test_with_passkeys_alone_a_recovery_code_is_the_other_way(browser, board, user, device):
    client = browser(user)
    codes = add(client, device).html.find(id="recovery-codes").text.split()
    client = browser()
    page = enter_password(client).follow()
    assert "Use your passkey, or enter a recovery code" in page
    form = page.forms["second-factor"]
    form["code"] = codes[0]
    form.submit("submit", status=303)
    assert is_logged_in(client)


def test_removing_one(browser, board, user, passkey, mails):
    client, elsewhere = browser(user), browser(user)
    page = client.get("/account/passkeys")
    form = next(f for f in page.forms.values() if f.action == "/account/remove-passkey")
    page = form.submit().follow()
    assert "Passkey removed." in page
    assert "You have no passkeys yet." in page
    assert not is_logged_in(elsewhere)
    assert kinds(board, user) == ["factor_removed passkey"]
    assert len(mails()) == 1
    assert_refused(use(browser(), passkey, "/login", status=400))
    client = browser()
    enter_password(client)
    assert is_logged_in(client)


def test_recovery_codes_stay_while_there_is_another_factor(app, browser, board, user, device):
    client = browser(user)
    add(client, device)
    add_app(board, app, user)
    page = client.get("/account/passkeys")
    next(f for f in page.forms.values() if f.action == "/account/remove-passkey").submit()
    assert len(board.facts()["recovery_codes"]) == 10


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "9" * 30])
def test_what_is_no_passkey_of_ones_own_is_left_alone(browser, board, user, passkey, number):
    stranger = browser(board.user())
    token = stranger.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    (row,) = rows(board, Passkey)
    before = board.facts()
    for value in (number, str(row.id)):
        fields = {"csrf_token": token, "passkey": value}
        stranger.post("/account/remove-passkey", fields, status=303)
    assert board.facts() == before


def test_the_passkey_of_another_user_is_no_second_step(browser, board, user, passkey):
    thief = board.user("thief")
    thiefs_device = Device()
    add_passkey(board, thiefs_device, thief)
    client = browser()
    enter_password(client)
    page = use(client, thiefs_device, "/second-factor", status=400)
    assert_refused(page)
    assert not is_logged_in(client)
    assert kinds(board, user) == ["factor_failure passkey"]
    # Nor does it confirm that one is somebody else.
    client = browser(user)
    assert_refused(use(client, thiefs_device, "/account/confirm", status=400))


def test_a_passkey_that_says_it_is_somebody_elses(browser, board, user, passkey):
    passkey.user_handle = board.user().id.to_bytes(8, "big")
    client = browser()
    assert_refused(use(client, passkey, "/login", status=400))
    # For a login it must say whose it is.
    passkey.user_handle = None
    assert_refused(use(client, passkey, "/login", status=400))
    assert not is_logged_in(client)


def test_an_answer_is_accepted_once(browser, board, user, passkey):
    client = browser()
    form = form_of(client, "/login")
    credential = passkey.use(options_for(client, form))
    send(client, form, credential)
    assert is_logged_in(client)
    other = browser()
    assert_refused(send(other, form_of(other, "/login"), credential, status=400))
    assert not is_logged_in(other)


def test_a_challenge_is_used_up_by_a_wrong_answer_too(browser, board, user, passkey):
    client = browser()
    form = form_of(client, "/login")
    options = options_for(client, form)
    right = passkey.use(options)
    passkey.flags = USER_PRESENT
    page = send(client, form, passkey.use(options), status=400)
    assert board.facts()["single_use_tokens"] == []
    assert_refused(send(client, page.forms["passkey"], right, status=400))


def test_a_challenge_expires(browser, board, user, passkey):
    client = browser()
    form = form_of(client, "/login")
    credential = passkey.use(options_for(client, form))
    (token,) = rows(board, SingleUseToken)
    assert token.expires_at - token.created_at == timedelta(minutes=5)
    with board.transaction() as session:
        session.execute(update(SingleUseToken).values(expires_at=utc_now()))
    assert_refused(send(client, form, credential, status=400))


def test_a_challenge_that_was_never_issued(browser, user, passkey):
    client = browser()
    credential = passkey.use({"challenge": bytes_to_base64url(b"x" * 32)})
    assert_refused(send(client, form_of(client, "/login"), credential, status=400))


def test_a_challenge_for_one_thing_is_for_no_other(browser, board, user, passkey):
    """That of a login is none for a second step, that of a new passkey none for a use."""
    visitor, client, own = browser(), browser(), browser(user)
    enter_password(client)
    login_form = form_of(visitor, "/login")
    step_form = form_of(client, "/second-factor")
    adding_form = form_of(own, "/account/passkeys")
    cases = (
        (visitor, login_form, client, step_form),
        (client, step_form, visitor, login_form),
        (own, adding_form, visitor, login_form),
        (own, adding_form, client, step_form),
    )
    for asking, asking_form, sending, sending_form in cases:
        credential = passkey.use(options_for(asking, asking_form))
        assert_refused(send(sending, sending_form, credential, status=400))


def test_a_challenge_of_another_user(browser, board, user, passkey):
    other = board.user("other")
    add_passkey(board, Device(), other)
    client, others = browser(), browser()
    enter_password(client)
    enter_password(others, "other")
    credential = passkey.use(options_for(others, form_of(others, "/second-factor")))
    assert_refused(send(client, form_of(client, "/second-factor"), credential, status=400))


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost"},
        {"origin": "https://localhost:6543"},
        {"site": "evil.example"},
        {"flags": USER_PRESENT},
        {"flags": USER_VERIFIED},
        {"flags": 0},
        {"credential_id": b"unknown"},
        {"credential_id": b""},
        {"key": Device().key},
    ],
    ids=lambda change: ", ".join(f"{name}={value!r:.30}" for name, value in change.items()),
)
def test_what_is_not_right_about_an_answer(browser, board, user, passkey, change):
    for name, value in change.items():
        setattr(passkey, name, value)
    client = browser()
    assert_refused(use(client, passkey, "/login", status=400))
    assert not is_logged_in(client)
    (row,) = rows(board, Passkey)
    assert (row.sign_count, row.last_used_at) == (0, None)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"site": "evil.example"},
        {"flags": USER_PRESENT},
        {"flags": USER_VERIFIED},
        {"credential_id": b""},
        {"credential_id": b"x" * 1024},
    ],
    ids=lambda change: ", ".join(f"{name}={value!r:.30}" for name, value in change.items()),
)
def test_what_is_not_right_about_a_new_one(browser, board, user, change):
    assert_refused(add(browser(user), Device(**change), status=400))
    assert board.facts()["passkeys"] == []


def test_one_that_is_another_users_already(browser, board, user, passkey):
    assert_refused(add(browser(board.user()), passkey, status=400))
    assert len(board.facts()["passkeys"]) == 1


def test_only_so_many(browser, board, user):
    for _ in range(20):
        add_passkey(board, Device(), user)
    page = add(browser(user), Device(), status=400)
    assert "You already have 20 passkeys." in page.html.find(class_="error-summary").text


@pytest.mark.parametrize("name", ["", " ", "\n", "x" * 51, "\u200b"])
def test_its_name_is_a_short_line(browser, board, user, device, name):
    page = add(browser(user), device, name=name, status=400)
    assert page.html.find(id="passkey-name-error")
    assert board.facts()["passkeys"] == []


def test_its_name_is_shown_as_text(browser, board, user, device):
    client = browser(user)
    add(client, device, name="<script>alert(1)</script>")
    page = client.get("/account/passkeys")
    assert "<script>alert(1)</script>" in page.html.find("strong").text


def test_a_counter_that_goes_back_is_refused_and_told(browser, board, user, passkey, mails):
    """A copy of the key has signed meanwhile, or this is one."""
    client = browser()
    use(client, passkey, "/login")
    use(browser(), passkey, "/login")
    passkey.sign_count = 1
    client = browser()
    assert_refused(use(client, passkey, "/login", status=400))
    assert kinds(board, user)[-1] == "factor_failure passkey"
    (mail,) = mails()
    assert "a copy of one of your passkeys" in mail.get_body(("plain",)).get_content()
    # The count stays the higher one; the device that has it goes on.
    passkey.sign_count = 2
    use(client, passkey, "/login")
    assert is_logged_in(client)


def test_a_counter_that_nobody_signed_tells_nothing(browser, board, user, passkey, mails):
    use(browser(), passkey, "/login")
    passkey.sign_count = 0
    passkey.key = Device().key
    assert_refused(use(browser(), passkey, "/login", status=400))
    assert mails() == []


def test_a_device_that_does_not_count(browser, user, passkey):
    for _ in range(2):
        passkey.sign_count = -1
        client = browser()
        use(client, passkey, "/login")
        assert is_logged_in(client)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def with_response(**response) -> str:
    parts = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}
    credential = {"id": "AA", "rawId": "AA", "type": "public-key", "response": parts | response}
    return json.dumps(credential)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "{}",
        "[]",
        "1",
        "text",
        nested(9000),
        with_response(),
        with_response(clientDataJSON="!!!"),
        with_response(clientDataJSON=5),
        with_response(clientDataJSON=bytes_to_base64url(nested(5000).encode())),
        with_response(clientDataJSON=bytes_to_base64url(b'{"type":1,"challenge":2,"origin":3}')),
        with_response(clientDataJSON=bytes_to_base64url(b"\xff\xfe")),
        with_response(userHandle="한글"),
        with_response(attestationObject="AA"),
        "x" * 20_001,
        '{"id": "\\ud800"}',
    ],
    ids=lambda text: text[:30],
)
@pytest.mark.parametrize("address", ["/login", "/second-factor", "/account/passkeys"])
def test_what_no_browser_sends(browser, board, user, passkey, address, credential):
    client = browser(user) if address.startswith("/account") else browser()
    if address == "/second-factor":
        enter_password(client)
    page = send(client, form_of(client, address), credential, status=400)
    assert page.html.find(class_="error-summary")


@pytest.mark.parametrize("part", ["attestationObject", "clientDataJSON"])
def test_a_new_one_with_bytes_changed(browser, board, user, device, part):
    client = browser(user)
    for position in range(0, 200, 9):
        form = form_of(client, "/account/passkeys")
        answer = json.loads(device.create(options_for(client, form)))
        text = answer["response"][part]
        position %= len(text)
        flipped = "A" if text[position] != "A" else "B"
        answer["response"][part] = text[:position] + flipped + text[position + 1 :]
        form["credential"] = json.dumps(answer)
        # Bytes of the key itself, or of the model of the device, may be any.
        assert form.submit(expect_errors=True).status_int in (200, 303, 400)


def test_signing_with_bytes_changed(browser, board, user, passkey):
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        for position in (0, 20, 46, 48, 60):
            client = browser()
            form = form_of(client, "/login")
            answer = json.loads(passkey.use(options_for(client, form)))
            text = answer["response"][part]
            position %= len(text)
            flipped = "A" if text[position] != "A" else "B"
            answer["response"][part] = text[:position] + flipped + text[position + 1 :]
            assert_refused(send(client, form, json.dumps(answer), status=400))
            assert not is_logged_in(client)


def test_options_need_a_token_and_a_reason(browser, board, user, passkey):
    visitor = browser()
    token = form_of(visitor, "/login")["csrf_token"].value
    before = board.facts()
    for path in ("/login-options", "/second-factor-options"):
        assert visitor.post(path, expect_errors=True).status_int == 400, path
    answer = visitor.post("/second-factor-options", {"csrf_token": token})
    assert answer.location.startswith("/login")
    for path in ("/account/passkey-options", "/account/confirm-options"):
        answer = visitor.post(path, {"csrf_token": token})
        assert answer.location.startswith("/login")
    assert board.facts() == before


def test_a_script_may_send_the_token_in_a_header(browser):
    visitor = browser()
    token = form_of(visitor, "/login")["csrf_token"].value
    assert visitor.post("/login-options", headers={"X-CSRF-Token": token}).json["challenge"]


def test_options_for_a_login_have_the_limit_of_logins(app, browser, monkeypatch):
    monkeypatch.setitem(app.registry["rate_limiter"].rates, "login_address", parse("1 per minute"))
    visitor = browser()
    token = form_of(visitor, "/login")["csrf_token"].value
    visitor.post("/login-options", {"csrf_token": token})
    answer = visitor.post("/login-options", {"csrf_token": token}, status=429)
    assert int(answer.headers["Retry-After"]) > 0


def test_the_newest_challenge_of_a_user_counts(browser, board, user, device):
    client = browser(user)
    form = form_of(client, "/account/passkeys")
    first = options_for(client, form)
    second = options_for(client, form)
    assert_refused(send(client, form, device.create(first), status=400))
    form["credential"] = device.create(second)
    assert form.submit().status_int == 200


def test_a_pending_login_ends_with_a_passkey_too(browser, board, user, passkey):
    client = browser()
    enter_password(client)
    pending = client.cookies["login"]
    use(client, passkey, "/second-factor")
    assert client.cookies["login"] != pending
    assert len(board.facts()["user_sessions"]) == 1


def test_suspended_people_log_in_and_closed_accounts_do_not(browser, board):
    suspended = board.user(suspended_until=utc_now() + timedelta(days=1), suspension_reason="x")
    closed = board.user("closed", email=None, email_verified_at=None, closed_at=utc_now())
    for person, logs_in in ((suspended, True), (closed, False)):
        device = Device()
        add_passkey(board, device, person)
        client = browser()
        use(client, device, "/login", status=303 if logs_in else 400)
        assert is_logged_in(client) is logs_in


def test_without_a_login_the_page_of_a_visitor_stays_the_same_for_all(browser, count_queries):
    with count_queries() as statements:
        page = browser().get("/login")
    assert statements == []
    assert page.html.find(attrs={"data-needs-passkeys": True}).has_attr("hidden")


def test_whose_passkey_it_is_stays_after_a_new_name(browser, board, user, passkey):
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        row.username, row.username_key = "other", "other"
    client = browser()
    use(client, passkey, "/login")
    assert is_logged_in(client)
