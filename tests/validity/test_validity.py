"""The HTML of every kind of page is valid, and so are the style sheets.

html-validate and stylelint judge (``node_programs.py``). Without Node.js these tests are skipped,
in CI they fail.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from factories import PASSWORD, Board
from limits import parse
from node_programs import installed_programs
from project import PROJECT
from pyramid_jinja2 import IJinja2Environment
from second_factors import Device, add_app, add_passkey, add_recovery_codes

from qaboard.models import Role, User, UserSession, utc_now
from qaboard.services.accounts.email_address import issue_address_token
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.settings.rate_limits import RateLimit

HERE = Path(__file__).parent
TEMPLATES = PROJECT / "qaboard" / "templates"

CHECK_TIMEOUT_SECONDS = 120

# As many kinds of what Markdown makes as there are.
BODY = """# Heading

**Bold**, *italic*, `code` and <b>no HTML</b>; [a link](https://example.org/?a=1&b=2) "quoted".

> A quote
> - with a list

1. one
   - inner
2. two

```python
print("한국어" < 3)
```

| a | b |
|---|--:|
| 1 | 2 |

![a picture](/x.png)

---
"""


@pytest.fixture(scope="session")
def validators() -> Path:
    """The folder of the programs."""
    return installed_programs()


def check(command: list[str | Path]) -> str:
    """What a program complains of."""
    # Into a file: Node.js ends without writing all of a long text into a pipe.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        result = subprocess.run(
            command, cwd=HERE, stdout=output, stderr=output, timeout=CHECK_TIMEOUT_SECONDS
        )
        output.seek(0)
        return "" if result.returncode == 0 else output.read()


class Collection:
    """Pages by names of files, and the templates that they were made of."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.templates: set[str] = set()

    def add(self, name: str, page) -> None:
        """Take a page, or a piece of one, of WebTest."""
        assert page.content_type == "text/html", name
        html = page.text
        if "<html" not in html:
            html = (
                '<!DOCTYPE html>\n<html lang="en"><head><title>A piece of a page</title></head>'
                f"<body><main><h1>A piece</h1>{html}</main></body></html>\n"
            )
        file = re.sub(r"[^\w]+", "-", name).strip("-")
        (self.directory / f"{file}.html").write_text(html, encoding="utf-8")

    def visit(self, client, *paths: str) -> None:
        for path in paths:
            self.add(
                f"{len(list(self.directory.iterdir()))} {path}",
                client.get(path, expect_errors=True),
            )


@pytest.fixture
def collection(app, tmp_path, monkeypatch) -> Collection:
    collected = Collection(tmp_path)
    watch_templates(app, collected, monkeypatch)
    return collected


def watch_templates(app, collected: Collection, monkeypatch) -> None:
    """Note which templates an application makes pages of."""
    environment = app.registry.queryUtility(IJinja2Environment, name=".jinja2")
    get_template = environment.get_template

    def note(name, *arguments, **options):
        collected.templates.add(getattr(name, "name", name))
        return get_template(name, *arguments, **options)

    monkeypatch.setattr(environment, "get_template", note)


def form_of(page, action: str):
    return next(form for form in page.forms.values() if form.action == action)


def collect_reading(collected: Collection, board: Board, browser) -> None:
    """The pages for whoever reads, empty and full."""
    collected.visit(browser(), "/questions/", "/questions/?sort=unanswered")
    author = board.user("민지")
    question = board.question(author, 'About <coffee> & "tea"', BODY)
    answers = [board.answer(question, author, BODY) for _ in range(32)]
    board.vote(answers[0])
    for number in range(25):
        board.question(author, f"Another question about coffee {number}")
    own = f"/questions/{question.id}/"
    paths = ["/questions/", "/questions/?page=2", "/questions/?sort=active", own]
    paths += [
        f"{own}?sort=oldest&page=2",
        "/questions/?q=coffee",
        "/questions/?q=coffee tea nothing",
    ]
    paths += ["/questions/?q=%3Cb%3E", "/questions/similar?title=Another question about coffee 1"]
    paths += [f"/users/{author.id}/", f"/users/{author.id}/?tab=answers", "/coffee"]
    paths += ["/language", "/theme"]
    paths += ["/questions/?page=99", "/another-question-about-coffee"]
    for client in (browser(), browser(locale="ko"), browser(board.user())):
        collected.visit(client, *paths)
    collected.visit(browser(), "/login", "/signup", "/forgot-password", "/reset-password")
    collected.visit(browser(), "/verify-email", "/login?next=%22%3E")


def collect_writing(collected: Collection, board: Board, browser) -> None:
    """The pages of whoever writes: forms, what is refused, what is deleted."""
    author = board.user(created_at=utc_now() - timedelta(minutes=1))
    client = browser(author)
    ask = client.get("/questions/ask")
    collected.add("ask", ask)
    form = ask.forms["ask"]
    collected.add("ask refused", form.submit("submit", status=400))
    draft = {"writer": "0" * 16, "body": BODY, "csrf_token": form["csrf_token"].value}
    client.post("/questions/draft", draft)
    collected.visit(client, "/questions/ask", "/questions/ask?draft=1")
    form["title"] = "Another question about coffee"
    collected.add("ask similar", form.submit("similar"))
    question = board.question(author, "Mine", BODY)
    own = f"/questions/{question.id}/"
    answer = board.answer(question, author, BODY)
    collected.visit(client, own, f"{own}edit", f"{own}delete", f"{own}answers/{answer.id}/edit")
    fields = {"body": BODY, "csrf_token": form["csrf_token"].value}
    collected.add("preview", client.post("/preview", fields, {"Accept": "text/html"}))
    collected.add("preview for scripts", client.post("/preview", fields))
    collected.add("answer refused", client.get(own).forms["answer"].submit("submit", status=400))
    forms = [client.get(f"{own}edit").forms["edit"] for _ in range(2)]
    for number, each in enumerate(forms):
        each["title"], each["body"] = f"Title {number}", f"{BODY}\n\n{number}"
    forms[0].submit("submit")
    collected.add("conflict", forms[1].submit("submit", status=409))
    refused = {"title": "t", "body": "b", "csrf_token": fields["csrf_token"]}
    collected.add("not saved", client.post(f"{own}vote", refused, status=403))
    board.delete(answer)
    collected.visit(client, f"{own}answers/{answer.id}/")
    board.delete(question)
    collected.visit(client, own, f"/users/{author.id}/")


def collect_accounts(collected: Collection, board: Board, browser, app) -> None:
    """The settings, the steps of a login, and the pages that links in mails lead to."""
    user = board.user("alex", email_verified_at=None)
    client = browser(user)
    names = ("", "email", "password", "sessions", "activity", "two-factor")
    paths = [f"/account/{name}" for name in (*names, "passkeys", "download", "close", "confirm")]
    collected.visit(client, *paths)
    collected.add(
        "email refused", client.get("/account/email").forms["email"].submit("submit", status=400)
    )
    form = form_of(client.get("/account/two-factor"), "/account/set-up-app")
    page = form.submit().follow()
    collected.add("authenticator app", page)
    page.forms["app"]["code"] = pyotp.TOTP(
        page.html.find(class_="secret-key").text.replace(" ", "")
    ).now()
    collected.add("recovery codes", page.forms["app"].submit("submit", status=200))
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        tokens = {
            "reset-password": issue_reset_token(session, row, email=row.email),
            "verify-email": issue_address_token(session, row, row.email),
        }
    for name, token in tokens.items():
        visitor = browser()
        visitor.get(f"/{name}", {"token": token})
        collected.visit(visitor, f"/{name}")

    several = board.user("bela")
    add_app(board, app, several)
    add_recovery_codes(board, several)
    add_passkey(board, Device(), several)
    client = browser()
    form = client.get("/login").forms["login"]
    collected.add("login refused", form.submit("submit", status=400))
    form["username"], form["password"] = "bela", PASSWORD
    form.submit("submit", status=303)
    collected.visit(client, "/second-factor")
    collected.visit(browser(several), *paths)
    with board.transaction() as session:
        session.query(UserSession).update({"authenticated_at": utc_now() - timedelta(days=1)})
    collected.visit(browser(several), "/account/confirm")


def collect_notices(collected: Collection, board: Board, browser, strict) -> None:
    """Pages that say something beside what they are for."""
    question = board.question()
    own = f"/questions/{question.id}/"
    suspended = board.user(
        suspended_until=User.SUSPENDED_FOR_GOOD, suspension_reason="Spam & <noise>"
    )
    collected.visit(browser(suspended), own, "/questions/ask")
    closing = board.user(closing_at=utc_now() + timedelta(days=3), closing_removes_posts=False)
    collected.visit(browser(closing), own, "/account/")
    admin = board.user("boss", Role.ADMIN)
    collected.visit(browser(admin), "/users/", "/users/?q=nobody", f"/users/{suspended.id}/manage")
    collected.visit(browser(admin), f"/users/{admin.id}/manage", own)
    client = browser(admin)
    form = form_of(client.get(f"/users/{closing.id}/manage"), f"/users/{closing.id}/end-sessions")
    form.submit()
    collected.visit(client, "/users/log")
    collected.visit(browser(admin, of=strict), "/questions/")


def test_pages_are_valid(app, validators, collection, board, browser, mails, make_app, monkeypatch):
    collect_reading(collection, board, browser)
    collect_writing(collection, board, browser)
    collect_accounts(collection, board, browser, app)
    strict = make_app({"accounts.staff_second_factor": "true"})
    watch_templates(strict, collection, monkeypatch)
    collect_notices(collection, board, browser, strict)
    monkeypatch.setitem(app.registry["rate_limiter"].rates, RateLimit.SEARCH, parse("1 per hour"))
    collection.visit(browser(), "/questions/?q=a", "/questions/?q=b")

    templates = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.jinja2")}
    unseen = {name for name in templates - collection.templates if not name.startswith("mail/")}
    assert unseen == set()

    config = HERE / ".htmlvalidate.json"
    files = sorted(collection.directory.glob("*.html"))
    command = [validators / "html-validate", "--config", config, "--formatter", "json", *files]
    complaints = {}
    for file in json.loads(check(command) or "[]"):
        for message in file["messages"]:
            place = f"{message['ruleId']}: {message['message']} in {message.get('selector')}"
            complaints.setdefault(place, Path(file["filePath"]).name)
    assert complaints == {}, json.dumps(complaints, indent=2, ensure_ascii=False)


def test_what_is_wrong_is_found(validators, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><title>t</title></head>'
        '<body><p id="a"><div id="a"></div></p></body></html>\n'
    )
    found = check([validators / "html-validate", "--config", HERE / ".htmlvalidate.json", page])
    assert "no-dup-id" in found
    style_sheet = tmp_path / "style.css"
    style_sheet.write_text("a { colour: red; }\n")
    config = ["--config", HERE / ".stylelintrc.json", "--config-basedir", HERE]
    assert "property-no-unknown" in check([validators / "stylelint", *config, style_sheet])


def test_style_sheets_are_valid(validators):
    own = sorted((PROJECT / "static" / "css").glob("*.css"))
    assert own
    config = ["--config", HERE / ".stylelintrc.json"]
    assert check([validators / "stylelint", *config, *own]) == ""
