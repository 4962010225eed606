"""Characters that are stored, mended and shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.markup.text import MARKS_MAX_COUNT, mend, normalise, plain_text, printable


@pytest.mark.parametrize(
    ("source", "stored"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("    a ", "    a "),
        (unicodedata.normalize("NFD", "한글é"), "한글é"),
        ("a\u202eb\u2066c", "abc"),
        ("\u200fא", "\u200fא"),
    ],
)
def test_a_text_is_stored_in_one_form(source, stored):
    assert normalise(source) == stored


def test_marks_do_not_pile_up_on_a_letter():
    assert normalise("a" + "\u0337" * 50 + "b") == "a" + "\u0337" * MARKS_MAX_COUNT + "b"


@given(st.text(st.characters(min_codepoint=0x300, max_codepoint=0x36F) | st.sampled_from("aé\n한")))
def test_what_is_normalised_stays(source):
    assert normalise(normalise(source)) == normalise(source)


def test_only_what_turns_or_covers_is_mended():
    assert mend("a\x00\r\n") == "a\x00\r\n"
    assert mend("가\u202e") == "가"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\ud800", "\ufffe"])
def test_html_cannot_hold_it_so_it_is_replaced(character):
    assert printable(f"a{character}b\t\n") == "a\ufffdb\t\n"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &lt;b&gt;</p>\n<p>c</p>", "a <b>\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<tr><td>a</td><td>b</td></tr>", "a b"),
        ('<pre tabindex="0"><code>x\n  y\n</code></pre>', "x\n  y"),
        ("a<br>b", "a\nb"),
        ('<img src="/x" alt="y"><a href="/z">w</a>', "w"),
        ("", ""),
    ],
)
def test_plain_text_has_the_blocks_of_the_html_on_lines(html, text):
    assert plain_text(html) == text
