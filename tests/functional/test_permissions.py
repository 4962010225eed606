"""Who may do what: every view of the application, for every kind of user and state of its object.

The views come from the introspector, so a new one that is missing from the table fails here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from pyramid.interfaces import IExceptionResponse

from qaboard.models import Role, User, utc_now
from qaboard.resources import (
    AccountResource,
    AnswerResource,
    AnswersResource,
    QuestionResource,
    QuestionsResource,
    RootResource,
    UserResource,
    UsersResource,
)
from qaboard.services.purge import purge
from qaboard.services.user_management import OPERATOR

PEOPLE = ("visitor", "member", "asker", "answerer", "moderator", "admin", "suspended")

# What each of PEOPLE gets, in that order. "asker" wrote the question, "answerer" the answer;
# "suspended" is a member who may only read for now.
EVERYBODY = "ok    ok    ok    ok    ok    ok    ok"
MEMBERS = "login ok    ok    ok    ok    ok    ok"
WRITERS = "login ok    ok    ok    ok    ok    403"
MODERATORS = "login 403   403   403   ok    ok    403"
ADMINS = "login 403   403   403   403   ok    403"
NOBODY = "login 403   403   403   403   403   403"
HIDDEN = "404   404   404   404   403   403   404"
NOT_THERE = "404   404   404   404   404   404   404"
MODERATORS_SEE = "404   404   404   404   ok    ok    404"

QUESTION_LIVE = {
    "": EVERYBODY,
    "edit": "login 403   ok    403   ok    ok    403",
    "draft": "login 403   ok    403   ok    ok    403",
    "discard-draft": "login 403   ok    403   ok    ok    403",
    "delete": "login 403   ok    403   ok    ok    403",
    "restore": "login 403   ok    403   ok    ok    403",
    "vote": "login ok    403   ok    ok    ok    403",
}
QUESTION_DELETED = {
    "": "404   404   ok    404   ok    ok    404",
    "edit": "404   404   403   404   403   403   404",
    "draft": "404   404   403   404   403   403   404",
    "discard-draft": "404   404   403   404   403   403   404",
    # Once more: nothing happens.
    "delete": "404   404   ok    404   ok    ok    404",
    "restore": "404   404   ok    404   ok    ok    404",
    "vote": "404   404   403   404   403   403   404",
}
QUESTION_DELETED_LONG_AGO = {
    "": MODERATORS_SEE,
    "edit": HIDDEN,
    "draft": HIDDEN,
    "discard-draft": HIDDEN,
    "delete": MODERATORS_SEE,
    "restore": MODERATORS_SEE,
    "vote": HIDDEN,
}
ANSWER_LIVE = {
    "": EVERYBODY,
    "edit": "login 403   403   ok    ok    ok    403",
    "draft": "login 403   403   ok    ok    ok    403",
    "discard-draft": "login 403   403   ok    ok    ok    403",
    "delete": "login 403   403   ok    ok    ok    403",
    "restore": "login 403   403   ok    ok    ok    403",
    "vote": "login ok    ok    403   ok    ok    403",
}
ANSWER_DELETED = {
    "": "404   404   404   ok    ok    ok    404",
    "edit": "404   404   404   403   403   403   404",
    "draft": "404   404   404   403   403   403   404",
    "discard-draft": "404   404   404   403   403   403   404",
    "delete": "404   404   404   ok    ok    ok    404",
    "restore": "404   404   404   ok    ok    ok    404",
    "vote": "404   404   404   403   403   403   404",
}
ANSWER_DELETED_LONG_AGO = QUESTION_DELETED_LONG_AGO
ANSWER_OF_DELETED_QUESTION = {
    "": MODERATORS_SEE,
    "edit": HIDDEN,
    "draft": HIDDEN,
    "discard-draft": HIDDEN,
    "delete": HIDDEN,
    "restore": HIDDEN,
    "vote": HIDDEN,
}

# (context, state of the object) -> view name, with the method where it matters -> outcomes
TABLE = {
    (RootResource, "live"): {
        "": EVERYBODY,
        "login": EVERYBODY,
        "login-options": EVERYBODY,
        # Who gave no password yet is asked for it first; who is logged in has nothing to do there.
        "second-factor": MEMBERS,
        "second-factor-options": NOBODY,
        "signup": EVERYBODY,
        "language": EVERYBODY,
        "theme": EVERYBODY,
        "manifest.webmanifest": EVERYBODY,
        "favicon.ico": EVERYBODY,
        "robots.txt": EVERYBODY,
        "search": EVERYBODY,
        "verify-email": "410   410   410   410   410   410   410",
        "forgot-password": EVERYBODY,
        "reset-password": "410   410   410   410   410   410   410",
        "logout": MEMBERS,
        "preview": MEMBERS,
        "healthz": EVERYBODY,
        # For certain addresses only, of which this is none.
        "readyz": NOT_THERE,
        "metrics": NOT_THERE,
    },
    (QuestionsResource, "live"): {
        "": EVERYBODY,
        "ask": WRITERS,
        "similar": EVERYBODY,
        "draft": WRITERS,
        "discard-draft": WRITERS,
    },
    (QuestionResource, "live"): QUESTION_LIVE,
    (QuestionResource, "deleted"): QUESTION_DELETED,
    (QuestionResource, "deleted long ago"): QUESTION_DELETED_LONG_AGO,
    (AnswersResource, "live"): {
        "GET ": EVERYBODY,
        "POST ": WRITERS,
        "draft": WRITERS,
        "discard-draft": WRITERS,
    },
    (AnswersResource, "question deleted"): {
        "GET ": "404   404   ok    404   ok    ok    404",
        "POST ": "404   404   403   404   403   403   404",
        "draft": "404   404   403   404   403   403   404",
        "discard-draft": "404   404   403   404   403   403   404",
    },
    (AnswerResource, "live"): ANSWER_LIVE,
    (AnswerResource, "deleted"): ANSWER_DELETED,
    (AnswerResource, "deleted long ago"): ANSWER_DELETED_LONG_AGO,
    (AnswerResource, "question deleted"): ANSWER_OF_DELETED_QUESTION,
    (UsersResource, "live"): {"": MODERATORS, "log": ADMINS},
    (UserResource, "live"): {
        "": EVERYBODY,
        "manage": MODERATORS,
        "suspend": MODERATORS,
        "unsuspend": MODERATORS,
        "role": ADMINS,
        "end-sessions": MODERATORS,
        "purge": MODERATORS,
        "unpurge": MODERATORS,
    },
    # A purge ends the logins of the account, here of the asker.
    (UserResource, "purged"): {
        "": EVERYBODY,
        "manage": "login 403   login 403   ok    ok    403",
        "suspend": "login 403   login 403   ok    ok    403",
        "unsuspend": "login 403   login 403   ok    ok    403",
        "role": "login 403   login 403   403   ok    403",
        "end-sessions": "login 403   login 403   ok    ok    403",
        "purge": "login 403   login 403   ok    ok    403",
        "unpurge": "login 403   login 403   ok    ok    403",
    },
    (UserResource, "of a moderator"): {
        "": EVERYBODY,
        "manage": "login 403   ok    403   ok    ok    403",
        "suspend": ADMINS,
        "unsuspend": ADMINS,
        "role": ADMINS,
        "end-sessions": ADMINS,
        "purge": ADMINS,
        "unpurge": ADMINS,
    },
    (UserResource, "of an admin"): {
        "": EVERYBODY,
        "manage": "login 403   ok    403   ok    ok    403",
        "suspend": ADMINS,
        "unsuspend": ADMINS,
        "role": ADMINS,
        "end-sessions": ADMINS,
        "purge": ADMINS,
        "unpurge": ADMINS,
    },
    # Nobody is logged in there any more.
    (UserResource, "closed"): {
        "": EVERYBODY,
        "manage": "login 403   login 403   ok    ok    403",
        "suspend": "login 403   login 403   403   403   403",
        "unsuspend": "login 403   login 403   403   403   403",
        "role": "login 403   login 403   403   403   403",
        "end-sessions": "login 403   login 403   403   403   403",
        "purge": "login 403   login 403   403   403   403",
        "unpurge": "login 403   login 403   403   403   403",
    },
    (AccountResource, "live"): {
        "": MEMBERS,
        "confirm": MEMBERS,
        "confirm-options": MEMBERS,
        "two-factor": MEMBERS,
        "set-up-app": MEMBERS,
        "authenticator-app": MEMBERS,
        "remove-app": MEMBERS,
        "make-recovery-codes": MEMBERS,
        "GET passkeys": MEMBERS,
        # It takes the answer of a device.
        "POST passkeys": "login 400   400   400   400   400   400",
        "passkey-options": MEMBERS,
        "remove-passkey": MEMBERS,
        "email": MEMBERS,
        "send-verification": MEMBERS,
        "password": MEMBERS,
        "sessions": MEMBERS,
        "activity": MEMBERS,
        "download": MEMBERS,
        "GET close": MEMBERS,
        # Another name than one's own stands in the form.
        "POST close": "login 400   400   400   400   400   400",
        "keep": MEMBERS,
        "end-session": MEMBERS,
        "end-other-sessions": MEMBERS,
    },
}

FIELDS = {
    "login": {"username": "member", "password": "correct horse battery"},
    "signup": {
        "username": "newcomer",
        "email": "newcomer@example.net",
        "password": "correct horse",
        "password_confirm": "correct horse",
    },
    "language": {"locale": "ko"},
    "theme": {"theme": "dark"},
    "preview": {"body": "text"},
    "ask": {"title": "title", "body": "text"},
    "edit": {"title": "title", "body": "text"},
    "draft": {"body": "text", "writer": "0123456789abcdef"},
    "vote": {"value": "1"},
    "password": {
        "current_password": "correct horse battery",
        "password": "another horse",
        "password_confirm": "another horse",
    },
    "close": {"posts": "keep", "username": "nobody"},
    "confirm": {"password": "correct horse battery"},
    "second-factor": {"code": "123456"},
    "authenticator-app": {"code": "123456"},
    "passkeys": {"name": "my phone"},
    "remove-passkey": {"passkey": "1"},
    "email": {"email": "other@example.net"},
    "forgot-password": {"email": "nobody@example.net"},
    "reset-password": {"password": "another horse", "password_confirm": "another horse"},
    "end-session": {"session": "1"},
    "suspend": {"until": "week", "date": "", "reason": "Only links to one shop"},
    "role": {"role": "moderator"},
    "": {"body": "text"},
}


@dataclass(frozen=True)
class View:
    context: type
    name: str
    method: str
    has_permission: bool


def views_of(app) -> list[View]:
    """The views of pages: not those of errors, nor the files below /static/."""
    introspector = app.registry.introspector
    views = []
    for item in introspector.get_category("views"):
        view = item["introspectable"]
        context = view["context"]
        if view["route_name"] == "static" or context is IExceptionResponse:
            continue
        if isinstance(context, type) and issubclass(context, Exception):
            continue
        methods = view["request_methods"]
        methods = [methods] if isinstance(methods, str) else list(methods or ["ANY"])
        has_permission = any(related.category_name == "permissions" for related in item["related"])
        views += [View(context, view["name"], method, has_permission) for method in methods]
    return views


def test_every_view_declares_its_methods_and_a_permission(app):
    for view in views_of(app):
        assert view.has_permission, view
        assert view.method in ("GET", "POST"), view


def test_the_table_has_every_view_and_no_other(app):
    views = views_of(app)
    assert len(views) > 20
    for context, state in TABLE:
        known = TABLE[context, state]
        here = [view for view in views if view.context is context]
        for view in here:
            assert view.name in known or f"{view.method} {view.name}" in known, (view, state)
        names = {view.name for view in here} | {f"{view.method} {view.name}" for view in here}
        assert set(known) <= names, (context, state)
        for row in known.values():
            assert set(outcomes_of(row).values()) <= {"login", "ok", "400", "403", "404", "410"}
    assert {view.context for view in views} == {context for context, _state in TABLE}


def outcomes_of(row: str) -> dict[str, str]:
    """What each of PEOPLE gets; a row that leaves one of them out is an error."""
    return dict(zip(PEOPLE, row.split(), strict=True))


class Scene:
    """A question with an answer, in one state, and people to look at them."""

    def __init__(self, board, state: str) -> None:
        self.people = {
            name: board.user(name, Role(name) if name in ("moderator", "admin") else Role.MEMBER)
            for name in PEOPLE[1:-1]
        }
        self.people["suspended"] = board.user(
            "suspended", suspended_until=utc_now() + timedelta(days=1), suspension_reason="spam"
        )
        self.question = board.question(self.people["asker"])
        self.answer = board.answer(self.question, self.people["answerer"])
        self.board = board
        self.state = state

    def apply(self, context: type) -> None:
        post = self.answer if context is AnswerResource else self.question
        if self.state == "deleted":
            self.board.delete(post)
        elif self.state == "deleted long ago":
            self.board.delete(post, days_ago=31)
        elif self.state == "question deleted":
            self.board.delete(self.question)
        elif self.state in ("of a moderator", "of an admin", "closed"):
            with self.board.transaction() as session:
                asker = session.get_one(User, self.people["asker"].id)
                if self.state == "closed":
                    asker.closed_at, asker.email, asker.email_verified_at = utc_now(), None, None
                else:
                    asker.role = self.state.split()[-1]
        elif self.state == "purged":
            purge(self.board.engine, self.people["asker"].id, actor=OPERATOR)

    def path(self, context: type) -> str:
        question = f"/questions/{self.question.id}/"
        return {
            RootResource: "/",
            QuestionsResource: "/questions/",
            QuestionResource: question,
            AnswersResource: f"{question}answers/",
            AnswerResource: f"{question}answers/{self.answer.id}/",
            UsersResource: "/users/",
            UserResource: f"/users/{self.people['asker'].id}/",
            AccountResource: "/account/",
        }[context]


def outcome(page) -> str:
    if page.status_int == 303 and page.location.startswith("/login?"):
        return "login"
    return "ok" if page.status_int in (200, 303) else str(page.status_int)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    ("context", "state"), TABLE, ids=lambda value: str(getattr(value, "__name__", value))
)
def test_who_may_do_what(app, browser, board, context, state, person):
    assert_outcomes(app, browser, board, context, state, person, expected_person=person)


@pytest.fixture(scope="module")
def strict(migrated_database, open_application):
    """An application where the rights of a role need a second factor."""
    with open_application({"accounts.staff_second_factor": "true"}) as application:
        yield application


@pytest.mark.parametrize("person", ["moderator", "admin"])
@pytest.mark.parametrize(
    ("context", "state"), TABLE, ids=lambda value: str(getattr(value, "__name__", value))
)
def test_without_a_second_factor_staff_may_do_what_members_may(
    strict, browser, board, context, state, person
):
    assert_outcomes(strict, browser, board, context, state, person, expected_person="member")


def assert_outcomes(app, browser, board, context, state, person, *, expected_person) -> None:
    scene = None
    for view in views_of(app):
        if view.context is not context:
            continue
        expected = TABLE[context, state]
        outcomes = outcomes_of(expected.get(view.name) or expected[f"{view.method} {view.name}"])
        if scene is None:
            scene = Scene(board, state)
            client = browser(scene.people.get(person), of=app)
            token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
            scene.apply(context)
            before = board.facts()
        path = scene.path(context) + view.name
        if view.method == "GET":
            page = client.get(path, expect_errors=True)
        else:
            fields = FIELDS.get(view.name, {}) | {"csrf_token": token}
            page = client.post(path, fields, expect_errors=True)
        assert outcome(page) == outcomes[expected_person], (view, state)
        if outcome(page) != "ok" or view.method == "GET":
            assert board.facts() == before, view
        else:
            # What was done changes what can be done; the next view has a scene of its own.
            board.clear()
            scene = None


def test_every_post_is_refused_without_its_token(app, browser, board):
    for view in views_of(app):
        if view.method != "POST":
            continue
        scene = Scene(board, "live")
        # An administrator who wrote nothing may do most; deleted posts can be restored only.
        client = browser(scene.people["admin"])
        if view.name == "restore":
            scene.state = "deleted"
            scene.apply(view.context)
        before = board.facts()
        fields = FIELDS.get(view.name, {})
        page = client.post(scene.path(view.context) + view.name, fields, expect_errors=True)
        assert page.status_int == 400, view
        assert board.facts() == before, view
        board.clear()
