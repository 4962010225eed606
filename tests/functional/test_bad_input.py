"""What no form of the site sends: each gets its own clear answer, and changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from webob import Request

from qaboard.models import Question

IDS = ["0", "-1", "²", "007", "1e3", "9" * 5000, "１", "1.0", "+1", " 1", "1_0", "x", "%00", "٣",
       "9223372036854775808"]  # fmt: skip


@pytest.fixture
def question(board):
    return board.question()


@pytest.fixture
def client(browser, board):
    return browser(board.user())


def token_of(client):
    return client.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]


@pytest.mark.parametrize("segment", IDS)
@pytest.mark.parametrize("path", ["/questions/{}/", "/users/{}/", "/questions/1/answers/{}/"])
def test_an_id_that_is_none(client, segment, path):
    from urllib.parse import quote

    client.get(path.format(quote(segment, safe="%")), status=404)


def test_the_largest_id(client):
    client.get("/questions/9223372036854775807/", status=404)


def test_an_answer_of_another_question(client, board, question):
    other = board.answer(board.question())
    client.get(f"/questions/{question.id}/answers/{other.id}/", status=404)
    client.get(f"/questions/{other.id}/", status=404)


@pytest.mark.parametrize(
    "path",
    ["edit/garbage", "delete/1", "vote/x", "answers/x/y", "nothing", "edit/", "answers/edit"],
)
def test_an_address_that_goes_on_too_far(browser, board, question, path):
    author_client = browser(board.user())
    status = author_client.get(f"/questions/{question.id}/{path}", expect_errors=True).status_int
    assert status == (403 if path == "edit/" else 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD"),
        ("/questions/", "GET, HEAD"),
        ("/questions/ask", "GET, HEAD, POST"),
        ("/questions/{}/", "GET, HEAD"),
        ("/questions/{}/answers/", "GET, HEAD, POST"),
        ("/questions/{}/vote", "POST"),
        ("/questions/{}/edit", "GET, HEAD, POST"),
        ("/login", "GET, HEAD, POST"),
        ("/logout", "POST"),
        ("/preview", "POST"),
    ],
)
def test_a_method_that_is_not_for_this_address(client, question, method, path, allowed):
    page = client.request(path.format(question.id), method=method, status=405)
    assert page.headers["Allow"] == allowed
    assert "This page can’t do that" in page


def test_reading_methods_where_only_posting_works(client, question):
    client.get(f"/questions/{question.id}/vote", status=405)
    client.get("/logout", status=405)
    client.post("/questions/", status=405)


def ask(client, body: bytes, content_type="application/x-www-form-urlencoded", status=400):
    return client.post(
        "/questions/ask", body, headers={"Content-Type": content_type}, status=status
    )


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", "text"),
        ("   ", "text"),
        ("title", ""),
        ("title", "   \n\t "),
        ("title", "\u200b\ufeff\u3164"),
        ("x" * 201, "text"),
        ("title", "x" * 30_001),
        ("\x00", "text"),
        ("title", "\x07\x00"),
    ],
)
def test_a_text_that_cannot_be_stored_is_kept_in_its_form(client, board, title, body):
    form = client.get("/questions/ask").forms["ask"]
    fields = {"title": title, "body": body, "csrf_token": form["csrf_token"].value}
    page = client.post("/questions/ask", fields, status=400)
    textarea = page.html.find("textarea", attrs={"name": "body"})
    assert textarea.text.removeprefix("\n") == body.replace("\x00", "\ufffd") or "\x00" in body
    assert page.html.find(class_="error-summary")
    assert board.facts()["posts"] == []


@pytest.mark.parametrize(
    ("title", "body", "stored_title", "stored_body"),
    [
        ("with\x00NUL", "with\x00NUL", "withNUL", "withNUL"),
        ("\x07bell \x7f", "bell\x07\x9f", "bell", "bell"),
        (
            "two\r\nlines\tand\u2028more\n",
            "a\x0bb\x0cc\x85d\u2029e",
            "two lines and more",
            "a\nb\nc\nd\ne",
        ),
        ("title", "\ta\r\n\n  b\x1b[2J", "title", "\ta\n\n  b[2J"),
    ],
    ids=["nul", "invisible", "line ends", "spaces stay"],
)
def test_control_characters_are_mended(client, board, title, body, stored_title, stored_body):
    form = client.get("/questions/ask").forms["ask"]
    fields = {"title": title, "body": body, "csrf_token": form["csrf_token"].value}
    client.post("/questions/ask", fields, status=303)
    with board.transaction() as session:
        question = session.scalar(select(Question))
    assert (question.title, question.body) == (stored_title, stored_body)


def test_bytes_that_are_no_text(client, board):
    token = token_of(client).encode()
    for raw in (b"%ff%fe", b"\xff\xfe", b"%ED%A0%80", b"%C3%28"):
        ask(client, b"title=x&body=" + raw + b"&csrf_token=" + token)
    assert board.facts()["posts"] == []


def test_another_encoding(client, board):
    body = "title=제목&body=본문&csrf_token=".encode("euc-kr") + token_of(client).encode()
    ask(client, body)
    ask(client, b"title=x", "application/x-www-form-urlencoded; charset=nonsense", status=415)
    ask(client, b"title=x&body=y", "application/x-www-form-urlencoded; charset=utf-16", status=415)
    assert board.facts()["posts"] == []


def test_a_field_that_comes_twice(client, board, question):
    token = token_of(client)
    for fields in (
        [("title", "one"), ("title", "two"), ("body", "kept text")],
        [("title", "one"), ("body", "b"), ("body", "kept text")],
    ):
        page = client.post("/questions/ask", [*fields, ("csrf_token", token)], status=400)
        assert "kept text" in page
    client.post(
        f"/questions/{question.id}/vote",
        [("value", "1"), ("value", "-1"), ("csrf_token", token)],
        status=400,
    )
    facts = board.facts()
    assert len(facts["posts"]) == 1
    assert facts["votes"] == []


def test_a_body_of_ten_megabytes(client, board):
    page = ask(client, b"title=x&body=" + b"a" * 10_000_000, status=413)
    assert "The limit is 30,000 characters" in page
    assert board.facts()["posts"] == []


@pytest.mark.parametrize("token", [None, "", "stale", "한글", "x" * 10_000, "\x00"])
def test_a_form_without_its_token_is_kept_and_can_be_sent_again(client, board, token):
    fields = {"title": "My title", "body": "My long text"}
    if token is not None:
        fields["csrf_token"] = token
    page = client.post("/questions/ask", fields, status=400)
    assert board.facts()["posts"] == []
    form = page.forms["ask"]
    assert (form["title"].value, form["body"].value) == ("My title", "My long text")
    assert "This form has expired" in page
    assert form.submit("submit").status_int == 303


@pytest.mark.parametrize("token", [None, "", "stale", "한글"])
def test_a_button_without_its_token_changes_nothing(client, board, question, token):
    before = board.facts()
    fields = {"value": "1"} | ({} if token is None else {"csrf_token": token})
    for path in (f"/questions/{question.id}/vote", "/logout", "/preview", "/language"):
        client.post(path, fields, status=400)
    assert board.facts() == before


def test_markers_of_nested_forms_mean_nothing(client, board):
    token = token_of(client)
    fields = [("__start__", "title:sequence"), ("title", "x"), ("body", "y"), ("csrf_token", token)]
    assert client.post("/questions/ask", fields).status_int == 303


@pytest.mark.parametrize(
    "path", ["/%ff", "/questions/%ff/", "/%ED%A0%80", "/questions/?q=%ff", "/?%ff=1"]
)
def test_an_address_that_is_no_text(app, board, path):
    # WebTest cannot ask for such a path, so the application is called as a server would.
    request = Request.blank(path, headers={"Accept-Language": "en"})
    response = request.get_response(app)
    assert response.status_int == 400
    assert "Invalid request" in response.text


def test_a_redirect_keeps_clear_of_strange_addresses(browser, board):
    page = browser().get("/questions/ask?x=%ff", expect_errors=True)
    assert page.status_int == 400


@pytest.mark.parametrize(
    "cookie",
    ["session=garbage", "session=%00", "session=" + "A" * 4000, "=;=", "\xff\xfe", "locale=\x01"],
)
def test_cookies_that_were_made_up(browser, board, cookie):
    page = browser().get("/login", headers={"Cookie": cookie})
    assert page.status_int == 200


def test_the_preview_refuses_what_could_not_be_stored(client):
    token = token_of(client)
    for body in ("", "x" * 30_001):
        client.post("/preview", {"body": body, "csrf_token": token}, status=400)
    page = client.post("/preview", {"body": "a\x00b", "csrf_token": token})
    assert page.text == "<p>ab</p>"


def test_a_text_that_grows_when_it_is_normalised_is_measured_as_it_is_stored(client, board):
    token = token_of(client)
    # A letter that is two in NFC.
    fields = {"title": "title", "body": "\u0958" * 30_000, "csrf_token": token}
    page = client.post("/questions/ask", fields, status=400)
    assert "Too long" in page
    assert board.facts()["posts"] == []


def test_a_form_of_very_many_fields(client, board):
    ask(client, b"&".join(b"f%d=1" % number for number in range(50_000)))


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": 'login="\\377\\000"'},
        {"Range": "bytes=-"},
        {"Range": "bytes=x-y"},
        {"Host": "["},
        {"Host": "a b"},
        {"Host": "evil.example/x"},
        {"Origin": "https://[", "X-Forwarded-Proto": "https"},
        {"Referer": "https://[x"},
        {"If-Modified-Since": "nonsense", "If-None-Match": '"'},
        {"Accept": "\xff;q=x"},
        {"Accept-Language": "\xff\xfe, *;q=2"},
        {"X-CSRF-Token": "\xff"},
    ],
)
@pytest.mark.parametrize("path", ["/questions/", "/static/css/qaboard.css", "/nowhere"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_headers_that_no_browser_sends(app, board, headers, path, scheme, method):
    request = Request.blank(path, base_url=f"{scheme}://localhost", method=method)
    for name, value in headers.items():
        request.environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    response = request.get_response(app)
    assert response.body
    assert response.status_int in (200, 400, 404, 405)


def test_marks_that_take_long_to_sort(client):
    """Unicode's own normalisation is quadratic on them, and nothing else would run meanwhile."""
    token = token_of(client)
    marks = "a" + "\u0301\u0316" * 25_000
    # Those that nobody could read are left out.
    client.post("/questions/ask", {"title": marks, "body": "x", "csrf_token": token}, status=303)
    fields = {"username": marks, "email": marks, "csrf_token": token}
    client.post("/signup", fields, status=400)
    client.post("/login", fields, status=400)
    client.get("/questions/", {"q": marks[:3000]})


@pytest.mark.parametrize(
    "text", ["\u034f", "\ufe0f\ufe0f", "\u17b4", "\U000e0100", "\u180b\u2060", "\u2800"]
)
def test_a_title_that_shows_nothing_is_none(client, board, text):
    token = token_of(client)
    for fields in ({"title": text, "body": "x"}, {"title": "x", "body": text}):
        client.post("/questions/ask", fields | {"csrf_token": token}, status=400)
    assert board.facts()["posts"] == []


def test_a_text_that_grows_in_the_index_is_stored(client):
    token = token_of(client)
    fields = {"title": "title", "body": "㌖" * 30_000, "csrf_token": token}
    assert client.post("/questions/ask", fields).status_int == 303
    assert "1 result" in client.get("/questions/", {"q": "キロメートル"})
