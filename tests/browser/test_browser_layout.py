"""What a page looks like where the markup alone does not tell: sizes, places, edges, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from scripting import PHONE_WIDTH, only_with_javascript
from test_browser_phone import WIDE_BODY

from qaboard.models import Role

TARGET_PIXELS = 44
TABLET_WIDTH = 768

# Controls that a thumb does not hit at the height of a target. Links in running text may be as high
# as their line (WCAG 2.2, 2.5.8), and some are there for the keyboard alone.
TOO_SMALL = """target => {
  const words = (element) => element.textContent.trim();
  const isInText = (element) => element.closest(".post-body, .snippet, .alert p, .form-text")
    || (element.parentElement.matches("p:not(.byline), dd")
        && words(element.parentElement) !== words(element));
  return [...document.querySelectorAll("a[href], button, summary, select, label.form-check-label")]
    .filter((element) => element.checkVisibility() && !isInText(element))
    .filter((element) => !element.closest(".visually-hidden-focusable, dialog, .honeypot"))
    .filter((element) => {
      element.scrollIntoView({ block: "center" });
      const box = element.getClientRects()[0];
      const middle = Math.round(box.top + box.height / 2);
      const isHit = (x, y) => {
        const hit = document.elementFromPoint(x, y);
        return hit !== null && (element === hit || element.contains(hit));
      };
      const height = (x) => {
        let [top, bottom] = [middle, middle];
        while (isHit(x, top - 1)) top -= 1;
        while (isHit(x, bottom + 1)) bottom += 1;
        return bottom - top + 1;
      };
      // A row of a list is its title's, but for the name that stands at its beginning.
      return ![box.left + 5, box.left + box.width / 2].some((x) => height(x) >= target);
    })
    .map((element) => element.outerHTML.slice(0, 150));
}"""


@pytest.fixture
def touched(chromium, site, board):
    """Makes a telephone: ``touched()`` of a visitor, ``touched(user)`` of one who is logged in."""
    contexts = []

    def make(user=None) -> Page:
        viewport = {"width": PHONE_WIDTH, "height": 800}
        context = chromium.new_context(
            base_url=site, locale="en-US", viewport=viewport, has_touch=True, is_mobile=True
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([{"name": "login", "value": board.token(user), "url": site}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def test_a_thumb_hits_every_control(touched, board):
    author = board.user("Ann")
    question = board.question(author, "Which cassette?", "```python\nx = 1\n```\n\ntext")
    board.answer(question, author, "```\ny\n```")
    board.question(author, "Which cassette fits?")
    page = touched(author)
    own = f"/questions/{question.id}/"
    for path in (own, "/questions/", "/questions/ask", "/account/", f"/users/{author.id}/"):
        page.goto(path)
        assert page.evaluate(TOO_SMALL, TARGET_PIXELS) == [], path
    page = touched()
    for path in ("/login", "/signup", "/language", "/nowhere"):
        page.goto(path)
        assert page.evaluate(TOO_SMALL, TARGET_PIXELS) == [], path


@only_with_javascript
@pytest.mark.parametrize("width", [320, PHONE_WIDTH, TABLET_WIDTH])
def test_the_search_and_asking_stay_in_the_bar(browser, board, width):
    page = browser(width=width)
    page.goto("/questions/")
    expect(page.get_by_role("link", name="Ask a question")).to_be_visible()
    field = page.get_by_role("searchbox", name="Search")
    expect(field).to_be_hidden()
    button = page.get_by_role("banner").get_by_role("button", name="Search")
    assert page.get_by_role("banner").bounding_box()["height"] < 70
    button.click()
    expect(field).to_be_focused()
    page.keyboard.type("체인")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/questions/?q=%EC%B2%B4%EC%9D%B8")


@only_with_javascript
@pytest.mark.parametrize("width", [PHONE_WIDTH, 1280])
def test_a_vote_moves_nothing_sideways(browser, board, width):
    question = board.question()
    page = browser(board.user(), width=width)
    page.goto(f"/questions/{question.id}/")
    places = """[...document.querySelectorAll("#question :is(.post-body, .vote-button)")]
      .map((element) => element.getBoundingClientRect().left)"""
    before = page.evaluate(places)
    page.get_by_role("button", name="Downvote").click()
    expect(page.locator("#question .vote-own")).to_have_text("You downvoted")
    assert page.evaluate(places) == before


@only_with_javascript
def test_a_dialog_keeps_its_distance_from_the_edges(browser, board):
    author = board.user()
    question = board.question(author)
    page = browser(author, width=320)
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(f"/questions/{question.id}/")
    for opener, name in (("link", "Delete"), ("button", "Keyboard shortcuts")):
        page.get_by_role(opener, name=name).click()
        box = page.locator("dialog[open]").bounding_box()
        assert box["x"] >= 16
        assert box["y"] >= 16
        assert box["x"] + box["width"] <= 320 - 16
        assert box["y"] + box["height"] <= 256 - 16
        page.keyboard.press("Escape")


@only_with_javascript
def test_a_text_is_as_wide_as_it_can_be_read(browser, board):
    question = board.question(body="길고 긴 글 " * 100)
    page = browser(width=1280)
    page.goto(f"/questions/{question.id}/")
    body = page.locator("#question .post-body")
    assert body.bounding_box()["width"] <= 44 * 16
    page.goto("/questions/?q=%EA%B8%B4")
    assert page.locator(".snippet").bounding_box()["width"] <= 44 * 16
    page.goto(f"/questions/{question.id}/")
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 800})
    text, votes = body.bounding_box(), page.locator("#question .vote-box").bounding_box()
    assert text["width"] >= PHONE_WIDTH - 2 * (12 + 1 + 16)
    assert votes["y"] >= text["y"] + text["height"]


@only_with_javascript
def test_what_is_wider_than_the_page_has_a_shade_where_it_goes_on(browser, board):
    question = board.question(body=WIDE_BODY)
    page = browser(width=PHONE_WIDTH)
    page.goto(f"/questions/{question.id}/")
    table = page.get_by_role("table")
    style = table.evaluate("e => [getComputedStyle(e).backgroundAttachment, e.tabIndex]")
    assert style == ["local, local, scroll, scroll", 0]
    table.evaluate(
        "e => { e.scrolled = new Promise((r) => e.addEventListener('scroll', r, { once: true })) }"
    )
    table.focus()
    page.keyboard.press("ArrowRight")
    assert table.evaluate("e => e.scrolled.then(() => e.scrollLeft)") > 0


@only_with_javascript
def test_similar_questions_are_on_screen_and_the_hint_goes(browser, board):
    for number in range(5):
        board.question(title=f"커피 원두를 어떻게 보관하나요 {number}")
    page = browser(board.user())
    page.goto("/questions/ask")
    expect(page.get_by_text("Similar questions appear here")).to_be_in_viewport()
    title = page.get_by_label("Title")
    title.fill("커피 원두 보관")
    links = page.get_by_role("region", name="Has this been asked before?").get_by_role("link")
    expect(links).to_have_count(5)
    expect(links.last).to_be_in_viewport(ratio=1)
    title.fill("xyzzyx plugh")
    expect(page.get_by_text("No similar questions found.")).to_be_visible()
    expect(page.get_by_text("Similar questions appear here")).to_have_count(0)


@only_with_javascript
def test_few_stops_lead_to_the_field_for_an_answer(browser, board):
    question = board.question()
    for _ in range(4):
        board.answer(question)
    page = browser(board.user())
    page.goto(f"/questions/{question.id}/")
    for name in ("Skip to content", "Skip to your answer"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name)).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.get_by_label("Text", exact=True)).to_be_focused()


@only_with_javascript
def test_hangul_is_never_slanted(browser, board):
    question = board.question(body="이 말이 *중요한 말*이에요.")
    board.answer(question, body="This is *important* and the rest is not.")
    page = browser()
    page.goto(f"/questions/{question.id}/")
    styles = page.evaluate(
        """[...document.querySelectorAll("em")].map((element) => {
          const style = getComputedStyle(element);
          return [style.fontStyle, style.fontWeight, style.fontSynthesisStyle];
        })"""
    )
    assert styles == [["normal", "600", "none"], ["italic", "400", "none"]]


@only_with_javascript
def test_the_number_of_an_error_is_not_the_largest_type(browser):
    page = browser()
    page.goto("/nowhere")
    sizes = page.evaluate(
        """["h1", ".error-status"].map((name) =>
          parseFloat(getComputedStyle(document.querySelector(name)).fontSize))"""
    )
    assert sizes[0] > sizes[1]


@only_with_javascript
def test_the_language_of_code_is_not_read_out(browser, board):
    question = board.question(body="```python\nx = 1\n```")
    page = browser()
    page.goto(f"/questions/{question.id}/")
    expect(page.locator("pre")).to_match_aria_snapshot("- code: x = 1")


@only_with_javascript
def test_paper_has_dates_and_addresses_once(browser, board):
    author = board.user(role=Role.MODERATOR)
    body = "https://bare.example/ and [words](https://named.example/)"
    question = board.question(author, body=body)
    page = browser(width=794)
    page.goto(f"/questions/{question.id}/")
    page.emulate_media(media="print")
    after = "e => getComputedStyle(e, '::after').content"
    links = page.locator(".post-body a")
    assert [link.evaluate(after) for link in links.all()] == ["none", '" (" attr(href) ")"'] or [
        link.evaluate(after) for link in links.all()
    ] == ["none", '" (https://named.example/)"']
    time = page.locator("#question time")
    assert time.evaluate("e => getComputedStyle(e).fontSize") == "0px"
    assert "(UTC+9)" in time.get_attribute("title")
    expect(page.locator(".print-address")).to_have_text(f"{page.url}")
    expect(page.locator(".print-address")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator(".print-address")).to_be_hidden()
