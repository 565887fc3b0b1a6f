"""Events to one row per visitor: one SELECT per function, each a CTE named after its result.

Times are whole microseconds and flags 0 or 1 from the first CTE on, which alone depends on the dialect. Every step
reads the one before it alone, since the events can be read only once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.features.visitortable import Feature, features_of
from ovh_weblogs.features.visits import Rules, clocks, over, seq, visit_steps
from ovh_weblogs.schema import EVENTS, HIT_ORDER, Column, Type

EVENTS_TABLE = "events"
ROW_INDEX = "row_index"  # place of the row in the input: the last resort of the order of hits
_KEY = "visitor_id"
_ORDER = ("source_file", "line_number")
# What is needed of each hit, whatever its place: the rest is needed where it stands first or last alone.
_WHOLE = ("client_addr", "location", "page_category", "channel", "status", "bytes", "local_hour", "local_weekday")
_FLAGS = ("is_pageview", "is_conversion", "is_bot", "asked_robots_txt")
_OF_VISITOR, _OF_VISIT = "PARTITION BY visitor_id", "PARTITION BY visitor_id, visit"
_VIEW_BEFORE = f"{_OF_VISIT}, is_pageview ORDER BY rn NULLS LAST"
_OF_CATEGORY = "PARTITION BY visitor_id, CASE WHEN is_pageview = 1 THEN page_category END"


def visitors(
    columns: Sequence[str], rules: Rules, categories: Sequence[str] = (), dialect: str = "duckdb"
) -> exp.Select:
    """The definition, over the table ``events`` with a column ``row_index``; instants come out as microseconds.

    Args:
        columns: The events' columns; visitor_id among them.
        rules: What ends a visit; those that leave hits or visits out are not heeded.
        categories: Values of page_category that get columns of their own.
        dialect: Of the engine that will run it: only the first CTE depends on it.
    """
    features = features_of(columns, categories)
    needed = {_KEY, *HIT_ORDER, *(name for feature in features for name in feature.needs)}
    columns = [name for name in columns if name in needed]
    steps = {"stage": _stage(columns, dialect)}
    if "server_ts" in columns:
        steps["clocked"] = exp.select("*", *clocks(rules)).from_("stage")
        steps["seq"] = seq(columns, rules, "clocked")
    else:
        steps["seq"] = _unordered(columns)
    steps["marked"] = _marked(columns, features)
    steps["ends"] = _ends(columns, features, rules)
    if "server_ts" in columns:
        steps |= visit_steps(rules, "ends")
        steps["visited"] = _visited(columns)
    if {"is_pageview", "page_category"} <= set(columns):
        steps["sorted"] = exp.select("*", f"COUNT(*) OVER ({_OF_CATEGORY}) AS category_views").from_(list(steps)[-1])
    query = _visitors(features, list(steps)[-1])
    for name, step in steps.items():
        query = query.with_(name, as_=step, copy=False)
    return query


def _stage(columns: Sequence[str], dialect: str) -> exp.Select:
    """What is needed of the events: text compared by its bytes, instants as microseconds, flags as 0 and 1."""
    there = (column for column in EVENTS.columns if column.name in columns)
    return exp.select(*(_staged(column, dialect) for column in there), exp.column(ROW_INDEX)).from_(EVENTS_TABLE)


def _staged(column: Column, dialect: str) -> exp.Expression | str:
    name = column.name
    if column.type is Type.INSTANT:
        return exp.Alias(this=micros(name, dialect), alias=exp.to_identifier("ts_us"))
    if column.type is Type.STRING:
        return exp.Alias(this=text(name, dialect), alias=exp.to_identifier(name))
    if column.type is Type.BOOLEAN:
        otherwise = f"WHEN NOT {name} THEN 0" if name == "is_bot" else "ELSE 0"  # robots may be unknown
        return f"CASE WHEN {name} THEN 1 {otherwise} END AS {name}"
    return exp.column(name)


def _unordered(columns: Sequence[str]) -> exp.Select:
    """The hits of each visitor numbered in their order, where none has a time."""
    order = [*(name for name in _ORDER if name in columns), ROW_INDEX]
    return exp.select("*", f"{over('ROW_NUMBER()', order)} AS rn").from_("stage")


def _marked(columns: Sequence[str], features: Sequence[Feature]) -> exp.Select:
    """On every hit, the number of the visitor's first or last hit where a value is known; and when his last one is."""
    marks = [f"MAX(ts_us) OVER ({_OF_VISITOR}) AS last_us"] if "server_ts" in columns else []
    for feature in features:
        if feature.value:
            end = "MIN" if feature.name.endswith("_first") else "MAX"
            known = f"CASE WHEN NOT {feature.value} IS NULL THEN rn END"
            marks.append(f"{end}({known}) OVER ({_OF_VISITOR}) AS {feature.name}_rn")
    return exp.select("*", *marks).from_("seq")


def _ends(columns: Sequence[str], features: Sequence[Feature], rules: Rules) -> exp.Select:
    """Each first and last value on its hit alone: long texts need not go through the steps that follow."""
    kept = [_KEY, "rn", *(name for name in (*_WHOLE, *_FLAGS) if name in columns)]
    if "server_ts" in columns:
        clock = ["local_us", "day", "prev_local_us"] if clocks(rules) else []
        kept += ["ts_us", "prev_us", "last_us", *clock]
    if "location_path" in columns:
        kept.append("CASE WHEN location_path = '/robots.txt' THEN 1 ELSE 0 END AS asked_robots_txt")
    found = (each for each in features if each.value)
    ends = (f"CASE WHEN rn = {each.name}_rn THEN {each.value} END AS {each.name}" for each in found)
    return exp.select(*kept, *ends).from_("marked")


def _visited(columns: Sequence[str]) -> exp.Select:
    """On every hit, what its visit is, and the page view before and after it; a hit without a time is in none."""
    made = [
        "CASE WHEN begins = 1 AND NOT ts_us IS NULL THEN 1 ELSE 0 END AS is_visit",
        f"MIN(ts_us) OVER ({_OF_VISIT}) AS visit_start",
        f"MAX(ts_us) OVER ({_OF_VISIT}) AS visit_end",
        "MAX(ts_us) OVER () AS latest_us",
    ]
    if "is_pageview" in columns:
        made.append(f"CAST(SUM(is_pageview) OVER ({_OF_VISIT}) AS BIGINT) AS visit_views")
        made.append(f"CASE WHEN is_pageview = 1 THEN LEAD(ts_us) OVER ({_VIEW_BEFORE}) END AS next_view_us")
    if {"is_pageview", "location"} <= set(columns):
        made.append(f"LAG(ts_us) OVER ({_VIEW_BEFORE}) AS prev_view_us")
        made.append(f"LAG(location) OVER ({_VIEW_BEFORE}) AS prev_page")
    return exp.select("*", *made).from_("numbered")


def _visitors(features: Sequence[Feature], source: str) -> exp.Select:
    aggregates = (exp.alias_(feature.how, feature.name, quoted=True) for feature in features)
    return exp.select(*aggregates).from_(source).group_by(_KEY)
