"""Visits: where one ends and the next begins, what each began with, and how much it took in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from dev.demo.aggregates import Aggregates, aggregate

DAYS = [date(2026, 3, 28), date(2026, 3, 29)]
START = datetime(2026, 3, 28, 10)  # noqa: DTZ001 - the store reads it as UTC


def hit(seconds: int = 0, **values: Any) -> dict[str, Any]:
    """A person's view of the page / so many seconds after 10:00 UTC."""
    return {"at": (START + timedelta(seconds=seconds)).isoformat(), **values}


@pytest.fixture
def counted(tmp_path, demo_tables) -> Callable[[list[dict[str, Any]]], Aggregates]:
    """Counts events of two days."""
    stored = partial(demo_tables, tmp_path)
    return lambda events: aggregate(stored(events), DAYS)


@pytest.mark.parametrize(("gap", "expected"), [(1799, 1), (1800, 1), (1801, 2)], ids=["under", "limit", "over"])
def test_a_gap_of_more_than_30_minutes_begins_another_visit(counted, gap, expected):
    assert counted([hit(), hit(gap)]).visits == {"people": [expected, 0]}


def test_a_visit_goes_on_as_long_as_no_gap_is_too_long(counted):
    assert counted([hit(minutes * 60) for minutes in (0, 25, 50, 75)]).visits == {"people": [1, 0]}


def test_a_fraction_of_a_second_over_30_minutes_is_over(counted):
    late = (START + timedelta(minutes=30, microseconds=1)).isoformat()
    assert counted([hit(), {"at": late}]).visits == {"people": [2, 0]}


def test_visitors_do_not_share_visits(counted):
    events = [hit(0), hit(60, visitor_id="v2"), hit(120), hit(180, visitor_id="v2", useragent_type="bot")]
    assert counted(events).overall["visits"] == {"people": 2, "robots": 0, "unknown": 0}


def test_hits_that_were_logged_out_of_order_are_put_in_order(counted):
    """A request is logged when it ends: lines stand out of order."""
    numbers = counted([hit(1900, line_number=1), hit(0, line_number=2), hit(1000, line_number=3)])
    assert numbers.visits == {"people": [1, 0]}


def test_a_visit_over_midnight_counts_for_the_day_on_which_it_began(counted):
    night = 13 * 3600  # 23:00 UTC is midnight in Paris
    files = ["example.com-28-03-2026.log.gz", "example.com-29-03-2026.log.gz"]
    events = [hit(night - 60, source_file=files[0]), hit(night + 60, source_file=files[1])]
    assert counted(events).visits == {"people": [1, 0]}
    assert counted(events).hits == {"people": [1, 1]}


def test_visits_of_people_robots_and_others_are_counted_apart(counted):
    kinds = {"a": "phone", "b": "bot", "c": "unknown", "d": None, "e": "tablet"}
    numbers = counted([hit(visitor_id=visitor, useragent_type=kind) for visitor, kind in kinds.items()])
    assert numbers.visits == {"people": [2, 0], "robots": [1, 0], "unknown": [2, 0]}


@pytest.mark.parametrize("lacking", ["visitor_id", "server_ts"])
def test_a_hit_without_visitor_or_time_is_in_no_visit(counted, lacking):
    numbers = counted([hit(), hit(60, **{lacking: None})])
    assert (numbers.visits, sum(numbers.overall["hits"].values())) == ({"people": [1, 0]}, 2)


def test_the_entry_page_is_the_first_page_that_a_visit_viewed(counted):
    """What comes before it is an image, a missing page, a form that was sent."""
    events = [
        hit(0, location_path="/logo.png"),
        hit(1, location_path="/gone", status=404),
        hit(2, location_path="/form", method="POST"),
        hit(3, location_path="/a"),
        hit(4, location_path="/b"),
        hit(4000, location_path="/b"),
    ]
    assert counted(events).entries == [("www.example.com/a", 1), ("www.example.com/b", 1)]


def test_in_one_second_the_earlier_line_is_the_entry(counted):
    events = [hit(location_path="/second", line_number=20), hit(location_path="/first", line_number=3)]
    assert counted(events).entries == [("www.example.com/first", 1)]


def test_in_one_second_the_earlier_file_comes_before_the_earlier_line(counted):
    events = [
        hit(location_path="/second", source_file="b.log", line_number=1),
        hit(location_path="/first", source_file="a.log", line_number=2),
    ]
    assert counted(events).entries == [("www.example.com/first", 1)]


def test_a_page_that_the_browser_has_already_is_viewed(counted):
    assert counted([hit(location_path="/a", status=304)]).entries == [("www.example.com/a", 1)]


def test_what_scripts_and_pages_call_is_no_page(counted):
    called = ("/api/stock", "/wp-json/wp/v2/posts", "/blog/xmlrpc.php", "/a.css")
    events = [hit(visitor_id=path, location_path=path) for path in called]
    events += [hit(60, visitor_id=path, location_path="/apiculture") for path in called]
    assert counted(events).entries == [("www.example.com/apiculture", 4)]


def test_visits_of_robots_have_no_entry_pages(counted):
    numbers = counted([hit(useragent_type="bot", referer_host="www.example.org")])
    assert (numbers.entries, numbers.referrers, numbers.beginnings, numbers.depths) == ([], [], {}, [])


def test_a_visit_began_where_the_referrer_of_its_entry_page_says(counted):
    events = [
        hit(visitor_id="a", referer_host="search.example"),
        hit(60, visitor_id="a", referer_host="bank.example"),
        hit(visitor_id="b", referer_host=None),
        hit(60, visitor_id="b", referer_host="bank.example"),
        hit(visitor_id="c", referer_host="www.example.com"),
        hit(visitor_id="d", referer_host="search.example", location_path="/logo.png"),
    ]
    numbers = counted(events)
    assert numbers.beginnings == {"none": 1, "other": 1, "own": 1}
    assert numbers.referrers == [("search.example", 1)]


def test_visits_are_grouped_by_the_pages_that_they_viewed(counted):
    """Visits at the limits of each group; a style sheet is no page."""
    visits = (1, 2, 3, 5, 6, 10, 11)
    events = [hit(number, visitor_id=f"v{pages}") for pages in visits for number in range(pages)]
    events += [hit(1, visitor_id=f"v{pages}", location_path="/style.css") for pages in visits]
    assert counted(events).depths == [
        *(("1 page", 1), ("2 pages", 1), ("3 to 5 pages", 2), ("6 to 10 pages", 2), ("11 pages or more", 1)),
    ]


def test_bytes_are_added_up_beyond_what_a_bigint_holds(counted):
    numbers = counted([hit(bytes=2**62), hit(1, bytes=2**62), hit(2, bytes=None)])
    assert numbers.overall["bytes"] == {"people": 2**63, "robots": 0, "unknown": 0}
