from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qaboard.models import User, username_key


@given(st.text(max_size=User.USERNAME_MAX_CHARACTERS))
def test_the_key_of_a_key_is_itself(username):
    assert username_key(username_key(username)) == username_key(username)


def test_spellings_of_one_name():
    assert username_key("ＡＬＥＸ") == username_key("alex") == username_key("Alex")
    assert username_key("STRASSE") == username_key("straße")
    assert username_key("민지") == username_key("\u1106\u1175\u11ab\u110c\u1175")
