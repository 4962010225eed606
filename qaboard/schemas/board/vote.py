"""The form behind the vote buttons."""

from __future__ import annotations

import colander


class VoteSchema(colander.Schema):
    value = colander.SchemaNode(colander.String(), validator=colander.OneOf(("1", "-1", "0")))
