"""ACLs, as literal lists over the lineage of each kind of resource."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyramid.authorization import ALL_PERMISSIONS, Allow, Deny
from pyramid.location import lineage
from pyramid.testing import DummyRequest

from qaboard.models import Answer, Question, Role, User, utc_now
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

ROOT_ACL = [
    (Allow, "system.Everyone", "view"),
    (Allow, "system.Authenticated", ("preview", "log_out")),
    (Allow, "role:admin", "administer"),
]
NO_WRITING = (Deny, "status:read_only", ("ask", "answer", "vote", "edit", "delete", "restore"))
QUESTIONS_ACL = [NO_WRITING, (Allow, "system.Authenticated", "ask")]
USERS_ACL = [(Allow, "role:moderator", "manage_users")]
DENY_ALL = (Deny, "system.Everyone", ALL_PERMISSIONS)


def question_resource(**columns) -> QuestionResource:
    questions = RootResource(DummyRequest())["questions"]
    return QuestionResource(Question(id=3, author_id=7, **columns), questions)


def answer_resource(question=None, **columns) -> AnswerResource:
    question = question or question_resource()
    return AnswerResource(Answer(id=5, author_id=8, question_id=3, **columns), question["answers"])


def acls(resource) -> list:
    return [node.__acl__() for node in lineage(resource) if hasattr(node, "__acl__")]


def test_a_live_question():
    assert acls(question_resource()) == [
        [
            NO_WRITING,
            (Deny, "user:7", "vote"),
            (Allow, "user:7", ("edit", "delete", "restore")),
            (Allow, "role:moderator", ("edit", "delete", "restore")),
            (Allow, "system.Authenticated", ("vote", "answer")),
        ],
        QUESTIONS_ACL,
        ROOT_ACL,
    ]


def test_a_deleted_question():
    assert acls(question_resource(deleted_at=(now := utc_now())))[0] == [
        NO_WRITING,
        (Deny, f"purged:{now.isoformat()}", "restore"),
        (Allow, "user:7", ("view", "restore", "delete")),
        (Allow, "role:moderator", ("view", "restore", "delete")),
        DENY_ALL,
    ]


def test_a_question_that_was_deleted_long_ago():
    deleted_at = utc_now() - timedelta(days=30, seconds=1)
    assert acls(question_resource(deleted_at=deleted_at))[0] == [
        (Allow, "role:moderator", ("view", "restore", "delete")),
        DENY_ALL,
    ]


def test_a_live_answer():
    assert acls(answer_resource()) == [
        [
            NO_WRITING,
            (Deny, "user:8", "vote"),
            (Allow, "user:8", ("edit", "delete", "restore")),
            (Allow, "role:moderator", ("edit", "delete", "restore")),
            (Allow, "system.Authenticated", "vote"),
            (Deny, "system.Everyone", ("vote", "edit", "delete", "restore")),
        ],
        *acls(question_resource()),
    ]


def test_a_deleted_answer():
    assert acls(answer_resource(deleted_at=(now := utc_now())))[0] == [
        NO_WRITING,
        (Deny, f"purged:{now.isoformat()}", "restore"),
        (Allow, "user:8", ("view", "restore", "delete")),
        (Allow, "role:moderator", ("view", "restore", "delete")),
        DENY_ALL,
    ]


def test_an_answer_of_a_deleted_question():
    question = question_resource(deleted_at=utc_now())
    for columns in ({}, {"deleted_at": utc_now()}):
        assert acls(answer_resource(question, **columns))[0] == [
            (Allow, "role:moderator", "view"),
            DENY_ALL,
        ]


def test_a_user():
    users = RootResource(DummyRequest())["users"]
    by_moderators = ("suspend", "purge", "end_sessions")
    managing = (*by_moderators, "set_role")
    for role, closed_at, nobody, what_moderators_may in (
        (Role.MEMBER, None, "user:9", by_moderators),
        (Role.MODERATOR, None, "user:9", ()),
        (Role.MEMBER, utc_now(), "system.Everyone", by_moderators),
    ):
        user = User(id=9, role=role, closed_at=closed_at)
        assert acls(UserResource(user, users)) == [
            [
                (Allow, "user:9", ("edit", "view_deleted")),
                (Allow, "role:moderator", ("manage_users", "view_deleted")),
                (Deny, nobody, managing),
                (Allow, "role:admin", managing),
                (Allow, "role:moderator", what_moderators_may),
            ],
            USERS_ACL,
            ROOT_ACL,
        ]


def test_an_account():
    assert acls(RootResource(DummyRequest())["account"]) == [
        [(Allow, "system.Authenticated", "manage_account")],
        ROOT_ACL,
    ]


def test_acls_are_methods():
    # As a property, an AttributeError in it would silently hand the decision to the parent.
    for kind in (RootResource, QuestionsResource, QuestionResource, AnswerResource, UserResource,
                 AccountResource):  # fmt: skip
        assert callable(kind.__acl__)


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        (answer_resource(), ["5", "answers", "3", "questions", None]),
        (UserResource(User(id=9), RootResource(DummyRequest())["users"]), ["9", "users", None]),
        (RootResource(DummyRequest())["account"], ["account", None]),
    ],
)
def test_every_kind_of_resource_leads_to_the_root(resource, names):
    assert [node.__name__ for node in lineage(resource)] == names
    assert isinstance(list(lineage(resource))[-1], RootResource)


def test_leaves_have_no_children():
    for kind in (AnswerResource, UserResource, AccountResource):
        assert not hasattr(kind, "__getitem__")


@pytest.mark.parametrize("name", ["", "x", "0", "-1", "²", "007", "1e3", "9" * 5000, "answer", "١"])
@pytest.mark.parametrize("container", ["questions", "users", "answers", "question", "root"])
def test_getitem_raises_KeyError_for_what_is_no_child(container, name):  # noqa: N802 - a name of Python
    root = RootResource(DummyRequest())  # It has no database, and none is asked.
    node = {
        "root": root,
        "questions": root["questions"],
        "users": root["users"],
        "question": question_resource(),
        "answers": AnswersResource(question_resource()),
    }[container]
    with pytest.raises(KeyError):
        node[name]


def test_containers_know_their_names():
    root = RootResource(DummyRequest())
    assert isinstance(root["users"], UsersResource)
    assert [root[name].__name__ for name in ("questions", "users", "account")] == [
        "questions",
        "users",
        "account",
    ]
