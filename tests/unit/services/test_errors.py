"""Refusals of services."""

from __future__ import annotations

import pytest

from qaboard.services.errors import WHOLE_FORM, Conflict, CountedRefusal, Refusal


@pytest.mark.parametrize("kind", [Refusal, Conflict, CountedRefusal])
def test_a_refusal_says_what_is_wrong_with_which_field(kind):
    errors = {"title": "too long", WHOLE_FORM: "try again"}
    with pytest.raises(Refusal) as caught:
        raise kind(errors)
    assert caught.value.errors == errors
    assert "too long" in str(caught.value)
