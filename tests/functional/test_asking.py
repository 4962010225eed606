"""Asking a question, and seeing it."""

from __future__ import annotations


def test_a_visitor_who_asks_is_taken_to_log_in_and_back(browser, board):
    user = board.user("민지")
    page = browser().get("/questions/ask")
    assert page.status_int == 303
    form = page.follow().forms["login"]
    form["username"], form["password"] = "민지", "correct horse battery"
    page = form.submit("submit")
    assert page.location == "/questions/ask"
    page = page.follow()
    assert "Welcome back, 민지!" in page
    assert user.username in page.html.find(class_="site-links").text


def test_a_question_is_asked_and_shown(browser, board):
    client = browser(board.user("하늘"))
    form = client.get("/questions/ask").forms["ask"]
    form["title"] = "커피를 <어떻게> 내리나요?"
    form["body"] = (
        "    indented\n\n**굵게**는 됩니다.\n\n```python\nprint('안녕')\n```\n\n"
        "<script>alert(1)</script>"
    )
    page = form.submit("submit")
    assert page.status_int == 303
    page = page.follow()
    assert "Question posted." in page
    assert page.html.find("h1").text == "커피를 <어떻게> 내리나요?"
    body = page.html.find(class_="post-body")
    assert body.find("strong").text == "굵게"
    assert body.find("pre").text.startswith("indented")
    assert body.find("pre", class_="highlight")
    assert body.find("script") is None
    assert "<script>alert(1)</script>" in body.text
    listed = client.get("/questions/").html.find(class_="question-row")
    assert "커피를 <어떻게> 내리나요?" in listed.text
    assert "하늘" in listed.text


def test_a_form_with_errors_keeps_what_was_typed_and_says_what_is_wrong(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"] = "x" * 201
    form["body"] = "  \n kept <b> text"
    page = form.submit("submit", status=400)
    form = page.forms["ask"]
    assert form["title"].value == "x" * 201
    assert form["body"].value == "  \n kept <b> text"
    summary = page.html.find(class_="error-summary")
    link = summary.find("a")
    assert "201" in link.text
    assert "200" in link.text
    field = page.html.find(id=link["href"].removeprefix("#"))
    assert field["name"] == "title"
    error = page.html.find(id=field["aria-describedby"].split()[0])
    assert "201" in error.text
    assert page.html.find("label", attrs={"for": field["id"]})
    assert summary.has_attr("autofocus")
    assert board.facts()["posts"] == []


def test_leading_spaces_of_a_body_and_line_ends_are_stored_as_they_should_be(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"] = "  trimmed  "
    form["body"] = "    code\r\nnext\r\n"
    page = form.submit("submit").follow()
    form = page.click("^Edit$", verbose=False).forms["edit"]
    assert form["title"].value == "trimmed"
    assert form["body"].value == "    code\nnext\n"


def test_the_longest_question_fits(browser, board):
    client = browser(board.user())
    form = client.get("/questions/ask").forms["ask"]
    form["title"] = "가" * 200
    form["body"] = "😀" * 30_000
    assert form.submit("submit").follow().html.find("h1").text == "가" * 200


def test_a_script_that_never_looks_at_a_page_can_go_on_asking(browser, board):
    client = browser(board.user(), locale="ko")
    form = client.get("/questions/ask").forms["ask"]
    form["title"], form["body"] = "title", "text"
    for _ in range(40):
        assert form.submit("submit").status_int == 303
    assert len(client.get("/questions/").html.select(".alert-success")) == 3
