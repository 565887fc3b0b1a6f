"""Events to visits: one SELECT per function, each a CTE named after its result.

Times are whole microseconds and flags 0 or 1 from the first CTE on, which alone depends on the dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ovh_weblogs.features.localday import DAY_US, Offsets, local
from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.features.sessiontable import PLACE_READS, place_columns, session_columns
from ovh_weblogs.schema import HIT_ORDER
from ovh_weblogs.settings import Midnight

_FLAGS = ("is_bot", "is_conversion", "is_pageview", "is_static")
_NUMBERS = ("line_number", "status")
_TEXTS = ("source_file", "log_family", "location", "location_path", "referer", "channel", "campaign_name")
_NO_ASSETS, _FAST, _PER_MINUTE = 3, 10, 20  # page views without a file; and so many of them at such a rate
_VISIT = "PARTITION BY visitor_id, visit"


@dataclass(frozen=True)
class Rules:
    """What ends a visit, and which visits are wanted.

    ``timeout``: the longest pause within a visit, in microseconds; ``offsets``: of the zone whose midnight counts;
    ``begin``: bounds in microseconds, the second excluded, of the visits' first hits, None for all.
    """

    timeout: int
    midnight: Midnight = Midnight.NEVER
    offsets: Offsets = field(default=((0, 0),))
    campaign_change: bool = False
    only_people: bool = False
    only_pageviews: bool = False
    begin: tuple[int, int] | None = None


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
        f"(asked_robots_txt = 1 OR (pageviews >= {_NO_ASSETS} AND assets = 0 AND tracked = 0)"
        f" OR (pageviews >= {_FAST} AND pageviews * 60000000 > {_PER_MINUTE} * (end_us - start_us)))"
    ),
}


def _with(query: exp.Select, steps: dict[str, exp.Select]) -> exp.Select:
    for name, step in steps.items():
        query = query.with_(name, as_=step, copy=False)
    return query


def _numbered_steps(columns: Sequence[str], rules: Rules, dialect: str) -> dict[str, exp.Select]:
    """Every hit with the number of its visit."""
    steps = {"stage": _stage(columns, dialect), "kept": _kept(rules)}
    steps["seq"] = _seq(columns, rules)
    steps["paused"] = _paused(rules)
    if rules.midnight is Midnight.LONG:
        steps["daily"] = exp.select("*", "MAX(day_pause) OVER (PARTITION BY visitor_id, day) AS day_paused").from_(
            "paused"
        )
        steps["dated"] = exp.select("*", f"{_over('LAG(day_paused)', ['rn'])} AS prev_day_paused").from_("daily")
    steps["begun"] = _begun(rules, list(steps)[-1])
    if rules.campaign_change:
        steps["pieces"] = exp.select("*", f"{_running('opens')} AS piece").from_("begun")
        steps["changed"] = _changed()
        begins = f"CASE WHEN opens = 1 OR {_OTHER} THEN 1 ELSE 0 END AS begins"
        steps["recut"] = exp.select("*", begins).from_("changed")
    steps["numbered"] = exp.select("*", f"{_running('begins')} AS visit").from_(list(steps)[-1])
    return steps


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
    clocks = [] if rules.midnight is Midnight.NEVER else [f"{local('ts_us', rules.offsets)} AS local_us"]
    known = ["NOT visitor_id IS NULL", "NOT ts_us IS NULL"]
    known += ["is_bot = 0"] if rules.only_people else []
    known += ["is_pageview = 1"] if rules.only_pageviews else []
    return exp.select("*", *clocks).from_("stage", copy=False).where(*known, copy=False)


def _seq(columns: Sequence[str], rules: Rules) -> exp.Select:
    """The hits of each visitor in their order, each with the time of the one before."""
    order = ["ts_us", *(name for name in HIT_ORDER[1:] if name in columns), "row_index"]
    query = exp.select("*", f"{_over('ROW_NUMBER()', order)} AS rn", f"{_over('LAG(ts_us)', order)} AS prev_us")
    if rules.midnight is not Midnight.NEVER:
        day = f"CAST((local_us - local_us % {DAY_US}) / {DAY_US} AS BIGINT)"
        query = query.select(f"{day} AS day", f"{_over('LAG(local_us)', order)} AS prev_local_us")
    return query.from_("kept")


def _paused(rules: Rules) -> exp.Select:
    """Whether a pause is before each hit, in the visitor's time and within the day alone, which begins at midnight."""
    pause = f"CASE WHEN NOT prev_us IS NULL AND ts_us - prev_us <= {rules.timeout} THEN 0 ELSE 1 END"
    query = exp.select("*", f"{pause} AS is_pause").from_("seq")
    if rules.midnight is Midnight.NEVER:
        return query
    query = query.select(f"CASE WHEN {_SAME_DAY} THEN 0 ELSE 1 END AS is_new_day")
    if rules.midnight is Midnight.ALWAYS:
        return query
    early = f"CASE WHEN local_us % {DAY_US} <= {rules.timeout} THEN 0 ELSE 1 END"
    return query.select(f"CASE WHEN {_SAME_DAY} THEN {pause} ELSE {early} END AS day_pause")


_SAME_DAY = f"NOT prev_local_us IS NULL AND prev_local_us - prev_local_us % {DAY_US} = local_us - local_us % {DAY_US}"


def _begun(rules: Rules, source: str) -> exp.Select:
    """Whether a visit begins with each hit, campaigns apart."""
    also = {
        Midnight.NEVER: "",
        Midnight.LONG: " OR (is_new_day = 1 AND prev_day_paused = 0)",
        Midnight.ALWAYS: " OR is_new_day = 1",
    }
    name = "opens" if rules.campaign_change else "begins"
    return exp.select("*", f"CASE WHEN is_pause = 1{also[rules.midnight]} THEN 1 ELSE 0 END AS {name}").from_(source)


def _changed() -> exp.Select:
    """Each hit of a campaign with the campaign before it in the same visit."""
    partition = "PARTITION BY visitor_id, piece, CASE WHEN campaign_name IS NULL THEN 0 ELSE 1 END"
    return exp.select("*", f"LAG(campaign_name) OVER ({partition} ORDER BY rn NULLS LAST) AS prev_campaign").from_(
        "pieces"
    )


_OTHER = "(NOT campaign_name IS NULL AND (prev_campaign IS NULL OR prev_campaign <> campaign_name))"


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
    tracked = "MAX(CASE WHEN log_family = 'tracker' THEN 1 ELSE 0 END)" if "log_family" in columns else "0"
    made = {name: _AGGREGATES[name] for name in (each.name for each in session_columns(columns)) if name in _AGGREGATES}
    keys = ("visitor_id", "visit")
    times = ("MIN(ts_us) AS start_us", "MAX(ts_us) AS end_us", "COUNT(*) AS hits", f"{tracked} AS tracked")
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
    "asked_robots_txt": "MAX(CASE WHEN location_path = '/robots.txt' THEN 1 ELSE 0 END)",
}


def _indexed(rules: Rules, *, of_hits: bool = False) -> exp.Select:
    """What is wanted, each visit with its number among its visitor's."""
    number = "DENSE_RANK()" if of_hits else "ROW_NUMBER()"
    query = exp.select("*", f"{_over(number, ['visit'])} AS session_index")
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


def _over(function: str, order: Sequence[str]) -> str:
    """A window function over the hits or visits of a visitor; nulls come last in every engine."""
    ordered = ", ".join(f"{name} NULLS LAST" for name in order)
    return f"{function} OVER (PARTITION BY visitor_id ORDER BY {ordered})"


def _running(name: str) -> str:
    """The sum of a flag up to each hit: no two have the same number, so the usual frame ends with the hit itself."""
    return f"CAST({_over(f'SUM({name})', ['rn'])} AS BIGINT)"
