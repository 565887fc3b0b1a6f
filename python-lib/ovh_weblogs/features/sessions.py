"""Events to visits: one SELECT per function, each a CTE named after its result.

Times are whole microseconds and flags 0 or 1 from the first CTE on, which alone depends on the dialect.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.features.sessiontable import PLACE_READS, place_columns, session_columns
from ovh_weblogs.features.visits import (
    ASKED_ROBOTS_TXT,
    Rules,
    clocks,
    in_haste,
    over,
    seq,
    tracked,
    visit_steps,
    without_files,
)

_FLAGS = ("is_bot", "is_conversion", "is_pageview", "is_static")
_NUMBERS = ("line_number", "status")
_TEXTS = ("source_file", "log_family", "location", "location_path", "referer", "channel", "campaign_name")
_VISIT = "PARTITION BY visitor_id, visit"


def sessions(columns: Sequence[str], rules: Rules, dialect: str = "duckdb") -> exp.Select:
    """One row per visit, over the table ``events`` with a column ``row_index``; instants come out as microseconds.

    Args:
        columns: The events' columns, visitor_id and server_ts among them.
        rules: What ends a visit.
        dialect: Of the engine that will run it.
    """
    steps = _numbered_steps(columns, rules, dialect)
    steps["marked"] = _marked(columns)
    steps["grouped"] = _grouped(columns)
    steps["indexed"] = _indexed(rules)
    made = {"session_id": _session_id(rules), "start_ts": "start_us", "end_ts": "end_us", **_FINAL}
    names = [column.name for column in session_columns(columns)]
    return _with(exp.select(*(f"{made.get(name, name)} AS {name}" for name in names)).from_("indexed"), steps)


def places(columns: Sequence[str], rules: Rules, dialect: str = "duckdb") -> exp.Select:
    """The place of each hit in its visit: ``row_index`` and the columns of ``schema.PLACES``, by ``row_index``.

    Hits without visitor or time, and those that the rules leave out, are not in it. Arguments as of ``sessions``.
    """
    narrow = [name for name in columns if name in PLACE_READS]
    steps = _numbered_steps(narrow, rules, dialect)
    steps["marked"] = _marked(columns, of_hits=True)
    steps["indexed"] = _indexed(rules, of_hits=True)
    made = {
        "session_id": _session_id(rules),
        "event_index": "rn - first_rn + 1",
        "is_entry": "CASE WHEN rn = landing_rn THEN TRUE ELSE FALSE END",
        "is_exit": "CASE WHEN rn = exit_rn THEN TRUE ELSE FALSE END",
        "time_on_page": "CASE WHEN is_pageview = 1 THEN CAST(next_us - ts_us AS DOUBLE) / 1000000.0 END",
    }
    names = ["row_index", *(column.name for column in place_columns(columns))]
    final = exp.select(*(f"{made.get(name, name)} AS {name}" for name in names)).from_("indexed")
    return _with(final.order_by("row_index NULLS LAST"), steps)


_FINAL = {
    "duration_s": "CAST(end_us - start_us AS DOUBLE) / 1000000.0",
    "is_bounce": "pageviews = 1",
    "asked_robots_txt": "asked_robots_txt = 1",
    "acts_like_bot": (
        f"(asked_robots_txt = 1 OR {without_files('pageviews', 'assets', 'tracked')}"
        f" OR {in_haste('pageviews', 'end_us - start_us')})"
    ),
}


def _with(query: exp.Select, steps: dict[str, exp.Select]) -> exp.Select:
    for name, step in steps.items():
        query = query.with_(name, as_=step, copy=False)
    return query


def _numbered_steps(columns: Sequence[str], rules: Rules, dialect: str) -> dict[str, exp.Select]:
    """Every hit with the number of its visit."""
    first = {"stage": _stage(columns, dialect), "kept": _kept(rules), "seq": seq(columns, rules, "kept")}
    return first | visit_steps(rules, "seq")


def _stage(columns: Sequence[str], dialect: str) -> exp.Select:
    """What is needed of the events: text compared by its bytes, instants as microseconds, flags as 0 and 1."""
    return exp.select(
        exp.alias_(text("visitor_id", dialect), "visitor_id"),
        exp.alias_(micros("server_ts", dialect), "ts_us"),
        *(exp.alias_(text(name, dialect), name) for name in _TEXTS if name in columns),
        *(exp.column(name) for name in _NUMBERS if name in columns),
        *(f"CASE WHEN {name} THEN 1 ELSE 0 END AS {name}" for name in _FLAGS if name in columns),
        exp.column("row_index"),
    ).from_("events")


def _kept(rules: Rules) -> exp.Select:
    """Hits that can be in a visit, with what the clocks show."""
    known = ["NOT visitor_id IS NULL", "NOT ts_us IS NULL"]
    known += ["is_bot = 0"] if rules.only_people else []
    known += ["is_pageview = 1"] if rules.only_pageviews else []
    return exp.select("*", *clocks(rules)).from_("stage", copy=False).where(*known, copy=False)


def _marked(columns: Sequence[str], *, of_hits: bool = False) -> exp.Select:
    """On every hit, the numbers of its visit's first and last page views; of hits, also where the visit begins."""
    marks = []
    if "is_pageview" in columns:
        viewed = "CASE WHEN is_pageview = 1 THEN rn END"
        marks += [f"MIN({viewed}) OVER ({_VISIT}) AS landing_rn", f"MAX({viewed}) OVER ({_VISIT}) AS exit_rn"]
    if of_hits:
        marks += [f"MIN(rn) OVER ({_VISIT}) AS first_rn", f"MIN(ts_us) OVER ({_VISIT}) AS start_us"]
        if "is_pageview" in columns:
            marks.append(f"LEAD(ts_us) OVER ({_VISIT}, is_pageview ORDER BY rn NULLS LAST) AS next_us")
    return exp.select("*", *marks).from_("numbered")


def _grouped(columns: Sequence[str]) -> exp.Select:
    """One row per visit, its flags as 0 and 1; whether a tracker tells of it, which logs no static files."""
    made = {name: _AGGREGATES[name] for name in (each.name for each in session_columns(columns)) if name in _AGGREGATES}
    keys = ("visitor_id", "visit")
    times = ("MIN(ts_us) AS start_us", "MAX(ts_us) AS end_us", "COUNT(*) AS hits", f"{tracked(columns)} AS tracked")
    aggregates = (f"{aggregate} AS {name}" for name, aggregate in made.items())
    return exp.select(*keys, *times, *aggregates).from_("marked").group_by(*keys)


_AGGREGATES = {
    "pageviews": "CAST(SUM(is_pageview) AS BIGINT)",
    "landing_page": "MAX(CASE WHEN rn = landing_rn THEN location END)",
    "exit_page": "MAX(CASE WHEN rn = exit_rn THEN location END)",
    "entry_referer": "MAX(CASE WHEN begins = 1 THEN referer END)",
    "channel": "MAX(CASE WHEN begins = 1 THEN channel END)",
    "campaign": "MAX(CASE WHEN begins = 1 THEN campaign_name END)",
    "conversions": "CAST(SUM(is_conversion) AS BIGINT)",
    "errors": "CAST(SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END) AS BIGINT)",
    "assets": "CAST(SUM(is_static) AS BIGINT)",
    "asked_robots_txt": ASKED_ROBOTS_TXT,
}


def _indexed(rules: Rules, *, of_hits: bool = False) -> exp.Select:
    """What is wanted, each visit with its number among its visitor's."""
    number = "DENSE_RANK()" if of_hits else "ROW_NUMBER()"
    query = exp.select("*", f"{over(number, ['visit'])} AS session_index")
    if rules.campaign_change:
        query = query.select("visit - MIN(visit) OVER (PARTITION BY visitor_id, start_us) AS twin")
    query = query.from_("marked" if of_hits else "grouped")
    if rules.begin is None:
        return query
    begin, end = rules.begin
    return query.where(f"start_us >= {begin}", f"start_us < {end}")


def _session_id(rules: Rules) -> str:
    name = "visitor_id || '-' || CAST(start_us AS VARCHAR)"
    if not rules.campaign_change:
        return name
    return f"{name} || CASE WHEN twin = 0 THEN '' ELSE '-' || CAST(twin + 1 AS VARCHAR) END"
