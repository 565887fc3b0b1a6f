"""The numbers of the report: of which day, of whom, and how many are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pyarrow.parquet as pq
import pytest

from dev.demo.aggregates import aggregate, size
from dev.demo.tables import Tables
from ovh_weblogs.schema import EVENTS

RULED = ("channel", "page_category", "is_conversion")
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


def test_countries_and_cities_count_people_once(stored):
    lyon = {"client_addr_country": "France", "client_addr_city": "Lyon"}
    events = [
        hit("2026-03-28 10:00", **lyon),
        hit("2026-03-28 11:00", **lyon),
        hit("2026-03-28 10:00", visitor_id="v2", client_addr_country="France"),
        hit("2026-03-28 10:00", visitor_id="v3", client_addr_city="Nowhere"),
        hit("2026-03-28 10:00", visitor_id="v4", useragent_type="bot", **lyon),
    ]
    found = aggregate(stored(events), DAYS).origins
    assert found.countries == [("France", 2)]
    assert found.cities == [("Lyon, France", 1), ("Nowhere", 1)]


def test_channel_and_campaign_of_a_visit_are_those_of_the_first_page_that_it_viewed(stored):
    spring = {"campaign_name": "spring", "campaign_source": "letter", "campaign_medium": "email"}
    events = [
        hit("2026-03-28 10:00", location_path="/logo.png", channel="Referral"),
        hit("2026-03-28 10:01", channel="Email", **spring),
        hit("2026-03-28 10:02", channel="Direct", campaign_name="other"),
        hit("2026-03-29 10:02", channel="Direct", campaign_name="bare"),
    ]
    found = aggregate(stored(events), DAYS).origins
    assert found.by_channel == [("Direct", 1, 0), ("Email", 1, 0)]
    assert found.campaigns == [("bare", 1), ("spring (letter / email)", 1)]


def test_a_visit_with_a_conversion_counts_once_wherever_in_it_that_was(stored):
    home, order = {"page_category": "home", "channel": "Email"}, {"page_category": "order", "is_conversion": True}
    events = [
        hit("2026-03-28 10:00", **home),
        hit("2026-03-28 10:01", location_path="/thanks", **order),
        hit("2026-03-28 10:02", location_path="/thanks", **order),
        hit("2026-03-28 10:00", visitor_id="v2", **home),
        hit("2026-03-29 10:00", visitor_id="v3", useragent_type="bot", **home, is_conversion=True),
    ]
    found = aggregate(stored(events), DAYS).origins
    assert found.by_channel == [("Email", 2, 1)]
    assert found.by_landing == [("home", 2, 1)]
    assert found.converted == {"Email": [1, 0]}
    assert found.categories == [("home", 2), ("order", 2)]
    assert found.is_ruled


def test_columns_that_enrichment_left_out_are_empty(stored):
    tables = stored([hit("2026-03-28 10:00")])
    added = [name for name in EVENTS.names if name.startswith(("client_addr_", "campaign_")) or name in RULED]
    pq.write_table(pq.read_table(tables.events).drop_columns(added), tables.events)
    numbers = aggregate(tables, DAYS)
    assert numbers.visits == {"people": [1, 0]}
    assert (numbers.origins.countries, numbers.origins.by_channel, numbers.origins.is_ruled) == ([], [], False)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (5_000_000_000_000, "5,000.0 GB")],
)
def test_sizes_are_written_for_people(count, expected):
    assert size(count) == expected
