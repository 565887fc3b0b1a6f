"""The numbers of the report: of which day, of whom, and how many are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from dev.demo.aggregates import aggregate, size
from dev.demo.tables import Tables

DAYS = [date(2026, 3, 28), date(2026, 3, 29)]


def hit(at: str, **values: Any) -> dict[str, Any]:
    return {"at": at, **values}


@pytest.fixture
def stored(tmp_path, demo_tables) -> Callable[..., Tables]:
    """Stores events and refused lines."""
    return partial(demo_tables, tmp_path)


def test_a_hit_counts_for_the_day_of_its_file(stored):
    """A file's edges hold hits of the days beside it; by file, days add up to all lines."""
    late = hit("2026-03-28 22:59", source_file="example.com-29-03-2026.log.gz")
    numbers = aggregate(stored([hit("2026-03-28 12:00"), late]), DAYS)
    assert numbers.agent_types == {"browser": [1, 1]}


def test_weekdays_and_hours_are_those_of_paris_across_the_change_of_clocks(stored):
    """23:00 UTC of Saturday the 28th is Sunday there; on the 29th 00:59 UTC is 01:59, and 01:00 is 03:00."""
    times = ["2026-03-28 22:59", "2026-03-28 23:00", "2026-03-29 00:59", "2026-03-29 01:00", "2026-03-29 21:59"]
    week = aggregate(stored([hit(time) for time in times]), DAYS).week
    assert [hour for hour, count in enumerate(week[5]) if count] == [23]
    assert [hour for hour, count in enumerate(week[6]) if count] == [0, 1, 3, 23]


def test_a_visitor_counts_once_a_day_and_people_apart_from_robots(stored):
    events = [
        hit("2026-03-28 10:00"),
        hit("2026-03-28 11:00"),
        hit("2026-03-29 11:00"),
        hit("2026-03-28 10:00", visitor_id="v2", useragent_type="bot"),
        hit("2026-03-28 10:00", visitor_id="v3", useragent_type=None),
    ]
    numbers = aggregate(stored(events), DAYS)
    assert numbers.visitors == {"people": [1, 1], "robots": [1, 0], "unknown": [1, 0]}


def test_pages_are_what_people_viewed_and_referrers_are_other_sites(stored):
    events = [
        hit("2026-03-28 10:00", location_path="/a", referer_host="www.example.org"),
        hit("2026-03-28 10:01", location_path="/a", referer_host="www.example.com"),
        hit("2026-03-28 10:02", location_path="/b", referer_host=None),
        hit("2026-03-28 10:03", location_path="/Logo.PNG"),
        hit("2026-03-28 10:04", location_path="/c", status=404),
        hit("2026-03-28 10:05", location_path="/d", useragent_type="bot", referer_host="spam.example"),
    ]
    numbers = aggregate(stored(events), DAYS)
    assert numbers.pages == [("www.example.com/a", 2), ("www.example.com/b", 1)]
    assert numbers.missed == [("www.example.com/c", 1)]
    assert numbers.referrers == [("www.example.org", 1)]


def test_statuses_are_counted_by_class(stored):
    events = [hit("2026-03-28 10:00", status=status) for status in (200, 204, 304, 404, 503, None)]
    numbers = aggregate(stored(events), DAYS)
    assert numbers.statuses == {"2xx": [2, 0], "3xx": [1, 0], "4xx": [1, 0], "5xx": [1, 0], "none": [1, 0]}


def test_rankings_are_bounded(stored):
    events = [hit("2026-03-28 10:00", location_path=f"/{number}") for number in range(100)]
    assert len(aggregate(stored(events), DAYS).pages) == 12


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (5_000_000_000_000, "5,000.0 GB")],
)
def test_sizes_are_written_for_people(count, expected):
    assert size(count) == expected
