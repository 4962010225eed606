"""Read the questions of the demo board from their Markdown files.

A file is a question and its answers, in order. Each post is a head between two lines ``---``, whose
fields are those of `DemoQuestion` or `DemoAnswer`, and its Markdown.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from qaboard.commands.demo.shape import DemoAnswer, DemoQuestion

_FOLDER = Path(__file__).parent

# A line "---" in a text is a rule; only a head has fields between two of them.
_HEAD = re.compile(r"^---\n((?:[a-z_]+: .+\n)+)---\n", re.MULTILINE)


def read_questions() -> tuple[DemoQuestion, ...]:
    """Read all files of the demo.

    :return: oldest first, as they would have been asked.
    """
    questions = [read_question(path) for path in sorted(_FOLDER.glob("*/*.md"))]
    return tuple(sorted(questions, key=lambda question: question.age, reverse=True))


def read_question(path: Path) -> DemoQuestion:
    """Read a question with its answers.

    :param path: its file.
    """
    _before, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
    question, *answers = map(_read_post, parts[::2], parts[1::2])
    return DemoQuestion(**question, answers=tuple(DemoAnswer(**answer) for answer in answers))


def _read_post(head: str, text: str) -> dict[str, object]:
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    post: dict[str, object] = {name: _FIELDS[name](value) for name, value in fields.items()}
    text = text.strip("\n")
    if "added_after" in post:
        text, _, post["addition"] = text.rpartition("\n\n")
    return post | {"body": text}


def _time_span(text: str) -> timedelta:
    """The time span that a text names, such as ``36 hours`` or ``1 day 30 minutes``."""
    words = text.split()
    return timedelta(**{
        f"{unit.removesuffix('s')}s": int(count)
        for count, unit in zip(words[::2], words[1::2], strict=True)
    })  # fmt: skip


_FIELDS = {
    "title": str,
    "author": str,
    "age": _time_span,
    "after": _time_span,
    "added_after": _time_span,
    "up": int,
    "down": int,
}
