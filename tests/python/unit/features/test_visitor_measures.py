"""What visitors did, when, how often and how deep: by hand, then by plain loops over events that hypothesis makes."""

from __future__ import annotations

import math
import statistics
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ovh_weblogs.schema import EVENTS, VISITORS
from ovh_weblogs.sessions import Visits
from tests.python.unit.features.visitorkit import EVENT, reckoned, view, visitors

MINUTE, HOUR, DAY = 60, 3600, 86400


def measured(events, *names, **settings):
    """These columns of visitor v."""
    row = visitors(events, **settings)["v"]
    return tuple(row[name] for name in names)


def test_visits_are_those_of_the_recipe_of_visits_so_that_half_an_hour_is_no_pause_yet():
    events = [view(0), view(30 * MINUTE), view(60 * MINUTE + 1)]
    assert measured(events, "session_id_count", "session_pageviews_max", "session_pageviews_last") == (2, 2, 1)


def test_gaps_go_from_the_last_hit_of_a_visit_to_the_first_of_the_next():
    events = [view(0), view(10 * MINUTE), view(10 * MINUTE + 2 * HOUR), view(10 * MINUTE + 6 * HOUR)]
    names = ("session_gap_hours_mean", "session_gap_hours_std")
    assert measured(events, *names) == pytest.approx((3.0, math.sqrt(2)))
    assert measured(events[:3], *names) == (2.0, None)
    assert measured(events[:2], *names) == (None, None)


def test_gaps_that_are_nearly_as_long_have_an_exact_deviation_and_a_date_millennia_off_fails_nothing():
    long = [view(0), view(100 * DAY), view(200 * DAY + 0.001), view(300 * DAY)]
    assert measured(long, "session_gap_hours_std") == (0.001 / HOUR,)
    years = [{**view(), "server_ts": datetime(year, 1, 2, tzinfo=timezone.utc)} for year in (1, 9999)]
    far = [*(view(n * HOUR) for n in range(900)), *years]
    times = sorted(event["server_ts"] for event in far)
    gaps = [(after - before) / timedelta(hours=1) for before, after in pairwise(times)]
    assert measured(far, "session_gap_hours_std") == pytest.approx((statistics.stdev(gaps),), rel=1e-12)


def test_recency_is_told_from_the_latest_hit_of_all_visitors():
    events = [view(0), view(2 * DAY), view(5 * DAY, visitor_id="w")]
    assert measured(events, "days_since_first", "days_since_last", "days_active_span") == (5.0, 3.0, 2.0)


@pytest.mark.parametrize(("age", "counts"), [(7 * DAY - 1, (2, 2)), (7 * DAY, (1, 2)), (30 * DAY, (1, 1))])
def test_recent_visits_begin_less_than_7_or_30_days_before_the_latest_hit(age, counts):
    assert measured([view(0), view(age)], "session_count_7d", "session_count_30d") == counts


def test_depth_is_told_by_the_page_views_of_visits_and_dwell_by_their_hits():
    events = [
        *(view(0), view(60), view(90, is_pageview=False)),
        *(view(2 * HOUR), view(2 * HOUR + 5, is_pageview=False)),
        view(4 * HOUR, is_pageview=None),
    ]
    assert measured(events, "session_pageviews_mean", "session_pageviews_max", "session_pageviews_last") == (1.0, 2, 0)
    assert measured(events, "session_duration_mean", "session_duration_last") == pytest.approx((95 / 3, 0.0))
    assert measured(events, "bounce_share", "time_on_page_mean") == pytest.approx((1 / 3, 60.0))


def test_a_hit_without_a_time_is_counted_and_in_no_visit():
    events = [{**view(), "server_ts": None}, view(0), {**view(), "server_ts": None}]
    names = ("count", "pageviews", "session_id_count", "session_pageviews_mean", "active_days")
    assert measured(events, *names) == (3, 3, 1, 1.0, 1)
    assert measured(events[:1], "session_id_count", "bounce_share", "days_since_first") == (0, None, None)


def test_categories_are_those_of_page_views_and_their_entropy_is_in_nats():
    names = ("page_category_distinct", "page_category_entropy", "page_category_first", "page_category_last")
    pages = [view(n, page_category=category) for n, category in enumerate(("blog", "blog", "shop", "shop", None))]
    assets = [view(9, page_category="files", is_pageview=False)]
    assert measured(pages + assets, *names) == (2, pytest.approx(math.log(2)), "blog", "shop")
    assert measured(pages[:2], *names) == (1, 0.0, "blog", "blog")
    assert measured(assets, *names) == (0, None, None, None)


def test_chosen_categories_have_a_count_and_a_share_of_all_page_views():
    names = ["blog", "Le café", "it's"]
    pages = [view(n, page_category=category) for n, category in enumerate(("blog", "Blog", "it's", None))]
    row = visitors([*pages, view(9, page_category="blog", is_pageview=False)], categories=names)["v"]
    assert list(row)[len(VISITORS.names) :] == [
        *("count_blog_pages", "share_blog_pages", "count_le_cafe_pages", "share_le_cafe_pages"),
        *("count_it_s_pages", "share_it_s_pages"),
    ]
    assert list(row.values())[len(VISITORS.names) :] == [1, 0.25, 0, 0.0, 1, 0.25]


def test_without_a_page_view_there_are_no_shares():
    names = ("count_blog_pages", "share_blog_pages")
    assert measured([view(is_pageview=False, page_category="blog")], *names, categories=["blog"]) == (0, None)


def test_the_landing_page_is_a_page_view_and_the_first_address_any_hit():
    events = [view(0, is_pageview=False, location="/a.css"), view(1, location="/a"), view(2, location="/b")]
    assert measured(events, "landing_page_first", "location_first") == ("/a", "/a.css")


def test_the_same_page_within_ten_seconds_of_the_view_before_is_a_repetition():
    seconds = (0, 10, 21, 22, 23)
    pages = ("/a", "/a", "/a", "/b", "/a")
    events = [view(second, location=page) for second, page in zip(seconds, pages, strict=True)]
    assert measured([*events, view(5, is_pageview=False, location="/a.css")], "repeated_pageviews") == (1,)


def test_trouble_is_counted_by_status():
    events = [view(n, status=status) for n, status in enumerate((200, 304, 399, 404, 404, 503, None))]
    assert measured(events, "error_share", "count_404", "status_max") == (0.5, 2, 503)


def test_month_night_and_weekend_go_by_the_local_time_of_events():
    clock = [(0, 5, 1), (5, 6, 1), (6, 7, 2), (23, 1, None)]
    events = [
        view(n, local_hour=hour, local_weekday=day, local_month=month) for n, (hour, day, month) in enumerate(clock)
    ]
    assert measured(events, "night_share", "weekend_share", "month") == (0.5, 0.5, 2)


def test_days_begin_at_midnight_in_paris_in_summer_as_in_winter():
    def moments(*texts):
        return [view(server_ts=datetime.fromisoformat(text).replace(tzinfo=timezone.utc)) for text in texts]

    short, long = ("2026-03-28 23:00", "2026-03-29 21:59"), ("2026-10-24 22:00", "2026-10-25 22:59")
    for first, last in (short, long):
        assert measured(moments(first, last), "active_days") == (1,)
        after = (datetime.fromisoformat(last) + timedelta(minutes=1)).isoformat()
        assert measured(moments(first, last, after), "active_days") == (2,)


def test_robots_and_campaigns_leave_a_mark_however_few_their_hits_are():
    names = ("is_bot", "asked_robots_txt", "has_campaign", "campaign_name_first", "channel_distinct")
    events = [
        view(0, is_bot=False, location_path="/a", channel="Direct"),
        view(1, is_bot=True, location_path="/robots.txt", channel="Email", campaign_name="May"),
        view(2, location_path="/robots.txt.gz"),
    ]
    assert measured(events, *names) == (True, True, True, "May", 2)
    assert measured(events[:1], *names) == (False, False, False, None, 1)
    assert measured(events[2:], *names) == (None, False, False, None, 0)


FILE = {"is_pageview": False, "is_static": True}


@pytest.mark.parametrize(
    ("events", "robot"),
    [
        ([view(location_path="/robots.txt", is_pageview=False)], True),
        ([view(DAY * n) for n in range(2)], False),
        ([view(DAY * n) for n in range(3)], True),
        ([view(DAY * n, log_family="tracker") for n in range(3)], False),
        ([*(view(n) for n in range(3)), view(DAY, **FILE)], False),
        ([*(view(3 * n) for n in range(10)), view(DAY, **FILE)], True),
        ([*(view(4 * n) for n in range(10)), view(DAY, **FILE)], False),
        ([*(view(3 * n) for n in range(5)), *(view(DAY + 3 * n) for n in range(5)), view(**FILE)], False),
    ],
    ids=["robots.txt", "2 pages", "3 pages", "tracker", "a file once", "haste", "slow", "two visits"],
)
def test_a_robot_is_told_by_files_of_all_visits_and_by_the_haste_of_one(events, robot):
    assert measured(events, "acts_like_bot") == (robot,)


def test_without_families_of_logs_hits_are_a_servers():
    columns = [name for name in EVENTS.names if name != "log_family"]
    assert measured([view(n) for n in range(3)], "acts_like_bot", columns=columns) == (True,)


def test_conversions_are_hits_that_convert():
    events = [view(n, is_conversion=value) for n, value in enumerate((True, False, None, True))]
    assert measured(events, "conversions") == (2,)


# Plain loops


@examples(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    max_examples=examples.default.max_examples // 2,
)
@given(st.lists(EVENT, max_size=30))
def test_the_query_agrees_with_plain_loops(events):
    categories = ["blog", "other"]
    made, expected = visitors(events, categories=categories), reckoned(events, categories)
    assert made.keys() == expected.keys()
    for visitor, row in made.items():
        assert row == {
            name: pytest.approx(expected[visitor][name], abs=1e-9)
            if isinstance(value, float) and expected[visitor][name] is not None
            else expected[visitor][name]
            for name, value in row.items()
        }


def ceaseless(visitor, first, minutes, count):
    return [view(first + minutes * MINUTE * n, visitor_id=visitor) for n in range(count)]


def test_visits_of_visitors_who_never_pause_are_those_of_the_recipe_of_visits():
    events = [
        *ceaseless("v", 0, 25, 200),
        *ceaseless("w", 54 * DAY, 20, 300),  # across the short day of spring
        *ceaseless("x", 54 * DAY, 29, 40),
        *ceaseless("x", 57 * DAY, 31, 40),
        {**view(visitor_id="v"), "server_ts": None},
    ]
    columns = ("visitor_id", "server_ts", "location", "is_pageview")
    made = visitors([{name: event[name] for name in columns} for event in events], columns)
    batch = [{name: event[name] for name in columns} for event in events]
    expected = {}
    for row in sessions_of(batch, columns):
        expected.setdefault(row["visitor_id"], []).append(row)
    assert {name: row["session_id_count"] for name, row in made.items()} == {
        name: len(rows) for name, rows in expected.items()
    }
    for visitor, rows in expected.items():
        last = max(rows, key=lambda row: row["start_ts"])
        row = made[visitor]
        assert (row["session_pageviews_last"], row["session_duration_last"]) == (last["pageviews"], last["duration_s"])
        assert row["session_pageviews_max"] == max(each["pageviews"] for each in rows)
    assert len(expected["w"]) > 2


def sessions_of(rows, columns):
    """The visits that the recipe of visits makes with its defaults."""
    schema = pa.schema([EVENTS.get(name).arrow for name in columns])
    visits = Visits(columns)
    return [
        row for made in visits.sessions([pa.RecordBatch.from_pylist(rows, schema=schema)]) for row in made.to_pylist()
    ]


def test_no_events_give_no_visitors():
    assert visitors([]) == {}
