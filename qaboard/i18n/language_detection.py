"""Guess the language of a text by its script, for the ``lang`` attribute of what people wrote."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

UNKNOWN = ""
"""What HTML calls a language that is not known; a screen reader then takes its usual voice."""

LOOKED_AT_MAX_CHARACTERS = 1000
"""How much of a post is looked at."""

_WORD = re.compile(r"[^\W\d_]+")
_NOT_PROSE = re.compile(r"<(pre|code)\b.*?(?:</\1>|\Z)|<[^>]*(?:>|\Z)|&\w+;", re.DOTALL)

# A particle makes a Korean word of a Latin one ("SQLite에서"), so Hangul is looked for first; kana
# stand between Han characters.
_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
)

CJK_MIN_SHARE = 1 / 3
"""Terms and messages of programs are English in a text of any language, so a third is enough."""

OTHER_MIN_SHARE = 2 / 3

ENGLISH_MIN_SHARE = 1 / 15
"""How many of the words of an English text are such, at least."""

# Frequent words of English that are rare in other languages of Latin letters.
_ENGLISH_WORD = re.compile(
    "and|are|be|can|do|does|for|from|has|have|how|is|it|my|not|should|that|the|this|to|what|when"
    "|where|which|why|with|you|your",
    re.IGNORECASE,
)


def guess_language(text: str) -> str:
    """The language of a text where its script leaves little doubt, else `UNKNOWN`."""
    words = _WORD.findall(text)
    counts = Counter(map(_language_of_script, words))
    if counts["ja"]:
        # Not every word of a Japanese text has kana.
        counts["ja"] += counts.pop("zh", 0)
    for language, _script in _SCRIPTS:
        least = CJK_MIN_SHARE if language in ("ko", "ja", "zh") else OTHER_MIN_SHARE
        if counts[language] and counts[language] >= least * len(words):
            return language
    english = sum(_ENGLISH_WORD.fullmatch(word) is not None for word in words)
    plain = sum(map(str.isascii, words))
    if english and english >= ENGLISH_MIN_SHARE * plain and plain >= OTHER_MIN_SHARE * len(words):
        return "en"
    return UNKNOWN


def _language_of_script(word: str) -> str:
    return next((language for language, script in _SCRIPTS if script.search(word)), UNKNOWN)


@lru_cache(maxsize=4096)
def language_of_title(title: str) -> str:
    """The language of a line of plain text."""
    return guess_language(title)


def language_of_post(body_html: str) -> str:
    """The language of a post, by its beginning and without its code.

    :param body_html: as `markup.render` returns it.
    """
    return _language_of_beginning(body_html[:LOOKED_AT_MAX_CHARACTERS])


@lru_cache(maxsize=2048)
def _language_of_beginning(html: str) -> str:
    return guess_language(_NOT_PROSE.sub(" ", html))
