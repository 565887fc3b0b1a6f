"""Events to one row per visitor: one SELECT per function, each a CTE named after its result.

Times are whole microseconds and flags 0 or 1 from the first CTE on, which alone depends on the dialect, but for where
MariaDB takes the numbers of hits from. Hits, visits and page categories are grouped apart, so that the sorting that
tells visits need not carry all that is known of a hit. Expressions of many columns are not copied: a copy for each
clause takes longer than making the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ovh_weblogs.features.labels import Cut, cut_steps, span_steps
from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.features.visitortable import Feature, features_of, own_columns, visitor_reads
from ovh_weblogs.features.visits import Rules, clocks, over, seq, visit_steps
from ovh_weblogs.schema import EVENTS, HIT_ORDER, Column, Type
from ovh_weblogs.visitored import LabelKind, Shape

EVENTS_TABLE = "events"
ROW_INDEX = "row_index"  # place of the row in the input: the last resort of the order of hits
_KEY = "visitor_id"
_ONE = "one"  # the key of what is grouped apart: whose row it is
LATEST = Column("latest_us", Type.BIGINT, "Time of the latest hit, in microseconds since 1970.")
_AGAIN = 10_000_000  # microseconds: nobody reads a page and wants it anew so soon
# MariaDB makes a step anew wherever it is read: to sort hits with all that is known of them takes it a third less time
# there than to join their numbers.
_SORTS_WHOLE = ("mysql",)
# DuckDB orders hits once, but reads their columns in each step that needs some of them: all at once need more room.
_ONCE = {"known": False, "stage": False, "seq": True, "counted": True}


def visitors(
    columns: Sequence[str],
    rules: Rules,
    shape: Shape,
    dialect: str = "duckdb",
    *,
    cut: Cut | None = None,
    known_until: int | None = None,
    beside: bool = False,
) -> exp.Select:
    """The definition, over the table ``events`` with a column ``row_index``; instants come out as microseconds.

    Args:
        columns: The events' columns; visitor_id among them.
        rules: What ends a visit, midnight in some way; those that leave hits or visits out are not heeded.
        shape: What is wished for; its columns stand in the events as ``own_columns``. Where rows are of no visitor,
            visitor_id is any text that is the same where all that they are of is. A snapshot has a query per cutoff.
        dialect: Of the engine that will run it: the first CTE depends on it, and how MariaDB numbers hits.
        cut: A snapshot's; None for histories, and without labels.
        known_until: The instant up to which the events are complete, in microseconds since 1970; needed for labels.
            Without labels, recency is counted from it; from the latest hit unless given.
        beside: Whether the table ``cuts``, which is made of ``spans``, is there for histories; else the query makes it.
    """
    features = features_of(columns, shape)
    columns = visitor_reads(columns, shape)
    staged = _stage(columns, own_columns(shape), dialect)
    if shape.label.kind is LabelKind.NONE:
        steps = {"stage": staged}
    else:
        steps = {"known": staged, **cut_steps(columns, cut, known_until or 0, beside=beside)}
    steps["narrow"] = _narrow(columns, rules)
    steps["seq"] = seq(columns, rules, "narrow") if "server_ts" in columns else _ranked(columns, "narrow")
    steps["of_hits"] = _grouped(features, "of_hits", "stage")
    steps |= {"ranked": _ranked(columns, "stage")} if dialect in _SORTS_WHOLE else {"numbers": _numbers()}
    if any(feature.value for feature in features):
        steps |= {"ends": _ends(features, dialect), "of_ends": _of_ends(features, dialect)}
    if "server_ts" in columns:
        as_of = cut.cutoff if cut else known_until
        steps |= _visit_steps(columns, rules, _aged(as_of, cut_apart=shape.label.kind is LabelKind.HISTORY))
        steps["of_visits"] = _grouped(features, "of_visits", "aged")
    if {"server_ts", "is_pageview", "location"} <= set(columns):
        steps |= {"views": _views(dialect), "of_views": _grouped(features, "of_views", "views")}
    if {"is_pageview", "page_category"} <= set(columns):
        steps["categories"] = _categories()
        steps["of_categories"] = _grouped(features, "of_categories", "categories")
    query = _visitors(features)
    for name, step in steps.items():
        query = query.with_(name, as_=step, materialized=_ONCE.get(name) if dialect == "duckdb" else None, copy=False)
    return query


def latest(dialect: str = "duckdb") -> exp.Select:
    """The time of the latest hit of all: one row of the column ``LATEST``, over the table ``events``.

    Args:
        dialect: Of the engine that will run it.
    """
    times = exp.select(exp.alias_(micros("server_ts", dialect), "ts_us")).from_(EVENTS_TABLE)
    newest = exp.alias_(exp.Max(this=exp.column("ts_us")), LATEST.name, quoted=True)
    return exp.select(newest).from_("times").with_("times", as_=times)


def spans(columns: Sequence[str], shape: Shape) -> exp.Select:
    """What ``labels.cuts`` has to know of each visitor for histories, over the same table as ``visitors``."""
    needed = {_KEY, *HIT_ORDER, "is_conversion"}
    columns = [name for name in visitor_reads(columns, shape) if name in needed]
    steps = {"known": _stage(columns, (), "duckdb"), **span_steps(columns)}
    query = exp.select("*").from_("spans")
    for name, step in steps.items():
        query = query.with_(name, as_=step, copy=False)
    return query


def _stage(columns: Sequence[str], own: Sequence[Column], dialect: str) -> exp.Select:
    """What is needed of the events: text compared by its bytes, instants as microseconds, flags as 0 and 1."""
    there = [*(column for column in EVENTS.columns if column.name in columns), *own]
    made = (*(_staged(column, dialect) for column in there), exp.column(ROW_INDEX))
    return exp.Select().select(*made, copy=False).from_(EVENTS_TABLE, copy=False)


def _staged(column: Column, dialect: str) -> exp.Expression | str:
    name = column.name
    if column.type is Type.INSTANT:
        return exp.Alias(this=micros(name, dialect), alias=exp.to_identifier("ts_us" if name == "server_ts" else name))
    if column.type is Type.STRING:
        return exp.Alias(this=text(name, dialect), alias=exp.to_identifier(name))
    if column.type is Type.BOOLEAN:
        otherwise = f"WHEN NOT {name} THEN 0" if name == "is_bot" else "ELSE 0"  # robots may be unknown
        return f"CASE WHEN {name} THEN 1 {otherwise} END AS {name}"
    return exp.column(name)


def _narrow(columns: Sequence[str], rules: Rules) -> exp.Select:
    """What orders hits and tells visits: a sort is the quicker the less it carries."""
    names = [name for name in ("source_file", "line_number", "is_pageview") if name in columns]
    times = ["ts_us", *clocks(rules)] if "server_ts" in columns else []
    return exp.select(_KEY, ROW_INDEX, *names, *times).from_("stage")


def _ranked(columns: Sequence[str], source: str) -> exp.Select:
    """The hits of each visitor numbered in their order."""
    order = ["ts_us" if name == "server_ts" else name for name in HIT_ORDER if name in columns]
    return exp.select("*", f"{over('ROW_NUMBER()', [*order, ROW_INDEX])} AS rn").from_(source)


def _numbers() -> exp.Select:
    """The number of each hit among its visitor's."""
    return exp.select(f"{ROW_INDEX} AS hit", "rn").from_("seq")


def _of_numbered(query: exp.Select, dialect: str) -> exp.Select:
    """The query over hits that have their numbers."""
    if dialect in _SORTS_WHOLE:
        return query.from_("ranked", copy=False)
    return query.from_("stage", copy=False).join("numbers", on=f"{ROW_INDEX} = hit", copy=False)


def _ends(features: Sequence[Feature], dialect: str) -> exp.Select:
    """One row per visitor: the numbers of the hits where a value is first and last known."""
    made = []
    for feature in features:
        if feature.value:
            end = "MIN" if feature.made_as.endswith("_first") else "MAX"
            made.append(f"{end}(CASE WHEN NOT {feature.value} IS NULL THEN rn END) AS {feature.made_as}_rn")
    query = exp.Select().select(f"{_KEY} AS {_ONE}", *made, copy=False)
    return _of_numbered(query, dialect).group_by(_KEY, copy=False)


def _of_ends(features: Sequence[Feature], dialect: str) -> exp.Select:
    """First and last values: numbers are joined to hits, which are not sorted with all that is known of them.

    Apart from what is counted: texts of all visitors need room that the engine cannot free before it is done.
    """
    query = _of_numbered(_grouped(features, "of_ends", "stage"), dialect)
    return query.join("ends", on=f"{_KEY} = ends.{_ONE}", copy=False)


def _visit_steps(columns: Sequence[str], rules: Rules, aged: exp.Select) -> dict[str, exp.Select]:
    """From hits in their order to visits, each with what is before and after it."""
    steps = {"timed": exp.select("*").from_("seq").where("NOT ts_us IS NULL")} | visit_steps(rules, "timed")
    return {**steps, "visits": _visits(columns), "aged": aged}


def _views(dialect: str) -> exp.Select:
    """Page views, each with whether it is of the page that was viewed just before."""
    before = "OVER (PARTITION BY visitor_id ORDER BY rn NULLS LAST)"
    same = f"location = LAG(location) {before} AND ts_us - LAG(ts_us) {before} <= {_AGAIN}"
    query = exp.select(_KEY, f"CASE WHEN {same} THEN 1 ELSE 0 END AS is_again")
    return _of_numbered(query, dialect).where("is_pageview = 1", "NOT ts_us IS NULL")


def _visits(columns: Sequence[str]) -> exp.Select:
    """One row per visit; ``days`` begin with it or in it."""
    made = ["MIN(ts_us) AS start_us", "MAX(ts_us) AS end_us", "SUM(is_new_day) AS days"]
    if "is_pageview" in columns:
        viewed = "CASE WHEN is_pageview = 1 THEN ts_us END"
        made += ["CAST(SUM(is_pageview) AS BIGINT) AS views"]
        made += [f"MIN({viewed}) AS first_view_us", f"MAX({viewed}) AS last_view_us"]
    return exp.select(_KEY, "visit", *made).from_("numbered").group_by(_KEY, "visit")


def _aged(as_of: int | None, *, cut_apart: bool) -> exp.Select:
    """Visits with the pause before each, the last of each visitor, and the instant that recency is counted from."""
    gap = f"start_us - {over('LAG(end_us)', ['visit'])} AS gap_us"
    last = f"CASE WHEN {over('LEAD(visit)', ['visit'])} IS NULL THEN 1 ELSE 0 END AS is_last"
    if cut_apart:
        query = exp.select("visits.*", gap, last, "cutoff_us AS latest_us").from_("visits")
        return query.join("labels", on=f"visitor_id = labels.{_ONE}")
    latest = "MAX(end_us) OVER ()" if as_of is None else str(as_of)
    return exp.select("*", gap, last, f"{latest} AS latest_us").from_("visits")


def _categories() -> exp.Select:
    """One row per visitor and known category of the pages that he viewed."""
    query = exp.select(_KEY, "page_category", "COUNT(*) AS views").from_("stage")
    return query.where("is_pageview = 1", "NOT page_category IS NULL").group_by(_KEY, "page_category")


def _grouped(features: Sequence[Feature], part: str, source: str) -> exp.Select:
    """The features of one part, one row per visitor."""
    how = {each.made_as: each.how for each in features if each.part == part}
    how |= {each.made_as: each.also for each in features if each.also and part == "of_visits"}
    made = (exp.alias_(each, name, quoted=True) for name, each in how.items())
    key = exp.alias_(exp.column(_KEY), _ONE, quoted=True)
    return exp.Select().select(key, *made, copy=False).from_(source, copy=False).group_by(_KEY, copy=False)


def _visitors(features: Sequence[Feature]) -> exp.Select:
    """All of them side by side; who has no visit, or viewed no known category, has none of what is counted there."""
    made = (exp.alias_(_shown(feature), feature.name, quoted=True, copy=False) for feature in features)
    query = exp.Select().select(*made, copy=False)
    query = query.from_("of_hits", copy=False)
    for part in ("of_ends", "of_visits", "of_views", "of_categories", "labels"):
        if any(feature.part == part for feature in features):
            query = query.join(part, on=f"of_hits.{_ONE} = {part}.{_ONE}", join_type="left", copy=False)
    return query


def _shown(feature: Feature) -> exp.Expression:
    column = exp.column(feature.made_as, table=feature.part)
    if feature.also:
        by_visits = exp.column(feature.made_as, table="of_visits")
        return exp.Or(this=column, expression=exp.Coalesce(this=by_visits, expressions=[exp.false()]))
    if feature.part in ("of_hits", "labels") or feature.column.nullable:
        return column
    return exp.Coalesce(this=column, expressions=[exp.Literal.number(0)])
