"""Counting by name and by day, bounded in size however much is counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import duckdb

from dev.demo.views import rows

TOP = 12
LONGEST = 600  # characters of a name that are kept
PEOPLE = "kind = 'people'"
BEGUN = f"{PEOPLE} AND entry IS NOT NULL"  # visits of people that viewed a page
VISITORS = "count(DISTINCT visitor_id)"

Ranking = list[tuple[str, int]]
Series = dict[str, list[int]]  # one number per day, by what is counted


def per_day(
    base: duckdb.DuckDBPyConnection,
    days: list[date],
    key: str,
    measure: str = "count(*)",
    *,
    where: str = "true",
    source: str = "events",
) -> Series:
    """A number for each day, by the values of an expression. All arguments are SQL of ours, never text of logs."""
    place = {day: index for index, day in enumerate(days)}
    series: Series = defaultdict(lambda: [0] * len(days))
    query = f"SELECT day, {key} AS key, {measure} FROM {source} WHERE {where} GROUP BY 1, 2"  # noqa: S608 - ours
    for day, name, count in rows(base, query):
        if day in place:
            series[name][place[day]] = count
    return dict(sorted(series.items()))


def ranking(
    base: duckdb.DuckDBPyConnection, key: str, measure: str = "count(*)", *, where: str, source: str = "events"
) -> Ranking:
    """The values of an expression that are most frequent, with their numbers. All arguments are SQL of ours."""
    query = (
        f"SELECT {key} AS key, {measure} AS number FROM {source} WHERE {where} AND ({key}) IS NOT NULL "  # noqa: S608 - ours
        f"GROUP BY 1 ORDER BY number DESC, key LIMIT {TOP}"
    )
    return [(str(name)[:LONGEST], count) for name, count in rows(base, query)]
