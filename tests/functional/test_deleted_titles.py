"""The title of a deleted question, wherever somebody else could still read it."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from qaboard.models import Role

SECRET = "Zebrafish"


@pytest.fixture
def answerer(board):
    """Somebody who answered a question that its asker has deleted since."""
    question = board.question(board.user("asker"), title=f"{SECRET} with milk?", body=SECRET)
    user = board.user("answerer")
    board.answer(question, user, body="Yes.")
    board.delete(question)
    user.question_id = question.id
    return user


def test_who_answered_reads_their_answer_without_it(browser, board, answerer):
    client = browser(answerer)
    page = client.get(f"/users/{answerer.id}/?tab=answers")
    assert "Answer to a deleted question" in page
    assert "Yes." in page
    assert SECRET not in page
    for address, fields in (
        (f"/questions/{answerer.question_id}/", {}),
        (f"/questions/{answerer.question_id}/answers/", {}),
        (f"/questions/{answerer.question_id}/edit", {}),
        ("/questions/", {}),
        ("/questions/", {"sort": "active"}),
        ("/questions/", {"q": "zebrafish"}),
        ("/questions/similar", {"title": f"{SECRET} with milk"}),
        (f"/{SECRET}-with-milk", {}),
        ("/account/activity", {}),
    ):
        page = client.get(address, fields, status="*")
        assert f"{SECRET} with milk?" not in page.text, address


def test_the_archive_of_who_answered_has_no_title(browser, answerer):
    client = browser(answerer)
    form = next(
        f for f in client.get("/account/download").forms.values() if f.action.endswith("download")
    )
    with ZipFile(io.BytesIO(form.submit().body)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Yes." in content
    assert SECRET.encode() not in content


def test_its_asker_and_moderators_read_it(browser, board, answerer):
    moderator = board.user("mod", Role.MODERATOR)
    assert SECRET in browser(moderator).get(f"/users/{answerer.id}/?tab=answers")
    asker = next(user for user in board.users() if user.username == "asker")
    assert SECRET in browser(asker).get(f"/users/{asker.id}/")
