"""Korean words without what grammar hangs on them.

A noun carries particles (강아지를, 강아지에게는) and a verb endings (설치하는, 외우려면). What
somebody searches for is the part before. A search for that part finds every form of the word, since
a run is found anywhere inside a longer one; so leaving too much away finds too much, and never too
little.
"""

from __future__ import annotations

STEM_MIN_SYLLABLES = 2
"""A stem of one syllable would find whatever has that syllable; 을 and 를 are the exceptions."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What follows a consonant, a vowel, or either, by the rules of spelling (한글 맞춤법, 제5장).
_AFTER_CONSONANT = _words(
    """
    을 은 이 과 으로 으로는 으로도 으로만 으로서 으로써 이나 이랑 이라 이라도 이라는 이라면
    이란 이에요 이었 이고 이며 으면 으면서 으려면 으려고 으니 으니까 으세요 은데 은지 을까
    을까요 을지 을게요 음 아요 어요 았어요 었어요 아서 어서 아도 어도 았는데 었는데 습니다
    습니까
    """
)
_AFTER_VOWEL = _words("를 는 가 와 나 랑 라 라도 라는 라면 란 예요 였 로 로는 로도 로서 로써")
_PARTICLES = _words(
    """
    의 에 에는 에도 에만 에서 에서는 에서도 에서의 에게 에게는 에게서 한테 한테서 께 께서 도
    만 만은 만을 까지 까지는 까지도 부터 처럼 보다 마다 조차 마저 밖에 하고 대로 뿐 들 들은
    들을 들이 들의 이다 인가요 인지 입니다
    """
)
_VERB_ENDINGS = _words(
    """
    기 기가 기는 기도 기에 고 고는 지 지만 지도 게 는데 는데요 는지 는다 네요 나요 면 면서
    려면 려고 니까 세요 거나 도록 던 자마자
    """
)
# 하다 and 되다 make verbs of nouns: 설치하는, 설치할, 삭제된.
_LIGHT_VERBS = _words(
    """
    하는 하기 하고 하면 하려면 하려고 하지 하게 하나요 하나 하다 하니 하니까 하던 하면서
    하세요 하거나 하는데 하는지 하는법 해 해요 해서 해야 해도 했다 했어요 했는데 했더니 할
    할까요 할까 할게요 할지 한 한다 한데 함 합니다 합니까 하여 하였다 되는 되기 되고 되면
    되나요 되지 되게 되다 되니 되어 되었다 되는데 되는지 돼 돼요 돼서 됐다 됐어요 됐는데 된
    된다 될 될까요 됨 됩니다
    """
)
_ENDINGS = _AFTER_CONSONANT | _AFTER_VOWEL | _PARTICLES | _VERB_ENDINGS | _LIGHT_VERBS
_ENDING_MAX_SYLLABLES = max(map(len, _ENDINGS))
_OF_ONE_SYLLABLE = frozenset({"을", "를"})

_HANGUL_FIRST, _HANGUL_LAST = "가", "힣"
_FINALS = 28
_NO_FINAL, _FINAL_RIEUL = 0, 8


def is_hangul(text: str) -> bool:
    """Whether a text is made of Hangul syllables only."""
    return all(_HANGUL_FIRST <= character <= _HANGUL_LAST for character in text)


def _final(syllable: str) -> int:
    """The number of the consonant a syllable ends in (The Unicode Standard, section 3.12)."""
    return (ord(syllable) - ord(_HANGUL_FIRST)) % _FINALS


def _fits(stem: str, ending: str) -> bool:
    final = _final(stem[-1])
    if ending in _AFTER_CONSONANT:
        return final != _NO_FINAL and not (final == _FINAL_RIEUL and ending.startswith("으로"))
    if ending in _AFTER_VOWEL:
        return final == _NO_FINAL or (final == _FINAL_RIEUL and ending.startswith("로"))
    return True


def is_ending(word: str) -> bool:
    """Whether a word is nothing but a particle or an ending, as after a word in Latin letters."""
    return word in _ENDINGS


def stem_of(word: str) -> str:
    """A word without its longest particle or ending; without any that fits, the word itself.

    :param word: Hangul syllables.
    """
    if not is_hangul(word):
        return word
    for length in range(min(len(word) - 1, _ENDING_MAX_SYLLABLES), 0, -1):
        stem, ending = word[:-length], word[-length:]
        if len(stem) < STEM_MIN_SYLLABLES and ending not in _OF_ONE_SYLLABLE:
            continue
        if ending in _ENDINGS and _fits(stem, ending):
            return stem
    return word
