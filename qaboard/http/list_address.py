"""Addresses of the pages and orders of a list; what an address need not say is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class ListAddress:
    """Address of a list: its path, and the fields of its query.

    ``usual`` are the values that the list has without being asked for them.
    """

    path: str
    fields: Mapping[str, object]
    usual: Mapping[str, object]

    def to(self, **changes: object) -> str:
        """The address of the list with other values, such as another page or order.

        :param changes: fields; an empty one, or ``None``, says nothing.
        """
        said = {
            name: value
            for name, value in (self.fields | changes).items()
            if value not in (None, "", self.usual.get(name)) and (name, value) != ("page", 1)
        }
        return f"{self.path}?{urlencode(said)}" if said else self.path
