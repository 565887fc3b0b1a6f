"""The numbers behind the report, each bounded in size however long the logs are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dev.demo.counting import BEGUN, LONGEST, PEOPLE, TOP, VISITORS, Ranking, Series, per_day, ranking
from dev.demo.origins import Origins, origins
from dev.demo.tables import Tables
from dev.demo.views import register, rows
from dev.demo.visits import BEGINNING, DEPTH, DEPTHS, register_visits

KINDS = ("people", "robots", "unknown")
_RAW_LINES = 25  # refused lines shown of each reason


@dataclass(frozen=True)
class Refused:
    """A line that is no access line: its file, number and reason, and its text, cut where it is long."""

    file: str
    number: int
    reason: str
    line: str


@dataclass(frozen=True)
class Aggregates:
    """What the report shows.

    ``days`` are those of the files, hours those of Paris, by which OVH cuts its files. ``overall`` has, for visits,
    visitors, hits and bytes, a number for each of KINDS. ``entries``, ``referrers``, ``beginnings`` and ``depths``
    count the visits of people that viewed a page: the page that they began with, the other site that sent them, whether
    one did (none, own, other), and how many pages they viewed.
    """

    days: list[date]
    visits: Series
    visitors: Series
    hits: Series
    agent_types: Series
    statuses: Series
    overall: dict[str, dict[str, int]]
    week: list[list[int]]  # hits per weekday (Monday first) and hour
    depths: Ranking
    pages: Ranking
    entries: Ranking
    missed: Ranking
    referrers: Ranking
    beginnings: dict[str, int]
    browsers: Ranking
    systems: Ranking
    codes: Ranking
    reasons: Ranking
    refused: list[Refused]
    origins: Origins


def aggregate(tables: Tables, days: Iterable[date]) -> Aggregates:
    """The report's numbers.

    Args:
        tables: Events and refused lines as Parquet.
        days: The days that were read.
    """
    shown = sorted(days)
    # Visits are found by windows, which DuckDB spills where they outgrow memory: beside the tables, not where we stand.
    with duckdb.connect(config={"temp_directory": str(tables.events.parent / "spill")}) as base:
        register(base, tables)
        register_visits(base)
        return Aggregates(
            days=shown,
            visits=per_day(base, shown, "kind", source="visits"),
            visitors=per_day(base, shown, "kind", VISITORS),
            hits=per_day(base, shown, "kind"),
            agent_types=per_day(base, shown, "coalesce(useragent_type, 'none sent')"),
            statuses=per_day(base, shown, "coalesce(CAST(status // 100 AS VARCHAR) || 'xx', 'none')"),
            overall=_overall(base),
            week=_week(base),
            depths=_depths(base),
            pages=ranking(base, "address", where=f"{PEOPLE} AND viewed"),
            entries=ranking(base, "entry", where=PEOPLE, source="visits"),
            missed=ranking(base, "address", where="status = 404"),
            referrers=ranking(base, "referrer", where=f"{BEGUN} AND {BEGINNING} = 'other'", source="visits"),
            beginnings=dict(ranking(base, BEGINNING, where=BEGUN, source="visits")),
            browsers=ranking(base, "useragent_brand", VISITORS, where=PEOPLE),
            systems=ranking(base, "useragent_os", VISITORS, where=PEOPLE),
            codes=ranking(base, "coalesce(CAST(status AS VARCHAR), 'none')", where="true"),
            reasons=ranking(base, "reject_reason", where="true", source="refused"),
            refused=_refused(base),
            origins=origins(base, shown),
        )


def _overall(base: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    overall = {measure: dict.fromkeys(KINDS, 0) for measure in ("visits", "visitors", "hits", "bytes")}
    for kind, count in rows(base, "SELECT kind, count(*) FROM visits GROUP BY 1"):
        overall["visits"][kind] = count
    query = f"SELECT kind, {VISITORS}, count(*), coalesce(sum(bytes), 0) FROM events GROUP BY 1"  # noqa: S608 - ours
    for kind, *counts in rows(base, query):
        for measure, count in zip(("visitors", "hits", "bytes"), counts, strict=True):
            overall[measure][kind] = int(count)
    return overall


def _week(base: duckdb.DuckDBPyConnection) -> list[list[int]]:
    week = [[0] * 24 for _ in range(7)]
    query = "SELECT weekday, hour, count(*) FROM events WHERE hour IS NOT NULL GROUP BY 1, 2"
    for weekday, hour, count in rows(base, query):
        week[weekday][hour] = count
    return week


def _depths(base: duckdb.DuckDBPyConnection) -> Ranking:
    found = dict(rows(base, f"SELECT {DEPTH} AS depth, count(*) FROM visits WHERE {BEGUN} GROUP BY 1"))  # noqa: S608 - ours
    return [(name, found.get(depth, 0)) for depth, name in DEPTHS.items()] if found else []


def _refused(base: duckdb.DuckDBPyConnection) -> list[Refused]:
    """The first lines of each of the reasons that are ranked."""
    query = f"""
        SELECT
            source_file, line_number, left(reject_reason, {LONGEST}),
            left(request, {LONGEST}), length(request)
        FROM refused
        WHERE reject_reason IN (
            SELECT reject_reason FROM refused GROUP BY 1 ORDER BY count(*) DESC, reject_reason LIMIT {TOP}
        )
        QUALIFY row_number() OVER (PARTITION BY reject_reason ORDER BY source_file, line_number) <= {_RAW_LINES}
        ORDER BY source_file, line_number
    """  # noqa: S608 - ours
    return [
        Refused(file or "", number, reason, (text or "") + (" …" if (length or 0) > LONGEST else ""))
        for file, number, reason, text, length in rows(base, query)
    ]


def file_size(path: Path) -> str:
    """The size of a file for people."""
    return size(path.stat().st_size)


def size(count: float) -> str:
    """A number of bytes for people: 18.3 kB, 2.1 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    raise AssertionError
