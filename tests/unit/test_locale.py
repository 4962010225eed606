"""The catalogues are complete, well formed and compiled, and no text stands outside of them.

After a change to a text, ``make translations`` takes it over, and ``ko/LC_MESSAGES/qaboard.po``
waits for its Korean.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import colander
import deform
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from pyramid.request import Request
from pyramid.threadlocal import RequestContext
from pyramid_jinja2 import IJinja2Environment

from qaboard.i18n import pgettext

PROJECT = Path(__file__).parents[2]
LOCALE = PROJECT / "qaboard" / "locale"
TEMPLATES = PROJECT / "qaboard" / "templates"

CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
LIBRARIES = {"colander": colander, "deform": deform}

PLACEHOLDER = re.compile(r"%\(\w+\)s|\$\{\w+\}")
WORD = re.compile(r"[A-Za-z가-힣]{2,}")
TEXT_IN_CODE = re.compile(r"[A-Z][a-z]|[가-힣]")
READ_ATTRIBUTES = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}

# The link to the choice of languages is for those who cannot read the page.
NOT_TRANSLATED = {"Language", "언어"}

# Templates that are included inside of a tag.
ATTRIBUTES_ONLY = {"includes/widget_attributes.jinja2"}


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3] if path.suffix == ".po" else None)


def messages(path: Path) -> dict[tuple[str | None, str | tuple[str, str]], Message]:
    """The messages of a catalogue, by their context and text."""
    return {
        (message.context, message.id): message for message in read_catalogue(path) if message.id
    }


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """A text, or all the plural forms it has."""
    return (text,) if isinstance(text, str) else tuple(text)


def name(path: Path) -> str:
    return f"{path.parts[-3]}-{path.stem}"


@pytest.fixture(scope="module")
def messages_in_source(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("locale") / "qaboard.pot"
    extract = ["extract", "--mapping-file", LOCALE / "babel.cfg", "--output-file", path, "qaboard"]
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", *extract]
    subprocess.run(command, cwd=PROJECT, check=True)
    return messages(path)


def test_there_is_a_catalogue_for_each_language_and_library():
    assert {name(path) for path in CATALOGUES} == {
        "en-qaboard",
        "ko-colander",
        "ko-deform",
        "ko-qaboard",
    }


@pytest.mark.parametrize(
    "path", ["qaboard.pot", "ko/LC_MESSAGES/qaboard.po", "en/LC_MESSAGES/qaboard.po"]
)
def test_catalogue_has_the_messages_of_the_source(messages_in_source, path):
    catalogue = messages(LOCALE / path)
    missing = messages_in_source.keys() - catalogue.keys()
    unused = catalogue.keys() - messages_in_source.keys()
    assert (missing, unused) == (set(), set()), "run: make translations"


@pytest.mark.parametrize("library", LIBRARIES)
def test_korean_has_the_messages_of_the_library(library):
    template = Path(LIBRARIES[library].__file__).parent / "locale" / f"{library}.pot"
    assert messages(template).keys() <= messages(LOCALE / f"ko/LC_MESSAGES/{library}.po").keys()


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_every_message_is_translated(path):
    catalogue = read_catalogue(path)
    untranslated = [
        message.id
        for message in catalogue
        if message.id and (message.fuzzy or not all(text.strip() for text in forms(message.string)))
    ]
    assert untranslated == []
    assert all(
        len(message.string) == catalogue.num_plurals
        for message in catalogue
        if message.pluralizable
    )


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_translations_keep_the_placeholders(path):
    def placeholders(text: str) -> list[str]:
        return sorted(PLACEHOLDER.findall(text))

    for message in messages(path).values():
        expected = placeholders(forms(message.id)[0])
        for text in forms(message.id) + forms(message.string):
            assert placeholders(text) == expected, message.id


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_texts_of_templates_can_be_formatted(path):
    """Jinja2 formats every text of a template: a lone % in one would end in an error page."""
    for message in messages(path).values():
        if any(source.endswith(".jinja2") for source, _line in message.locations):
            for text in forms(message.string):
                assert text % defaultdict(str) == PLACEHOLDER.sub("", text).replace("%%", "%")


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_compiled_catalogue_is_up_to_date(path):
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(path))
    compiled.seek(0)

    def texts(file) -> list:
        return [
            (message.context, message.id, message.string) for message in read_mo(file) if message.id
        ]

    with path.with_suffix(".mo").open("rb") as file:
        assert texts(file) == texts(compiled), "run: make translations"


@pytest.mark.parametrize(
    ("context", "expected"), [("event", "이용이 정지됐어요"), ("badge", "이용 정지")]
)
def test_one_word_for_two_things_has_two_translations(app, context, expected):
    request = Request.blank("/")
    request.registry = app.registry
    request.locale_name = "ko"
    assert request.localizer.translate(pgettext(context, "Suspended")) == expected
    environment = app.registry.queryUtility(IJinja2Environment, name=".jinja2")
    template = environment.from_string("{{ pgettext(context, 'Suspended') }}")
    with RequestContext(request):
        assert template.render(context=context) == expected


def test_korean_speaks_in_one_voice():
    """It says 해요, never 합니다."""
    for path in LOCALE.glob("ko/LC_MESSAGES/*.po"):
        for message in messages(path).values():
            assert "니다" not in "".join(forms(message.string))


class TextFinder(HTMLParser):
    """Collects what a reader would see of a page, with the line it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def note(self, text: str | None) -> None:
        if text and WORD.search(text) and text.strip() not in NOT_TRANSLATED:
            self.found.append((self.getpos()[0], text.strip()))

    def handle_data(self, data: str) -> None:
        self.note(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for attribute, value in attrs:
            if attribute in READ_ATTRIBUTES:
                self.note(value)


def text_outside_of_expressions(source: str) -> list[tuple[int, str]]:
    """What a template says without `_()`, between its `{{ }}` and `{% %}`."""
    finder = TextFinder()
    for _line, kind, value in Environment(autoescape=True).lex(source):
        # Of an expression only the line ends are kept, so that the line numbers stay right.
        finder.feed(value if kind == "data" else "\n" * value.count("\n"))
    finder.close()
    return finder.found


def text_inside_of_expressions(source: str) -> list[tuple[int, str]]:
    """What a template says without `_()` in strings that look like a text for people."""

    def search(node: nodes.Node) -> Iterator[tuple[int, str]]:
        if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in (
            "_",
            "ngettext",
            "pgettext",
        ):
            return
        is_string = isinstance(node, nodes.Const) and isinstance(node.value, str)
        if is_string and TEXT_IN_CODE.match(node.value):
            yield node.lineno, node.value
        for child in node.iter_child_nodes():
            yield from search(child)

    return list(search(Environment(autoescape=True).parse(source)))


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.jinja2"))
)
def test_templates_say_nothing_untranslated(path):
    source = (TEMPLATES / path).read_text(encoding="utf-8")
    if path in ATTRIBUTES_ONLY:
        source = f"<input {source}>"
    assert text_outside_of_expressions(source) == []
    assert text_inside_of_expressions(source) == []


def test_untranslated_text_is_found():
    template = """
        {# A comment #} {% if a %}<b class="no text" title="{{ _("Title") }}">{{ _("Text") }}</b>
        <img alt="A{% if b %} picture{% endif %}"> {{ button("save", "Save it") }} 저장
        {% endif %}{{ ngettext("One", "Many", 2) }} 3 · {{ text }}"""
    assert text_outside_of_expressions(template) == [(3, "A picture"), (3, "저장")]
    assert text_inside_of_expressions(template) == [(3, "Save it")]


@pytest.mark.parametrize(
    ("locale", "questions", "expected"),
    [
        ("ko", 0, "질문 0개"),
        ("ko", 1, "질문 1개"),
        ("ko", 2, "질문 2개"),
        ("en", 0, "0 questions"),
        ("en", 1, "1 question"),
        ("en", 2, "2 questions"),
    ],
)
def test_pages_count_in_the_plural_of_the_language(browser, board, locale, questions, expected):
    for _number in range(questions):
        board.question()
    page = browser(locale=locale).get("/questions/").html
    assert page.find(class_="page-count").get_text(strip=True) == expected


@pytest.mark.parametrize(
    ("library", "message", "expected"),
    [
        ("colander", "${val} is not a string", "문자열이 아니에요: 7"),
        ("deform", "Add ${subitem_title}", "7 추가"),
    ],
)
def test_libraries_speak_korean(app, library, message, expected):
    request = Request.blank("/")
    request.registry = app.registry
    request.locale_name = "ko"
    mapping = {"val": 7, "subitem_title": 7}
    assert request.localizer.translate(message, domain=library, mapping=mapping) == expected
