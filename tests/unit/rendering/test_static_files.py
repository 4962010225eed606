"""The files in static/: all are used, all classes have a rule, and both themes can be read."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from project import PROJECT
from styles import THEMES, contrast, rules, style_sheet, theme_colours, variables

from qaboard.markup.tables import ALIGNMENTS

STATIC = PROJECT / "static"
STYLE_SHEETS = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted(STATIC.rglob("*.js"))
OWN = (STATIC / "css/qaboard.css").read_text()
BOOTSTRAP = (STATIC / "vendor/bootstrap/bootstrap.min.css").read_text()
TEMPLATES = sorted((PROJECT / "qaboard/templates").rglob("*.jinja2"))
SOURCES = [*TEMPLATES, *sorted((PROJECT / "qaboard").rglob("*.py")), *SCRIPTS]
PAGES = sorted((PROJECT / "deploy/pages").glob("*.html"))

# What all style sheets and scripts of a page may weigh, compressed; the board's goal is 60 KB.
WEIGHT_BYTES = 40 * 1024

# Names for scripts and tests, without a look of their own.
WITHOUT_A_RULE = {
    "edited",
    "preview-button",
    "restriction",
    "staff-second-factor",
}


def text_of(paths: list[Path]) -> str:
    return "\n".join(path.read_text() for path in paths)


def classes_of_pages() -> set[str]:
    """The names in attributes ``class``, those of both outcomes of an expression too."""
    pages = [path for path in TEMPLATES if "mail" not in path.parts]
    found: set[str] = set()
    for value in re.findall(r'class="([^"]*)"', text_of([*pages, *PAGES])):
        found.update(re.sub(r"{{.*?}}|{%.*?%}", " ", value).split())
        for first, second in re.findall(r"{{ '([^']*)' if .*? else '([^']*)' }}", value):
            found.update(first.split(), second.split())
    return found


def classes_of(css: str) -> set[str]:
    selectors = " ".join(selector for selector, _ in rules(css))
    return set(re.findall(r"\.([a-z][a-z0-9-]*)", re.sub(r":not\(.*?\)", "", selectors)))


def test_every_class_in_a_page_has_a_rule():
    assert classes_of_pages() - classes_of(text_of(STYLE_SHEETS)) - WITHOUT_A_RULE == set()


def test_columns_of_tables_are_aligned():
    css = dict(rules(OWN))
    for name in ALIGNMENTS.values():
        side = name.removeprefix("text-")
        assert css[f".post-body .{name}"] == {"text-align": side}


def test_every_rule_is_for_something_that_is_used():
    words = set(re.findall(r"[a-z][a-z0-9-]*", text_of([*SOURCES, *PAGES])))
    # The names of languages are put together in qaboard/markup/highlighting.py.
    for path in (STATIC / "css/qaboard.css", STATIC / "css/print.css"):
        assert classes_of(path.read_text()) - words == set(), path.name
    assert classes_of(BOOTSTRAP) - words == set()


def test_every_file_is_referred_to():
    documents = text_of([*SOURCES, *STYLE_SHEETS, *PAGES])
    for path in STATIC.rglob("*"):
        if path.is_file() and path.suffix not in (".gz", ".br") and path.name != "LICENSE":
            assert path.name in documents, path
    assert {path.parent.name for path in STATIC.rglob("LICENSE")} == {"bootstrap"}


def test_what_comes_from_elsewhere_is_listed():
    listed = (PROJECT / "docs/frontend.md").read_text()
    (version,) = re.findall(r"Bootstrap (5\.\d+\.\d+)", BOOTSTRAP)
    assert version in listed
    for path in STATIC.rglob("*"):
        if path.is_file() and path.suffix not in (".gz", ".br"):
            assert path.relative_to(STATIC).as_posix() in listed, path


def test_all_of_it_is_light():
    weights = [len(gzip.compress(path.read_bytes(), 9)) for path in (*STYLE_SHEETS, *SCRIPTS)]
    assert sum(weights) <= WEIGHT_BYTES


def test_dark_colours_stand_in_one_place():
    dark = [path.name for path in STYLE_SHEETS if "color-scheme: dark" in path.read_text()]
    assert dark == ["dark.css"]
    css = style_sheet("dark.css")
    assert len(re.findall(r"^  (--[a-z-]+):", css, re.MULTILINE)) == len(variables(css)) > 30
    assert set(variables(css)) <= set(theme_colours("light"))


def test_colours_that_differ_have_variables():
    # A colour in the middle of a rule would be the same in both themes.
    allowed = {"#fff", "#8f1d17"}
    for selector, properties in rules(OWN):
        for name, value in properties.items():
            if not name.startswith("--") or name.startswith("--bs-"):
                found = set(re.findall(r"#[0-9a-f]{3,8}\b", value))
                assert found <= allowed, (selector, name)


def test_sizes_and_distances_are_steps():
    for selector, properties in [*rules(OWN), *rules(style_sheet("highlight.css"))]:
        if selector == ":root":
            continue
        for name, value in properties.items():
            if name == "font-size":
                assert re.fullmatch(r"var\(--type-[1-6]\)|0\.\d+em|inherit", value), selector
            if re.match(r"margin|padding|gap|.*radius", name):
                assert not re.search(r"\drem", value), (selector, name, value)


TEXT_ON_GROUND = [
    (text, ground)
    for text in (
        "--text",
        "--muted",
        "--link",
        "--link-strong",
        "--accent",
        "--visited",
        "--danger",
    )
    for ground in ("--page", "--surface", "--soft")
] + [
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-strong"),
    ("--accent-strong", "--accent-soft"),
    ("--accent", "--accent-soft"),
    ("--text", "--mark"),
    ("--link", "--mark"),
    ("--danger", "--danger-soft"),
    ("--warning-text", "--warning-soft"),
    ("--success-text", "--success-soft"),
    ("--info-text", "--info-soft"),
    ("--code-text", "--soft"),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_texts_can_be_read(theme, text, ground):
    values = theme_colours(theme)
    assert contrast(values[text], values[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("line", ["--control-line", "--focus", "--danger", "--accent"])
def test_lines_of_controls_can_be_seen(theme, line):
    values = theme_colours(theme)
    for ground in ("--page", "--surface"):
        assert contrast(values[line], values[ground]) >= 3
