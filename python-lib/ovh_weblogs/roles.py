"""What the columns of an input stand for: the one table from which forms, their defaults and their reading derive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TEXT = ("string",)
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "string")
_TIMES = ("date", "datetimenotz", "dateonly", "int", "bigint", "float", "double", "string")
_ANY: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """What one column of an input stands for.

    ``name``: of the role in settings; ``column``: our name of it; ``types``: those that the form offers, all if none is
    named; ``default``: whether a column of our name is read where the form names none.
    """

    name: str
    column: str
    types: tuple[str, ...]
    default: bool = True

    @property
    def parameter(self) -> str:
        """Name of the form's parameter."""
        return f"{self.name}_column"

    @property
    def input(self) -> str:
        """The input's column where the form names none; empty for none."""
        return self.column if self.default else ""


ROLES = (
    Role("time", "server_ts", _TIMES),
    Role("address", "client_addr", _TEXT),
    Role("url", "location", _TEXT),
    Role("host", "vhost", _TEXT),
    Role("path", "path", _TEXT, default=False),
    Role("referrer", "referer", _TEXT),
    Role("useragent", "useragent", _TEXT),
    Role("status", "status", _NUMBERS),
    Role("method", "method", _TEXT),
    Role("visitor", "visitor_id", _ANY),
    Role("session", "session_id", _ANY),
    Role("language", "br_lang", _TEXT),
    Role("tz_offset", "tz_off", _NUMBERS),
    Role("identifier", "identifier", _ANY, default=False),
)
# Those that the recipe visitors reads: what enrichment adds it knows by the names of these.
VISITOR_ROLES = tuple(
    role
    for role in ROLES
    if role.name in ("time", "address", "url", "host", "referrer", "useragent", "status", "visitor")
)

SESSION_ROLES = tuple(role for role in VISITOR_ROLES if role.name != "host")
# What visits are told of beside: columns that enrichment, a formula or a join has made.
JOURNEY_ROLES = (
    Role("conversion", "is_conversion", ("boolean", "tinyint", "smallint", "int", "bigint", "string")),
    Role("channel", "channel", _TEXT),
    Role("campaign", "campaign_name", _TEXT),
)

# And what visitors are told of beside.
CONTENT_ROLES = (*JOURNEY_ROLES, Role("category", "page_category", _TEXT))


def column_of(chosen: Mapping[str, str], role: Role) -> str:
    """Name of the input's column in that role; empty where it has none.

    Args:
        chosen: Columns by the names of their roles, where they are not called by our names.
        role: The role.
    """
    return chosen.get(role.name) or role.input
