"""Languages are told by their script, and only where it leaves little doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.i18n.language_detection import (
    guess_language,
    language_of_post,
    language_of_title,
)
from qaboard.markup import render


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("자전거 체인이 미끄러져요", "ko"),
        ("database is locked 오류가 쓰기가 겹칠 때만 나요", "ko"),
        ("SQLite에서 WAL은 언제 쓰나요?", "ko"),
        ("How do I stop one query per row in a list of posts?", "en"),
        ("How do I print 한국어 in Python?", "en"),
        ("What does this résumé say about the job?", "en"),
        ("パンダスでExcelの日付を読むには", "ja"),
        ("数据库被锁定了怎么办", "zh"),
        ("Πώς διαβάζω ένα αρχείο;", "el"),
        ("איך קוראים קובץ", "he"),
        ("อ่านไฟล์อย่างไร", "th"),
        ("Wie lese ich eine Datei in Python?", ""),
        ("Comment lire un très grand fichier ?", ""),
        ("Как прочитать файл?", ""),
        ("كيف أقرأ ملفا كبيرا", ""),
        ("pip install qaboard", ""),
        ("12 + 30", ""),
        ("", ""),
    ],
)
def test_a_title_has_the_language_of_its_script(title, language):
    assert language_of_title(title) == language


def test_code_and_tags_are_not_read():
    text = "`from this` 함수를 [이렇게](https://a.example/is-it-the) 써요"
    html = render(f"```python\nwhat = where(this, that)\n```\n\n{text}")
    assert language_of_post(html) == "ko"
    assert language_of_post("<pre><code>" + "is it the " * 500 + "</code></pre>") == ""
    assert language_of_post('<p><a href="https://a.example/' + "the-is/" * 500) == ""


@given(st.text(max_size=2000))
def test_every_text_has_one_or_none(text):
    assert guess_language(text) in {"", "ko", "ja", "zh", "th", "el", "he", "en"}
    language_of_post(text)
