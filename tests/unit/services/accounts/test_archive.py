"""The archive of a user."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import pytest

from qaboard.http.client import Client
from qaboard.models import EventKind, User
from qaboard.services.accounts.archive import write_archive
from qaboard.services.accounts.security_event import record_event


@pytest.fixture
def read_archive(people, session):
    """Writes the archive of a user, and opens it."""

    def read(user) -> ZipFile:
        file = io.BytesIO()
        row = session.get_one(User, user.id)
        write_archive(session, row, file, address_of=lambda post: f"https://board/{post.id}")
        return ZipFile(file)

    return read


def entries(archive: ZipFile, name: str) -> list:
    return json.loads(archive.read(name))


def test_the_archive_has_everything_that_the_user_wrote(people, read_archive):
    user = people.user("minji")
    question = people.question(user, title="Kettles", body="Which?")
    answer = people.answer(people.question(title="Cups"), user, body="Blue ones.")
    people.vote(question, user=people.user())
    people.delete(answer)
    archive = read_archive(user)
    posts = {post["id"]: post for post in entries(archive, "posts.json")}
    assert posts[question.id]["score"] == 1
    assert posts[answer.id]["title"] == "Cups"
    assert posts[answer.id]["deleted_at"]
    text = archive.read(f"answers/{answer.id}.md").decode()
    assert text == f"# Cups\n\n<https://board/{answer.id}>\n\nBlue ones.\n"
    assert f"questions/{question.id}.md" in archive.namelist()


def test_there_is_no_text_of_anybody_else(people, read_archive):
    user, other = people.user(), people.user("stranger")
    people.answer(people.question(user), other, body="Secret thoughts.")
    asked = people.question(other, title="Deleted title", body="Their question.")
    people.answer(asked, user, body="Mine.")
    people.delete(asked)
    archive = read_archive(user)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for text in ("Secret thoughts", "Their question", "Deleted title", "stranger"):
        assert text not in whole
    assert "Mine." in whole


def test_there_is_no_password_and_no_token(people, read_archive):
    user = people.user()
    token = people.token(user)
    archive = read_archive(user)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert user.password_hash not in whole
    assert token not in whole
    assert len(entries(archive, "sessions.json")) == 1


def test_where_a_moderator_was_is_left_out(people, read_archive):
    user, moderator = people.user(), people.user()
    client = Client("203.0.113.9", "their browser")
    with people.transaction() as session:
        for is_administrative, actor in ((True, moderator), (False, user)):
            record_event(
                session,
                EventKind.SUSPENSION if is_administrative else EventKind.LOGIN,
                user_id=user.id,
                actor_id=actor.id,
                client=client,
                is_administrative=is_administrative,
            )
    done, own = entries(read_archive(user), "activity.json")
    assert (done["address"], done["user_agent"]) == (None, None)
    assert own["address"] == "203.0.113.9"


def test_empty_lists_are_lists(people, read_archive):
    archive = read_archive(people.user())
    assert [entries(archive, f"{name}.json") for name in ("posts", "votes", "drafts")] == [[]] * 3
