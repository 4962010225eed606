"""Drafts of members: saved while they type, offered again, gone when they are sent."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm.exc import StaleDataError

from qaboard.models import Draft, Role, User, utc_now
from qaboard.services.board.draft import save_draft
from qaboard.services.site.due_deletions import close_due_accounts

FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"


def token_of(client) -> str:
    return client.get("/language").html.select("main [name=csrf_token]")[0]["value"]


def save(client, path: str, *, writer: str = FIRST, status: int = 200, **fields):
    """What the script sends."""
    sent = {"writer": writer, "csrf_token": token_of(client)} | fields
    return client.post(f"{path}draft", sent, status=status)


def drafts(board) -> list[Draft]:
    with board.transaction() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def offer(page):
    return page.html.find(class_="draft-offer")


def paths_of(board, author, kind: str) -> tuple[str, str, str]:
    """Where a draft is saved, the page of its form, and the name of the form."""
    if kind == "ask":
        return "/questions/", "/questions/ask", "ask"
    question = board.question(author, title="A title", body="first")
    path = f"/questions/{question.id}/"
    if kind == "answer":
        return f"{path}answers/", path, "answer"
    if kind == "edit answer":
        path = f"{path}answers/{board.answer(question, author).id}/"
    return path, f"{path}edit", "edit"


KINDS = ["ask", "answer", "edit question", "edit answer"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_offered_continued_and_gone_when_it_is_sent(browser, board, kind):
    author = board.user()
    path, page_path, form_name = paths_of(board, author, kind)
    client = browser(author)
    assert offer(client.get(page_path)) is None
    assert save(client, path, title="Half a title", body="Half\n  a text").json == {"is_kept": True}

    # On another device.
    client = browser(author)
    page = client.get(page_path)
    assert page.forms[form_name]["body"].value != "Half\n  a text"
    assert "an unposted draft" in offer(page).text
    page = page.click("Continue where you left off")
    form = page.forms[form_name]
    assert form["body"].value == "Half\n  a text"
    if kind in ("ask", "edit question"):
        assert form["title"].value == "Half a title"
    assert "It hasn’t been posted yet." in offer(page).text
    if kind == "answer":
        assert "Half" not in browser(board.user()).get(f"{page_path}?draft=1")

    form["body"] = "A whole text"
    assert form.submit("submit").status_int == 303
    assert drafts(board) == []
    assert offer(client.get(page_path)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_discarded(browser, board, kind):
    author = board.user()
    path, page_path, form_name = paths_of(board, author, kind)
    client = browser(author)
    save(client, path, body="Half a text")
    page = client.get(page_path)
    (discarding,) = [form for form in page.forms.values() if form.action.endswith("discard-draft")]
    page = discarding.submit().follow()
    assert page.request.path == page_path
    assert offer(page) is None
    assert page.forms[form_name]["body"].value != "Half a text"
    assert drafts(board) == []


def test_nobody_else_sees_a_draft(browser, board):
    author, other = board.user(), board.user(role=Role.ADMIN)
    question = board.question(author)
    path = f"/questions/{question.id}/"
    save(browser(author), f"{path}answers/", body="secret")
    save(browser(author), path, body="secret")
    save(browser(author), "/questions/", body="secret")
    for client in (browser(other), browser()):
        for page_path in (path, f"{path}?draft=1", f"{path}edit?draft=1", "/questions/ask?draft=1"):
            page = client.get(page_path, expect_errors=True)
            assert "secret" not in page
            assert "draft-offer" not in page


def test_the_offer_is_on_the_kept_page_of_its_writer_only(browser, board):
    """The page of a question is made once for several members."""
    question = board.question()
    path = f"/questions/{question.id}/"
    first, second = board.user(), board.user()
    save(browser(first), f"{path}answers/", body="Half an answer")
    for _visit in range(2):
        assert offer(browser(first).get(path)) is not None
        assert offer(browser(second).get(path)) is None


def test_another_page_does_not_write_over_a_draft_that_it_has_not_seen(browser, board):
    client = browser(board.user())
    save(client, "/questions/", body="from the phone")
    kept = save(client, "/questions/", writer=SECOND, body="from the desk").json
    assert kept == {"is_kept": False}
    assert [draft.body for draft in drafts(board)] == ["from the phone"]
    # The page that continues it has seen it.
    known = client.get("/questions/ask?draft=1").forms["ask"]["continues"].value
    assert known == f"{FIRST}-0"
    kept = save(client, "/questions/", writer=SECOND, continues=known, body="from the desk").json
    assert kept == {"is_kept": True}
    assert save(client, "/questions/", body="from the phone").json == {"is_kept": False}


def test_a_late_save_does_not_overwrite_a_newer_one(browser, board):
    client = browser(board.user())
    save(client, "/questions/", number=2, body="newer")
    assert save(client, "/questions/", number=1, body="older").json == {"is_kept": False}
    assert save(client, "/questions/", number=2, body="other").json == {"is_kept": False}
    assert [draft.body for draft in drafts(board)] == ["newer"]
    # The same save again, because its answer was lost.
    assert save(client, "/questions/", number=2, body="newer").json == {"is_kept": True}


def test_a_late_save_does_not_return_after_the_text_was_restored(browser, board):
    """The second save is on its way, the third takes back what it changed."""
    client = browser(board.user())
    save(client, "/questions/", number=1, body="first")
    assert save(client, "/questions/", number=3, body="first").json == {"is_kept": True}
    assert save(client, "/questions/", number=2, body="second").json == {"is_kept": False}
    assert [draft.body for draft in drafts(board)] == ["first"]


def test_a_duplicated_tab_does_not_overwrite_what_the_other_one_typed_on(browser, board):
    client = browser(board.user())
    save(client, "/questions/", number=1, body="both")
    second = {"writer": SECOND, "continues": f"{FIRST}-1"}
    save(client, "/questions/", number=2, body="typed on in the first")
    kept = save(client, "/questions/", number=1, body="typed on in the second", **second).json
    assert kept == {"is_kept": False}
    assert [draft.body for draft in drafts(board)] == ["typed on in the first"]
    # Had it been the first to go on, the first tab would have been told.
    second["continues"] = f"{'0' * 16}-1 {FIRST}-2"
    assert save(client, "/questions/", number=2, body="second", **second).json == {"is_kept": True}
    assert save(client, "/questions/", number=3, body="first").json == {"is_kept": False}


def test_a_form_that_is_sent_leaves_a_save_of_another_tab_that_it_has_not_seen(browser, board):
    client = browser(board.user())
    save(client, "/questions/", number=1, body="both")
    form = client.get("/questions/ask?draft=1").forms["ask"]
    save(client, "/questions/", number=2, body="typed on in the first")
    form["title"], form["body"] = "A title", "sent by the second"
    form.submit("submit").follow()
    assert [draft.body for draft in drafts(board)] == ["typed on in the first"]


@pytest.mark.parametrize("kind", ["ask", "answer"])
def test_a_save_that_arrives_after_its_form_was_sent_is_dropped(browser, board, kind):
    author = board.user()
    path, page_path, form_name = paths_of(board, author, kind)
    client = browser(author)
    form = client.get(page_path).forms[form_name]
    key = form["idempotency_key"].value
    save(client, path, number=1, body="begun", idempotency_key=key)
    form["continues"].force_value(f"{FIRST}-2")
    form["body"] = "sent"
    if kind == "ask":
        form["title"] = "A title"
    form.submit("submit").follow()
    late = save(client, path, number=2, body="on its way", idempotency_key=key).json
    assert late == {"is_kept": False, "is_sent": True}
    assert drafts(board) == []
    # Somebody who is told that goes on with another text, which names no key.
    assert save(client, path, number=3, body="another").json == {"is_kept": True}


def test_the_key_of_a_form_that_somebody_else_sent_says_nothing(browser, board):
    form = browser(board.user()).get("/questions/ask").forms["ask"]
    key = form["idempotency_key"].value
    form["title"], form["body"] = "A title", "sent"
    form.submit("submit", status=303)
    other = browser(board.user())
    assert save(other, "/questions/", body="mine", idempotency_key=key).json == {"is_kept": True}


@pytest.mark.parametrize("kind", ["edit question", "edit answer"])
def test_a_draft_that_says_what_the_post_says_is_none(browser, board, kind):
    """The last save of an edit may arrive after the edit."""
    author = board.user()
    path, page_path, form_name = paths_of(board, author, kind)
    client = browser(author)
    form = client.get(page_path).forms[form_name]
    text = {"title": "A title"} if kind == "edit question" else {}
    save(client, path, number=1, body="begun", version=1, **text)
    form["continues"].force_value(f"{FIRST}-2")
    form["body"] = "edited"
    form.submit("submit").follow()
    late = save(client, path, number=2, body="edited", version=1, **text).json
    assert late == {"is_kept": True}
    assert drafts(board) == []


def test_pages_of_the_release_before_save_without_numbers(browser, board):
    client = browser(board.user())
    for body in ("first", "second"):
        assert save(client, "/questions/", body=body).json == {"is_kept": True}
    second = {"writer": SECOND, "continues": FIRST}
    assert save(client, "/questions/", body="third", **second).json == {"is_kept": True}
    assert [draft.body for draft in drafts(board)] == ["third"]


def test_a_draft_that_a_form_has_not_seen_stays_when_the_form_is_sent(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    save(client, "/questions/", title="Another one", body="from the phone")
    form["title"], form["body"] = "This one", "written meanwhile"
    form.submit("submit").follow()
    assert [draft.body for draft in drafts(board)] == ["from the phone"]


def test_so_does_one_that_went_on_elsewhere_after_the_form_had_seen_it(browser, board):
    client = browser(board.user())
    save(client, "/questions/", title="A title", body="begun")
    form = client.get("/questions/ask?draft=1").forms["ask"]
    save(client, "/questions/", writer=SECOND, continues=FIRST, body="gone on with elsewhere")
    form["body"] = "sent as it was seen"
    form.submit("submit").follow()
    assert [draft.body for draft in drafts(board)] == ["gone on with elsewhere"]


@pytest.mark.parametrize("has_come_through", [True, False])
def test_a_form_knows_the_draft_it_began_with_and_the_one_it_saved(
    browser, board, has_come_through
):
    """A text can be sent while its last save is under way."""
    client = browser(board.user())
    save(client, "/questions/", title="A title", body="begun")
    form = client.get("/questions/ask?draft=1").forms["ask"]
    if has_come_through:
        save(client, "/questions/", writer=SECOND, continues=FIRST, body="gone on with")
    form["continues"].force_value(f"{form['continues'].value} {SECOND}-7")
    form["title"], form["body"] = "", "A whole text"
    # What is shown again after an error knows as much.
    form = form.submit("submit", status=400).forms["ask"]
    form["title"] = "A title"
    form.submit("submit").follow()
    assert drafts(board) == []


def test_an_emptied_text_is_no_draft(browser, board):
    client = browser(board.user())
    save(client, "/questions/", body="something")
    assert save(client, "/questions/", title=" ", body="\n").json == {"is_kept": True}
    assert drafts(board) == []


def test_the_same_text_is_not_written_again(browser, board):
    client = browser(board.user())
    save(client, "/questions/", body="something")
    (before,) = drafts(board)
    save(client, "/questions/", body="something")
    (after,) = drafts(board)
    assert after.updated_at == before.updated_at


def test_an_edit_that_goes_on_after_somebody_saved_is_told(browser, board):
    author = board.user()
    question = board.question(author, body="first")
    path = f"/questions/{question.id}/"
    client = browser(author)
    version = client.get(f"{path}edit").forms["edit"]["version"].value
    save(client, path, title="Mine", body="my draft", version=version)
    form = browser(board.user(role=Role.MODERATOR)).get(f"{path}edit").forms["edit"]
    form["body"] = "theirs"
    form.submit("submit")
    form = client.get(f"{path}edit?draft=1").forms["edit"]
    page = form.submit("submit", status=409)
    assert page.forms["edit"]["body"].value == "my draft"
    # It is sent only with the next attempt.
    assert len(drafts(board)) == 1
    page.forms["edit"].submit("submit").follow()
    assert board.read(question).body == "my draft"
    assert drafts(board) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "x" * 30_001},
        {"title": "x" * 201},
        {"writer": "short"},
        {"writer": "<script>alert(1)</script>"},
        {"continues": "x" * 40},
        {"version": "0"},
        {"number": "0"},
        {"number": "many"},
        {"number": "1000000000"},
        {"continues": f"{FIRST}-"},
        {"continues": f"{FIRST}-1000000000"},
        {"continues": f"{FIRST}  {SECOND}"},
        {"continues": " ".join([FIRST] * 6)},
    ],
)
def test_what_cannot_be_kept_is_refused(browser, board, fields):
    client = browser(board.user())
    save(client, "/questions/", status=400, **({"body": "text"} | fields))
    assert drafts(board) == []


def test_the_oldest_of_too_many_drafts_goes(board):
    user = board.user()
    for number in range(Draft.MAX_COUNT + 2):
        with board.transaction() as session:
            save_draft(
                session,
                user_id=user.id,
                place=f"answer {number}",
                writer=FIRST,
                number=1,
                seen=(),
                title="",
                body="text",
                post_version=None,
            )
    assert [draft.place for draft in drafts(board)] == [
        f"answer {number}" for number in range(2, Draft.MAX_COUNT + 2)
    ]


def test_old_drafts_are_forgotten(browser, board, keep_house):
    client = browser(board.user())
    question = board.question()
    save(client, "/questions/", body="old")
    save(client, f"/questions/{question.id}/answers/", body="new")
    now = utc_now()
    with board.transaction() as session:
        for body, age in (("old", 91), ("new", 89)):
            session.execute(
                update(Draft).where(Draft.body == body).values(updated_at=now - timedelta(days=age))
            )
    keep_house()
    assert [draft.body for draft in drafts(board)] == ["new"]


def test_a_closed_account_has_no_drafts(app, browser, board):
    user = board.user()
    save(browser(user), "/questions/", body="text")
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        row.closing_at, row.closing_removes_posts = utc_now(), False
    close_due_accounts(app.registry["engine"])
    assert drafts(board) == []


def test_the_archive_of_an_account_has_its_drafts(browser, board):
    client = browser(board.user())
    save(client, "/questions/", title="Half a title", body="Half a text")
    token = token_of(client)
    archive = client.post("/account/download", {"csrf_token": token})
    (draft,) = json.loads(zipfile.ZipFile(io.BytesIO(archive.body)).read("drafts.json"))
    assert (draft["place"], draft["title"], draft["body"]) == (
        "ask",
        "Half a title",
        "Half a text",
    )


def save_directly(session, user, *, writer=FIRST, number=1, body="text") -> bool:
    return save_draft(
        session,
        user_id=user.id,
        place="ask",
        writer=writer,
        number=number,
        seen=(),
        title="",
        body=body,
        post_version=None,
    )


@pytest.mark.parametrize("writer", [FIRST, SECOND])
def test_what_is_not_written_is_not_locked(board, writer):
    """In PostgreSQL a lock makes all kept pages stale."""
    user = board.user()
    with board.transaction() as session:
        save_directly(session, user)
    locks = []
    with board.transaction() as session:
        event.listen(
            session,
            "do_orm_execute",
            lambda state: locks.append(getattr(state.statement, "_for_update_arg", None)),
        )
        assert save_directly(session, user, writer=writer) == (writer == FIRST)
    assert locks
    assert set(locks) == {None}


def test_an_account_that_was_closed_meanwhile_gets_no_draft(board):
    user = board.user()
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        row.closed_at, row.email = utc_now(), None
    with pytest.raises(StaleDataError), board.transaction() as session:
        save_directly(session, user)
    assert drafts(board) == []
