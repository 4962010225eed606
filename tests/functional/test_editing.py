"""Editing one's posts, alone and while somebody else does."""

from __future__ import annotations

import pytest

from qaboard.models import Role


def test_a_question_is_edited_and_says_so(browser, board):
    author = board.user()
    question = board.question(author, title="Befor", body="old")
    client = browser(author)
    page = client.get(f"/questions/{question.id}/")
    assert page.html.find(class_="edited") is None
    form = page.click("^Edit$").forms["edit"]
    assert (form["title"].value, form["body"].value) == ("Befor", "old")
    form["title"], form["body"] = "After", "new **text**"
    page = form.submit("submit").follow()
    assert page.html.find("h1").text == "After"
    assert page.html.find(id="question").find("strong").text == "text"
    assert page.html.find(class_="edited").find("time")["datetime"]
    assert "After" in client.get("/questions/", {"q": "text"})
    assert "After" not in client.get("/questions/", {"q": "old"})


def test_an_answer_is_edited_and_the_browser_lands_on_it(browser, board):
    author = board.user()
    question = board.question()
    answer = board.answer(question, author)
    client = browser(author)
    form = client.get(f"/questions/{question.id}/answers/{answer.id}/edit").forms["edit"]
    form["body"] = "better"
    landing = form.submit("submit")
    assert landing.location.endswith(f"/questions/{question.id}/#answer-{answer.id}")
    assert "better" in landing.follow().html.find(id=f"answer-{answer.id}").text


def test_saving_without_a_change_is_no_edit(browser, board):
    author = board.user()
    question = board.question(author)
    form = browser(author).get(f"/questions/{question.id}/edit").forms["edit"]
    form.submit("submit")
    assert board.read(question).edited_at is None


def test_a_moderator_edits_what_others_wrote(browser, board):
    question = board.question()
    client = browser(board.user(role=Role.MODERATOR))
    form = client.get(f"/questions/{question.id}/edit").forms["edit"]
    form["title"] = "Mended"
    assert form.submit("submit").follow().html.find("h1").text == "Mended"


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_of_two_browsers_that_edit_at_once_the_second_is_told(browser, board, kind):
    author = board.user()
    question = board.question(author, title="A title", body="first")
    path = f"/questions/{question.id}/"
    if kind == "answer":
        path += f"answers/{board.answer(question, author, body='first').id}/"
    forms = [browser(author).get(f"{path}edit").forms["edit"] for _ in range(2)]
    forms[0]["body"], forms[1]["body"] = "from the first", "from the second"
    assert forms[0].submit("submit").status_int == 303
    page = forms[1].submit("submit", status=409)
    assert page.forms["edit"]["body"].value == "from the second"
    assert "Someone saved this post while you were editing." in page
    saved = page.html.find("textarea", class_="saved-text")
    assert saved.text.strip() == "from the first"
    # Whoever has read that may replace it.
    landing = page.forms["edit"].submit("submit")
    assert landing.status_int == 303
    assert "from the second" in browser().get(f"/questions/{question.id}/")


def test_a_script_without_a_version_overwrites(browser, board):
    author = board.user()
    question = board.question(author)
    client = browser(author)
    token = client.get("/account/").html.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"title": "By a script", "body": "text", "csrf_token": token}
    assert client.post(f"/questions/{question.id}/edit", fields).status_int == 303
    assert board.read(question).title == "By a script"


def test_a_version_that_is_no_number_is_refused_without_harm(browser, board):
    author = board.user()
    question = board.question(author)
    form = browser(author).get(f"/questions/{question.id}/edit").forms["edit"]
    form["version"] = "<script>alert(1)</script>%s%(x)s"
    page = form.submit("submit", status=400)
    assert page.html.find("main").find("script") is None
    assert board.read(question).version == question.version


def two_texts(difference) -> tuple[str, str]:
    """What a difference on a page says stood before, and stands after."""
    for words in difference.select(".visually-hidden, .difference-left-out"):
        words.extract()
    texts = []
    for other in ("ins", "del"):
        kept = [
            str(piece) for piece in difference.find_all(string=True) if piece.parent.name != other
        ]
        texts.append("".join(kept).replace("↵\n", "\n").strip())
    return texts[0], texts[1]


def conflicting_page(browser, board, saved: dict, typed: dict, locale: str = "en"):
    """The page for whoever typed something while somebody else saved something."""
    author = board.user()
    question = board.question(author, title="A title", body="before both")
    clients = [browser(author, locale=locale) for _ in range(2)]
    forms = [client.get(f"/questions/{question.id}/edit").forms["edit"] for client in clients]
    for form, fields in zip(forms, (saved, typed), strict=True):
        for name, value in fields.items():
            form[name] = value
    forms[0].submit("submit", status=303)
    return forms[1].submit("submit", status=409)


def test_a_conflict_shows_what_differs_in_title_and_text(browser, board):
    page = conflicting_page(
        browser,
        board,
        {"title": "커피를 내리는 법", "body": "물을 끓여요.\n커피를 갈아요.\n"},
        {"title": "커피를 볶는 법", "body": "물을 끓여요.\r\n원두를 갈아요.\r\n"},
    )
    title, body = page.html.select("#difference .difference")
    assert [piece.text for piece in title.find_all(["del", "ins"])] == [
        "[saved version only: 내리는]",
        "[yours only: 볶는]",
    ]
    assert [piece.text for piece in body.find_all(["del", "ins"])] == [
        "[saved version only: 커피를]",
        "[yours only: 원두를]",
    ]
    assert two_texts(title) == ("커피를 내리는 법", "커피를 볶는 법")
    assert two_texts(body) == ("물을 끓여요.\n커피를 갈아요.", "물을 끓여요.\n원두를 갈아요.")
    form = page.forms["edit"]
    assert form["title"].value == "커피를 볶는 법"
    assert form["body"].value.split() == ["물을", "끓여요.", "원두를", "갈아요."]


def test_what_differs_is_shown_and_not_executed(browser, board):
    saved, typed = "a <script>alert(1)</script>", "a <img src=x onerror=alert(1)>"
    page = conflicting_page(browser, board, {"body": saved}, {"body": typed})
    (difference,) = page.html.select("#difference .difference")
    assert difference.find(["script", "img"]) is None
    assert two_texts(difference) == (saved, typed)


def test_lines_far_from_a_change_are_left_out_and_counted(browser, board):
    lines = [f"줄 {number}" for number in range(40)]
    saved = "\n".join(lines)
    typed = "\n".join([*lines[:20], "새 줄", *lines[20:]])
    page = conflicting_page(browser, board, {"body": saved}, {"body": typed}, locale="ko")
    (difference,) = page.html.select("#difference .difference")
    left_out = [each.text for each in difference.select(".difference-left-out")]
    assert left_out == ["같은 줄 18개", "같은 줄 18개"]
    assert "줄 19" in difference.text
    assert "줄 10" not in difference.text
