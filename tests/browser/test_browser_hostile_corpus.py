"""The whole corpus of hostile texts, stored, on every page where such a text appears.

Many texts stand on one page, so that the test is quick: the lists are not cut into pages here.
Where a page has room for one text only, its HTML is read in a frame, which is quicker than going
there.  The content security policy is switched off, because what it would have to stop is a hole
already; the pages that hold everything are visited with the policy as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from urllib.parse import quote, urlencode

import pytest
from factories import PASSWORD, Board
from hostile_corpus import CORPUS, TEXTS
from page_audit import PageAudit
from playwright.sync_api import Browser, Page, expect
from project import PROJECT
from sqlalchemy import update
from webtest import TestApp

from qaboard import markup
from qaboard.http.client import Client
from qaboard.mail.account_mails import ResettableAccount
from qaboard.mail.composing import compose_mail
from qaboard.models import Answer, Question, Role, User, UserSession, username_key, utc_now
from qaboard.search.query import QUERY_MAX_CHARACTERS
from qaboard.services.accounts.user_session import SESSIONS_MAX_COUNT, open_session
from qaboard.services.board import answer as answer_service
from qaboard.services.board import question as question_service
from qaboard.services.board.post import set_body
from qaboard.services.moderation.user_management import Actor, suspend

MAILS = PROJECT / "qaboard" / "templates" / "mail"

# It stands in each post and in no hostile text, so a search for it finds them all.
MARKER = "corpus"
HARMLESS = "harmless words"
# The form refuses such a name, a row in the database might still have it.
HOSTILE_NAME = "<a onclick=ran=1>Ops</a>"


def as_line(text: str, length: int) -> str:
    """The text as a field of one line takes it: what such a field refuses is left out."""
    text = text.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    return markup.normalise(as_lines(text).replace("\u2028", "").replace("\u2029", ""))[:length]


def as_lines(text: str) -> str:
    """The text as a field of many lines takes it."""
    return "".join(c for c in text if c in "\r\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def as_sent(text: str) -> str:
    """The text as a browser can send it: everything but halves of characters."""
    return text.encode(errors="ignore").decode()


def is_marked(text: str) -> bool:
    return not set("<>&\"'").isdisjoint(text)


def packed(texts: Iterable[str], length: int, separator: str) -> list[str]:
    """The texts joined, as many of them as fit into each pack of this length."""
    packs: list[str] = []
    for text in texts:
        if packs and len(packs[-1]) + len(separator) + len(text) <= length:
            packs[-1] += separator + text
        else:
            packs.append(text)
    return packs


def lines(texts: Iterable[str], length: int) -> list[str]:
    """The texts in as few lines of this length as there must be."""
    return packed([as_line(text, length) for text in texts], length, " ")


@dataclass(frozen=True)
class Filled:
    """What a board was filled with, as ids; each list has one for each text."""

    admin: User
    lurker_id: int
    user_ids: list[int]
    question_ids: list[int]
    title_ids: list[int]
    everything_id: int


def fill(board: Board, texts: Sequence[str], name: str) -> Filled:
    """Have each text be a name, a title, a question, an answer and a deleted answer.

    All answers stand under one question, all deleted ones are by one user, the lurker.  The texts
    are also titles, reasons of suspensions and names of browsers, as many of them in each as fit.

    :param name: the one of the admin.
    """
    render = cache(markup.render)
    with board.transaction() as session:
        users: dict[str, User] = {}

        def user(username: str, role: Role = Role.MEMBER) -> User:
            made = User(
                username=username,
                username_key=username_key(username),
                email=f"{name}{next(board.numbers)}@a.example",
                email_verified_at=utc_now(),
                password_hash=board.password_hash,
                role=role,
            )
            # Some texts begin alike.
            return users.setdefault(made.username_key, made)

        def ask(author: User, title: str, body: str) -> Question:
            return question_service.ask(
                session, author_id=author.id, title=title, body=body, render=render
            )

        admin = user(name, Role.ADMIN)
        lurker = user(f"{name[:-1]}.")
        authors = [user(as_line(text, User.USERNAME_MAX_CHARACTERS)) for text in texts]
        session.add_all(users.values())
        session.flush()
        everything = ask(admin, f"{MARKER} {name}", MARKER)
        # So that it has a similar question beside it, with an answer.
        similar = ask(admin, f"{MARKER} {name}, too", MARKER)
        answer_service.answer(session, similar, author_id=admin.id, body=MARKER, render=render)
        question_ids = []
        for text, author in zip(texts, authors, strict=True):
            body = f"{MARKER}\n\n{as_lines(text)}"
            question = ask(author, as_line(text, Question.TITLE_MAX_CHARACTERS), body)
            answer_service.answer(
                session, everything, author_id=author.id, body=body, render=render
            )
            deleted = Answer(author=lurker, question=question, deleted_at=utc_now())
            set_body(deleted, body, render)
            session.add(deleted)
            question_ids.append(question.id)

        titles = lines(texts, Question.TITLE_MAX_CHARACTERS)
        title_ids = [ask(admin, title, title).id for title in titles]
        until = utc_now() + timedelta(days=1)
        reasons = lines(texts, User.SUSPENSION_REASON_MAX_CHARACTERS)
        for reason, author in zip(reasons, authors, strict=False):
            suspend(
                session, author.id, until=until, reason=reason, actor=Actor(admin.id, Role.ADMIN)
            )
        for agent in lines(texts, UserSession.USER_AGENT_MAX_CHARACTERS)[:SESSIONS_MAX_COUNT]:
            client = Client("192.0.2.1", agent)
            open_session(session, admin.id, lifetime=timedelta(days=1), client=client)
        return Filled(
            admin,
            lurker.id,
            [author.id for author in authors],
            question_ids,
            title_ids,
            everything.id,
        )


@pytest.fixture(scope="module", autouse=True)
def _uncut_lists(app) -> Iterator[None]:
    settings = replace(app.registry["settings"], page_size=5_000, answer_page_size=5_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.registry, "settings", settings)
        yield


@pytest.fixture(scope="module")
def harmless(filled_board: Board) -> Iterator[Filled]:
    """The same board without bad intent, to learn from what its pages are made of."""
    yield fill(filled_board, [f"{HARMLESS} {n}" for n in range(30)], f"{HARMLESS} of admin")
    filled_board.clear()


@pytest.fixture(scope="module")
def known(harmless: Filled, audit) -> dict[str, set[str]]:
    """What the big pages are made of as long as nothing hostile stands on them."""
    known: dict[str, set[str]] = {}
    with audit(harmless.admin, known, policy=False) as page:
        for kind, path in big_pages(harmless):
            page.learn(kind, path)
    return known


@pytest.fixture(scope="module")
def hostile(filled_board: Board, known) -> Filled:
    return fill(filled_board, TEXTS, HOSTILE_NAME)


@pytest.fixture(scope="module")
def audit(chromium: Browser, site: str, filled_board: Board) -> Callable:
    """Makes a tab that is watched; at its end nothing may have been found in it."""

    @contextmanager
    def make(
        user: User | None, known: dict[str, set[str]] | None = None, *, policy: bool
    ) -> Iterator[PageAudit]:
        context = chromium.new_context(bypass_csp=not policy, locale="en-US")
        if user is not None:
            token = filled_board.token(user)
            context.add_cookies([{"name": "login", "value": token, "url": site}])
        page = PageAudit(context, site, known)
        yield page
        context.close()
        assert not page.troubles, "\n".join(page.troubles[:20])

    return make


@pytest.fixture
def client(app, filled_board: Board) -> Callable[..., TestApp]:
    """Makes a client that fetches the documents to be read."""

    def make(user: User | None = None) -> TestApp:
        made = TestApp(app, extra_environ={"HTTP_ACCEPT_LANGUAGE": "en"})
        if user is not None:
            made.set_cookie("login", filled_board.token(user))
        return made

    return make


def big_pages(board: Filled) -> list[tuple[str, str]]:
    """The pages that hold all texts at once: their kinds and paths."""
    return [
        ("list", "/questions/"),
        ("question", f"/questions/{board.everything_id}/"),
        ("search", f"/questions/?q={MARKER}"),
        ("search", f"/questions/?q={HARMLESS.split()[0]}"),
        ("search", "/questions/?q=onerror"),
        ("profile", f"/users/{board.lurker_id}/?tab=answers"),
        ("profile", f"/users/{board.admin.id}/"),
        ("account", "/account/"),
        ("sessions", "/account/sessions"),
        ("activity", "/account/activity"),
        ("users", "/users/"),
        ("log", "/users/log"),
    ]


def test_pages_that_hold_all_texts_at_once(audit, hostile, known):
    with audit(hostile.admin, known, policy=False) as page:
        for kind, path in big_pages(hostile):
            count = page.visit(kind, path)
            # A page that did not show the texts would prove nothing.
            assert count == 0 or count >= len(TEXTS), path
            if kind == "question":
                use_hands(page.page)
                assert page.page.url == f"{page.site}{path}"


def use_hands(tab: Page) -> None:
    """Move and type as a person does: the events that a script makes are not all of it."""
    for _ in range(4):
        for key in ("Tab", "Alt+x", "Tab"):
            tab.keyboard.press(key)
        tab.mouse.wheel(0, 10_000)
        tab.mouse.move(640, 400)
        tab.mouse.down()
        tab.mouse.move(600, 300)
        tab.mouse.up()


def test_the_policy_has_nothing_to_stop(audit, hostile):
    """It would say so on the console, which is watched."""
    with audit(hostile.admin, policy=True) as page:
        page.page.goto(f"{page.site}/questions/{hostile.everything_id}/")


def test_pages_of_one_text_each(audit, client, hostile, harmless):
    """With the text as the title of the page, too: all that could be more than text in HTML."""
    visitor, admin = client(), client(hostile.admin)
    names = [n for n, text in zip(hostile.user_ids, TEXTS, strict=True) if is_marked(text[:25])]
    titles = [n for n, text in zip(hostile.question_ids, TEXTS, strict=True) if is_marked(text)]
    with audit(None, policy=False) as page:
        for kind, path, reader, good_ids, bad_ids in [
            ("question", "/questions/{}/", visitor, harmless.question_ids[:3], titles),
            ("profile", "/users/{}/", visitor, harmless.user_ids[:3], names[::8]),
            ("managing", "/users/{}/manage", admin, harmless.user_ids[:3], names[::8]),
        ]:
            for good_id in good_ids:
                page.learn_document(kind, reader.get(path.format(good_id)).text)
            page.read(kind, [(str(n), reader.get(path.format(n)).text) for n in bad_ids])


def test_pages_of_many_texts_each(audit, client, hostile, harmless):
    """Where nothing but escaping stands between text and page, the texts come in packs."""
    admin = client(hostile.admin)
    with audit(None, policy=False) as page:
        for name, bad_ids in [("edit", hostile.title_ids), ("delete", hostile.title_ids[::5])]:
            path = f"/questions/{{}}/{name}"
            page.learn_document(name, admin.get(path.format(harmless.title_ids[0])).text)
            page.read(name, [(str(n), admin.get(path.format(n)).text) for n in bad_ids])


def test_searches(app, audit, client, hostile, harmless, monkeypatch):
    """With the text as what is searched for, on pages that link to others like them."""
    settings = replace(app.registry["settings"], page_size=5)
    monkeypatch.setitem(app.registry, "settings", settings)
    visitor = client()

    def search(text: str) -> str:
        return visitor.get("/questions/?" + urlencode({"q": text})).text

    with audit(None, policy=False) as page:
        # The last one has words that no post has all of, and a piece that is read as none of its.
        for text in (HARMLESS, "nobody wrote that", f'{HARMLESS} nobody score:none "'):
            page.learn_document("search", search(text))
        packs = lines(TEXTS, QUERY_MAX_CHARACTERS)
        page.read("search", [(pack, search(pack)) for pack in packs])


def test_what_was_typed_comes_back_as_text(audit, client, hostile):
    """Whole groups of texts at once, with the characters that no field accepts."""
    admin, visitor = client(hostile.admin), client()

    def sent_to(client: TestApp, path: str, status: int, *names: str) -> Callable[[str], str]:
        return lambda text: client.post(path, dict.fromkeys(names, text), status=status).text

    def got_from(path: str, status: int = 200) -> Callable[[str], str]:
        return lambda text: visitor.get(path + quote(text, errors="replace"), status=status).text

    kinds = {
        "a form again": sent_to(admin, "/questions/ask", 400, "title", "body"),
        "an error": sent_to(admin, "/questions/0/answers/", 404, "title", "body"),
        "signing up": sent_to(visitor, "/signup", 400, "username", "email", "next"),
        "logging in": sent_to(visitor, "/login", 400, "username", "next"),
        "next": got_from("/login?next="),
        "language": got_from("/language?next="),
        "no such address": got_from("/questions/", status=404),
    }
    groups = {name: "\n".join(texts) for name, texts in CORPUS.items()}
    with audit(None, policy=False) as page:
        for kind, fetch in kinds.items():
            page.learn_document(kind, fetch(HARMLESS))
            page.read(kind, [(name, fetch(as_sent(text))) for name, text in groups.items()])


def test_previews(audit, hostile):
    with audit(hostile.admin, policy=False) as page:
        tab = page.page
        tab.goto(f"{page.site}/questions/ask")
        shown = tab.locator(".preview .post-body")

        def preview(text: str) -> None:
            tab.get_by_role("tab", name="Write").click()
            tab.get_by_label("Text", exact=True).fill(text)
            shown.evaluate("element => element.replaceChildren()")
            tab.get_by_role("tab", name="Preview").click()
            expect(shown).not_to_be_empty()

        preview(HARMLESS)
        page.learn("preview")
        for body in packed(map(as_lines, TEXTS), Question.BODY_MAX_CHARACTERS, "\n\n"):
            preview(body)
            page.visit("preview")


def test_mails(app, audit):
    """Every template, with the texts in everything that somebody may have chosen."""
    registry = app.registry

    def html_of(template: str, text: str) -> str:
        return compose_mail(
            registry,
            template,
            recipient="a@a.example",
            locale="en",
            username=text,
            accounts=[
                ResettableAccount(text, utc_now(), "/a"),
                ResettableAccount(None, utc_now(), "/b"),
            ],
            device=text,
            sentence=text,
            address=text,
            link=f"{registry['settings'].site_address}/?" + urlencode({"token": text}),
            moment=utc_now(),
            hours=1,
            minutes=1,
        ).html

    packs = packed(map(as_lines, TEXTS), 2_000, " ")
    templates = {path.name.partition(".")[0] for path in MAILS.glob("*.jinja2")} - {"layout"}
    with audit(None, policy=False) as page:
        for template in sorted(templates):
            page.learn_document(template, html_of(template, HARMLESS))
            page.read(template, [(pack, html_of(template, pack)) for pack in packs])


def test_names_in_messages(app, audit, hostile, harmless, filled_board):
    """The message after logging in tells the name; one of each group says it."""
    names = {as_line(texts[0], 25) for texts in CORPUS.values()}
    with filled_board.transaction() as session:
        # Who is suspended is told that instead.
        session.execute(update(User).values(suspended_until=None))

    def welcome(number: int, name: str) -> str:
        client = TestApp(
            app,
            # Each from somewhere else, as nobody may try so often.
            extra_environ={"REMOTE_ADDR": f"127.0.1.{number}", "HTTP_ACCEPT_LANGUAGE": "en"},
        )
        form = client.get("/login?next=/language").forms["login"]
        form["username"], form["password"] = name, PASSWORD
        page = form.submit("submit").maybe_follow()
        assert name in page.html.find(role="status").text
        return page.text

    with audit(None, policy=False) as page:
        page.learn_document("welcome", welcome(0, f"{HARMLESS} 1"))
        page.read(
            "welcome",
            [
                (name, welcome(number, name))
                for number, name in enumerate(names, 1)
                # A name with one is looked for among the addresses of mail.
                if name == name.strip() and "@" not in name
            ],
        )
