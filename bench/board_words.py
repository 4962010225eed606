"""The words of a made-up board, in the proportions in which people use words.

A vocabulary follows Zipf and Mandelbrot: the word of rank r is used in proportion to 1 / (r + q).
It grows with the square root of the text, as real ones do (Heaps' law), and the words of a small
board are the first ones of a large board. Korean words carry particles and endings that fit them.
Some words are known beforehand, so that a benchmark can search for them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qaboard.search.analysis import tokenize
from qaboard.search.candidates import pack


class Language(StrEnum):
    """What a post is written in."""

    KOREAN = "ko"
    ENGLISH = "en"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A word whose frequency does not depend on the size of the board.

    ``frequency`` is its share of the words of its language; 0 for a word that is in exactly
    ``RARE_WORD_POSTS`` posts. ``purpose`` says how many posts it is in, roughly.
    """

    text: str
    language: Language
    frequency: float
    purpose: str


KNOWN_WORDS = (
    KnownWord("설정", Language.KOREAN, 0.042, "half"),
    KnownWord("데이터", Language.KOREAN, 0.000_38, "1 %"),
    KnownWord("인덱스", Language.KOREAN, 0.000_038, "0.1 %"),
    KnownWord("떡볶이", Language.KOREAN, 0, "3 posts"),
    KnownWord("the", Language.ENGLISH, 0.055, "a third"),
    KnownWord("database", Language.ENGLISH, 0.000_71, "1 %"),
    KnownWord("kerberos", Language.ENGLISH, 0.000_071, "0.1 %"),
    KnownWord("xylophone", Language.ENGLISH, 0, "3 posts"),
)
RARE_WORD_POSTS = 3

COMMON_KOREAN_STEMS = tuple(
    """
    방법 문제 오류 파일 서버 사용 설치 실행 코드 버전 함수 화면 결과 확인 질문 프로그램 추가 변경
    연결 경우 입력 출력 메시지 시간 이유 사이트 로그인 비밀번호 이미지 글자 테이블 객체 배열 변수
    """.split()  # noqa: SIM905 - as text it can be read.
)
COMMON_ENGLISH_WORDS = tuple(
    """
    to a and is in of i it that for on with you this have not are be if but when can my from as or
    how do what there at so use was your one get all any which an file code error work will would
    no problem using run need some set try way then does change like make just has they only new
    """.split()  # noqa: SIM905 - as text it can be read.
)
CODE_WORDS = (
    "C++", "C#", ".net", "`os.path.join`", "foo_bar", "node.js", "`user_id`", "`requests.get`",
    "utf-8", "`max_connections`", "`__init__`", "localhost", "`SELECT`", "x86_64", "`print`",
)  # fmt: skip

KOREAN_OFFSET = 2.7
ENGLISH_OFFSET = 1.0
"""Mandelbrot's q: how much less the first words stand out than by Zipf's law alone."""

STEMS_FOR_ONE_QUESTION = 180
ENGLISH_WORDS_FOR_ONE_QUESTION = 120
"""How large the vocabularies of a board of one question would be; they grow with its root."""

SLOTS_PER_WORD = 8
SLOTS_MAX_COUNT = 1 << 22

VOCABULARY_SEED = 20_260

# By their numbers in the Unicode Standard, section 3.12, with how often they come.
_INITIALS = {11: 20, 0: 13, 9: 10, 12: 10, 3: 8, 18: 8, 5: 7, 6: 7, 2: 7, 7: 6, 14: 3, 16: 3, 15: 3}
_INITIALS |= {17: 2, 1: 1, 4: 1, 10: 1}
_VOWELS = {0: 20, 20: 17, 4: 12, 8: 10, 13: 10, 18: 10, 1: 6, 5: 6, 6: 6, 12: 2, 17: 2, 9: 2, 16: 2}
_FINALS = {0: 50, 4: 15, 8: 10, 21: 10, 1: 6, 16: 4, 17: 3, 19: 2}
_SYLLABLES_IN_WORD = {1: 2, 2: 48, 3: 32, 4: 18}
_FINAL_RIEUL = 8

# How often a word stands with each ending, by what it ends in; "" is the word alone.
_AFTER_VOWEL = {"": 25, "를": 12, "가": 12, "는": 9, "로": 4, "와": 3}
_AFTER_CONSONANT = {"": 25, "을": 12, "이": 12, "은": 9, "으로": 4, "과": 3}
_AFTER_EITHER = {"에": 8, "에서": 5, "의": 5, "도": 3, "만": 1, "까지": 1}
_LIGHT_VERBS = {"하는": 4, "하면": 3, "했는데": 2, "합니다": 2, "하고": 2, "되는": 1, "입니다": 2}
_FORMS_OF_RARE_STEM = 3

_CONSONANTS = (
    "t",
    "n",
    "s",
    "r",
    "l",
    "d",
    "c",
    "m",
    "p",
    "b",
    "f",
    "g",
    "v",
    "h",
    "k",
    "w",
    "st",
    "tr",
    "pr",
    "ch",
    "sh",
    "ph",
)
_ENGLISH_VOWELS = ("e", "a", "i", "o", "u", "ea", "ou", "io", "ee")
_ENGLISH_ENDS = ("", "", "", "n", "r", "t", "s", "l", "ng", "d", "ck")
_ENGLISH_SUFFIXES = ("", "", "", "", "s", "ed", "ing", "er", "ly", "able")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is typed, as it is shown, and its tokens as the index keeps them."""

    markdown: str
    html: str
    packed: str


def make_word(markdown: str) -> Word:
    """A word with its tokens; those of a text are the tokens of its words, one after the other.

    :param markdown: without white space; in backticks it is code.
    """
    shown = markdown.strip("`")
    html = f"<code>{shown}</code>" if shown != markdown else shown
    return Word(markdown, html, pack(tokenize(shown)))


class Vocabulary:
    """The words of a board of this size, to draw from.

    :param question_count: how many questions the board has.
    """

    def __init__(self, question_count: int) -> None:
        growth = math.sqrt(question_count)
        stems = list(_korean_stems(round(STEMS_FOR_ONE_QUESTION * growth)))
        words = list(_english_words(round(ENGLISH_WORDS_FOR_ONE_QUESTION * growth)))
        self.size = len(stems) + len(words)
        # A word stands in its list as often as it is used: drawing from it is cheap.
        self._korean = _slots(
            _weights_of_forms(stems, KOREAN_OFFSET), _known(Language.KOREAN), _forms_of
        )
        self._english = _slots(
            zip(words, _zipf(len(words), ENGLISH_OFFSET), strict=True),
            _known(Language.ENGLISH),
            lambda word: {word: 1},
        )
        self._code = [make_word(word) for word in CODE_WORDS]

    def draw(self, generator: random.Random, language: Language, count: int) -> list[Word]:
        """So many words of a language, each by itself."""
        if language is Language.KOREAN:
            return generator.choices(self._korean, k=count)
        if language is Language.ENGLISH:
            return generator.choices(self._english, k=count)
        code_count = max(1, count // 12)
        korean_count = (count - code_count) // 2
        words = generator.choices(self._korean, k=korean_count)
        words += generator.choices(self._english, k=count - code_count - korean_count)
        words += generator.choices(self._code, k=code_count)
        generator.shuffle(words)
        return words


def _known(language: Language) -> dict[str, float]:
    return {
        word.text: word.frequency
        for word in KNOWN_WORDS
        if word.language is language and word.frequency
    }


def _zipf(count: int, offset: float) -> list[float]:
    weights = [1 / (rank + offset) for rank in range(1, count + 1)]
    total = sum(weights)
    return [weight / total for weight in weights]


def _slots(weights: Iterable[tuple[str, float]], known: dict[str, float], forms_of) -> list[Word]:
    """Each word as often as it is used, and at least once.

    :param weights: words and their shares of what is not known.
    :param known: words and their shares of all.
    :param forms_of: the forms of a known word, with their weights.
    """
    weights = list(weights)
    slot_count = min(len(weights) * SLOTS_PER_WORD, SLOTS_MAX_COUNT)
    # So many that the rarest known word has some slots; with fewer, it would be too frequent.
    slot_count = max(slot_count, 1 << 18)
    slots: list[Word] = []
    unknown = slot_count * (1 - sum(known.values()))
    for text, weight in weights:
        slots += [make_word(text)] * max(1, round(weight * unknown))
    known_share = sum(known.values())
    # What is rounded up makes the list longer than planned, and known words keep their shares.
    total = len(slots) / (1 - known_share)
    for text, frequency in known.items():
        forms = forms_of(text)
        sum_of_weights = sum(forms.values())
        for form, weight in forms.items():
            slots += [make_word(form)] * round(frequency * total * weight / sum_of_weights)
    return slots


def _weights_of_forms(stems: list[str], offset: float) -> Iterator[tuple[str, float]]:
    for rank, (stem, share) in enumerate(zip(stems, _zipf(len(stems), offset), strict=True)):
        forms = _forms_of(stem)
        if rank >= len(stems) // 20:
            forms = dict(list(forms.items())[:_FORMS_OF_RARE_STEM])
        total = sum(forms.values())
        for form, weight in forms.items():
            yield form, share * weight / total


def _forms_of(stem: str) -> dict[str, int]:
    """A Korean word with what grammar hangs on it, and how often."""
    final = (ord(stem[-1]) - ord("가")) % 28
    endings = dict(_AFTER_CONSONANT if final else _AFTER_VOWEL)
    if final == _FINAL_RIEUL:
        endings["로"] = endings.pop("으로")
    return {stem + end: weight for end, weight in (endings | _AFTER_EITHER | _LIGHT_VERBS).items()}


def _korean_stems(count: int) -> Iterator[str]:
    """Different Korean words, those of a smaller count first."""
    generator = random.Random(VOCABULARY_SEED)  # no secret  # nosec B311
    kept_out = [word.text for word in KNOWN_WORDS if word.language is Language.KOREAN]
    known = set(COMMON_KOREAN_STEMS)
    yield from COMMON_KOREAN_STEMS[:count]
    draw = [_Drawing(part) for part in (_INITIALS, _VOWELS, _FINALS)]
    lengths = _Drawing(_SYLLABLES_IN_WORD)
    while len(known) < count:
        word = "".join(
            chr(
                ord("가")
                + (draw[0].one(generator) * 21 + draw[1].one(generator)) * 28
                + draw[2].one(generator)
            )
            for _syllable in range(lengths.one(generator))
        )
        # A word that holds a known one would be found by it.
        if word not in known and not any(text in word for text in kept_out):
            known.add(word)
            yield word


class _Drawing:
    """Values to draw by weight."""

    def __init__(self, weights: dict[int, int]) -> None:
        self.slots = [value for value, weight in weights.items() for _slot in range(weight)]

    def one(self, generator: random.Random) -> int:
        return generator.choice(self.slots)


def _english_words(count: int) -> Iterator[str]:
    """Different words that look English after the real common ones."""
    generator = random.Random(VOCABULARY_SEED + 1)  # no secret  # nosec B311
    known = set(COMMON_ENGLISH_WORDS)
    yield from COMMON_ENGLISH_WORDS[:count]
    kept_out = {word.text for word in KNOWN_WORDS}
    while len(known) < count:
        syllables = generator.choices((1, 2, 3), (20, 55, 25))[0]
        word = "".join(
            generator.choice(_CONSONANTS) + generator.choice(_ENGLISH_VOWELS)
            for _syllable in range(syllables)
        )
        word += generator.choice(_ENGLISH_ENDS) + generator.choice(_ENGLISH_SUFFIXES)
        if word not in known and word not in kept_out:
            known.add(word)
            yield word


def unique_word(generator: random.Random) -> Word:
    """A number as error messages have them, which hardly any other post has."""
    return make_word(f"0x{generator.getrandbits(32):08x}")


def known_words_of(purpose: str) -> Sequence[str]:
    """The known words that are in so many posts: ``half``, ``1 %``, ``0.1 %`` or ``3 posts``."""
    return [word.text for word in KNOWN_WORDS if word.purpose == purpose]
