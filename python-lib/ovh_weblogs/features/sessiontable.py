"""Which columns of the events each column of visits is made from, and what is left out without them."""

from __future__ import annotations

from collections.abc import Sequence

from ovh_weblogs.schema import PLACES, SESSIONS, Column

_VIEWS = ("is_pageview",)
_NEEDS: dict[str, tuple[str, ...]] = {
    "pageviews": _VIEWS,
    "landing_page": (*_VIEWS, "location"),
    "exit_page": (*_VIEWS, "location"),
    "entry_referer": ("referer",),
    "channel": ("channel",),
    "campaign": ("campaign_name",),
    "is_bounce": _VIEWS,
    "conversions": ("is_conversion",),
    "errors": ("status",),
    "assets": ("is_static",),
    "asked_robots_txt": ("location_path",),
    "acts_like_bot": (*_VIEWS, "is_static", "location_path"),
    "is_entry": _VIEWS,
    "is_exit": _VIEWS,
    "time_on_page": _VIEWS,
}
# Without these there are no visits; those beside them order hits of the same instant, and filter.
ESSENTIAL = ("visitor_id", "server_ts")
ALWAYS_READ = (*ESSENTIAL, "source_file", "line_number", "is_bot", "is_pageview", "log_family")
PLACE_READS = (*ESSENTIAL, "source_file", "line_number", "is_bot", "is_pageview", "campaign_name")


def session_columns(columns: Sequence[str]) -> tuple[Column, ...]:
    """Columns of ``schema.SESSIONS`` that events of these columns allow, in order."""
    return _possible(SESSIONS.columns, columns)


def place_columns(columns: Sequence[str]) -> tuple[Column, ...]:
    """Columns of ``schema.PLACES`` that events of these columns allow, in order."""
    return _possible(PLACES, columns)


def read_columns() -> frozenset[str]:
    """Every column of the events that a visit can be made from."""
    return frozenset({*ALWAYS_READ, *(name for needs in _NEEDS.values() for name in needs)})


def left_out_of_sessions(columns: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each column, or several, that the events lack, naming what is left out for it."""
    missing: dict[tuple[str, ...], list[str]] = {}
    for column in SESSIONS.columns:
        absent = tuple(name for name in _NEEDS.get(column.name, ()) if name not in columns)
        if absent:
            missing.setdefault(absent, []).append(column.name)
    return tuple(
        f"Left out, since the input has no column {' and '.join(absent)}: {', '.join(names)}"
        for absent, names in missing.items()
    )


def _possible(declared: Sequence[Column], columns: Sequence[str]) -> tuple[Column, ...]:
    there = set(columns)
    return tuple(column for column in declared if there.issuperset(_NEEDS.get(column.name, ())))
