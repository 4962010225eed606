"""Text analyzer: tokenization and stemming, shared by indexing and search.

Words of scripts with spaces are tokens: English ones as their stems, so that "queries" finds
"query", others as they are. Names of programming languages keep their signs, spelled out: C++, C#,
.net. A run of n Hangul, Han or Kana characters has no reliable words, so it becomes n tokens, one a
position: its n - 1 overlapping pairs and its last character. A searched run is then the phrase of
its pairs, found anywhere inside a longer run ("질문" in "게시판질문을"), and a single searched
character is a prefix: every character starts some token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from threading import Lock

from Stemmer import Stemmer

from qaboard.i18n.normalization import fold

ANALYSIS_VERSION = 3
"""Counts the changes of what a text's tokens are; rows of the index of another one are stale."""

TOKEN_MAX_CHARACTERS = 60
"""Longer words are cut, on both sides alike; PostgreSQL refuses lexemes of 2 KiB."""

_CJK = (
    "\u1100-\u11ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# The vowel signs and accents that belong to a word in many scripts; \w does not hold them.
_MARKS = "".join(
    re.escape(character)
    for character in map(chr, range(0x300, 0x10000))
    if unicodedata.category(character) in ("Mn", "Mc")
)
_RUN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)"
    # A name with a dot is no piece of a longer word, such as one with an accent.
    r"|(?P<signed>(?<![\w.])(?:[A-Za-z](?:\+\+|#)|\.[A-Za-z][A-Za-z0-9]*"
    rf"(?!(?![{_CJK}])\w|[{_MARKS}])))"
    rf"|(?P<word>(?:(?![{_CJK}])[^\W_])[{_MARKS}]*(?:(?:(?![{_CJK}])[^\W_])[{_MARKS}]*)*)"
)
_ENGLISH = re.compile(r"[a-z]{3,}")
_SIGNS = str.maketrans({"+": "plus", "#": "sharp", ".": "dot"})


class RunKind(Enum):
    """What a run is made of."""

    CJK = "cjk"
    SIGNED = "signed"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Run:
    """A word, or a run of characters without spaces, and where it stands.

    ``start`` and ``end`` count characters in the text it was found in; ``text`` is normalised.
    """

    text: str
    start: int
    end: int
    kind: RunKind

    @property
    def is_cjk(self) -> bool:
        return self.kind is RunKind.CJK


def find_runs(text: str) -> Iterator[Run]:
    """The runs of a text, in order; what stands between them is not searched for."""
    for match in _RUN.finditer(text):
        yield Run(fold(match[0]), match.start(), match.end(), RunKind(match.lastgroup))


# Without its own cache, which would keep the words of every text.
_stemmer = Stemmer("english", 0)
# The stemmer keeps the word it is at in itself, and a server has several threads.
_stemmer_lock = Lock()


@lru_cache(maxsize=2_000)
def stem_english(word: str) -> str:
    """What the forms of an English word share (Porter's second algorithm); other words as they are.

    :param word: folded.
    """
    if not _ENGLISH.fullmatch(word):
        return word
    with _stemmer_lock:
        return _stemmer.stemWord(word)


def tokens_of_run(run: Run, *, is_complete: bool = True) -> list[str]:
    """The tokens of one run.

    :param is_complete: whether the run ends here; a searched one may go on in what is found, so
        it leaves its last token out, except where it has no other.
    """
    if run.kind is RunKind.WORD:
        return [stem_english(run.text[:TOKEN_MAX_CHARACTERS])]
    if run.kind is RunKind.SIGNED:
        tokens = [run.text.translate(_SIGNS)[:TOKEN_MAX_CHARACTERS]]
        if run.text.startswith(".") and is_complete:
            # ".gitignore" is found without its dot too.
            tokens.append(stem_english(run.text[1:][:TOKEN_MAX_CHARACTERS]))
        return tokens
    pairs = [run.text[index : index + 2] for index in range(len(run.text) - 1)]
    if is_complete or not pairs:
        pairs.append(run.text[-1])
    return pairs


def tokenize(text: str) -> list[str]:
    """The tokens of a text to be indexed, one a position."""
    return [token for run in find_runs(fold(text)) for token in tokens_of_run(run)]
