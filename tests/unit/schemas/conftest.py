"""Fields of a form as they were sent."""

from __future__ import annotations

from collections.abc import Callable

import colander
import pytest


@pytest.fixture
def errors_of() -> Callable[..., set[str]]:
    """The names of the fields that a schema does not take."""

    def check(schema: colander.Schema, **fields: str) -> set[str]:
        try:
            schema.deserialize(fields)
        except colander.Invalid as error:
            return set(error.asdict())
        return set()

    return check
