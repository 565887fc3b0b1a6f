"""Hour, day, weekday and month by the visitor's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment import localtime

PARIS = ZoneInfo("Europe/Paris")


def local(moment, offset=None, zone=PARIS):
    times = pa.array([datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)], pa.timestamp("us", "UTC"))
    found = localtime.parts(times, pa.array([offset], pa.int32()), zone)
    return tuple(part.to_pylist()[0] for part in found)


@pytest.mark.parametrize(
    ("moment", "offset", "expected"),
    [
        ("2026-01-31T23:30:00", None, (0, 1, 7, 2)),
        ("2026-03-29T00:59:59.999999", None, (1, 29, 7, 3)),
        ("2026-03-29T01:00:00", None, (3, 29, 7, 3)),
        ("2026-10-25T00:30:00", None, (2, 25, 7, 10)),
        ("2026-10-25T01:30:00", None, (2, 25, 7, 10)),
        ("2026-06-01T12:00:00", 0, (12, 1, 1, 6)),
        ("2026-06-01T12:00:00", -330, (17, 1, 1, 6)),
        ("2026-01-01T02:00:00", 300, (21, 31, 3, 12)),
        ("2026-06-01T12:00:00", -840, (2, 2, 2, 6)),
        ("2026-06-01T12:00:00", 720, (0, 1, 1, 6)),
        ("2026-06-01T12:00:00", -841, (14, 1, 1, 6)),
        ("2026-06-01T12:00:00", 2**31 - 1, (14, 1, 1, 6)),
        ("1969-12-31T23:59:59.500000", 0, (23, 31, 3, 12)),
    ],
)
def test_the_browsers_offset_counts_where_it_can_be_and_the_zone_elsewhere(moment, offset, expected):
    assert local(moment, offset) == expected


def test_without_offsets_the_zone_counts():
    times = pa.array([datetime(2026, 7, 1, tzinfo=timezone.utc), None], pa.timestamp("us", "UTC"))
    assert [part.to_pylist() for part in localtime.parts(times, None, ZoneInfo("America/Toronto"))] == [
        *([20, None], [30, None], [2, None], [6, None])
    ]


def test_no_rows_give_four_columns_of_whole_numbers():
    assert [part.type for part in localtime.parts(pa.nulls(0, pa.timestamp("us", "UTC")), None, PARIS)] == [
        pa.int32()
    ] * 4


def test_a_year_that_python_does_not_have_is_no_obstacle():
    times = pa.array([2**62, -(2**62)], pa.int64()).cast(pa.timestamp("us", "UTC"))
    assert all(part.null_count == 0 for part in localtime.parts(times, None, PARIS))


@given(
    st.integers(631_152_000, 2_524_608_000),  # of 1990 to 2049
    st.sampled_from(["Europe/Paris", "America/Toronto", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_the_parts_are_those_of_pythons_own_calendar(second, name):
    moment = datetime.fromtimestamp(second, timezone.utc)
    zone = ZoneInfo(name)
    there = moment.astimezone(zone)
    found = localtime.parts(pa.array([moment], pa.timestamp("us", "UTC")), None, zone)
    assert [part.to_pylist()[0] for part in found] == [there.hour, there.day, there.isoweekday(), there.month]


def test_clocks_change_at_quarters_of_an_hour():
    """Antarctica/Troll, Lord Howe and Caracas have odd shifts; each change of 1990 to 2037 falls on a quarter."""
    for name in ("Europe/Paris", "Antarctica/Troll", "Australia/Lord_Howe", "America/Caracas", "Asia/Pyongyang"):
        zone, moment = ZoneInfo(name), datetime(1990, 1, 1, tzinfo=timezone.utc)
        while moment.year < 2038:
            after = moment + timedelta(days=1)
            if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
                assert _change(zone, moment) % timedelta(minutes=15) == timedelta()
            moment = after


def _change(zone, day):
    """Time after the beginning of the day at which the clock is changed."""
    low, high = timedelta(), timedelta(days=1)
    before = day.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle -= timedelta(microseconds=middle.microseconds)
        low, high = (middle, high) if (day + middle).astimezone(zone).utcoffset() == before else (low, middle)
    return high
