"""Days by the clocks of a zone, in SQL that knows no zones."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import pytest

from ovh_weblogs.features.localday import bounds, day_end, days_later, local, offsets

HOUR = 3_600_000_000
PARIS = ZoneInfo("Europe/Paris")


def us(*moment):
    return int(datetime(*moment, tzinfo=timezone.utc).timestamp()) * 1_000_000


def test_a_zone_that_never_changes_has_one_offset():
    assert list(offsets(timezone.utc)) == [(us(2000, 1, 1), 0)]
    assert list(offsets(ZoneInfo("Asia/Kolkata"))) == [(us(2000, 1, 1), 5 * HOUR + HOUR // 2)]


def test_each_change_of_the_clocks_is_found_to_the_second():
    assert list(offsets(PARIS, 2025, 2026)) == [
        (us(2025, 1, 1), HOUR),
        (us(2025, 3, 30, 1), 2 * HOUR),
        (us(2025, 10, 26, 1), HOUR),
    ]


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Toronto", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_clocks_in_sql_are_those_of_the_zone(name):
    zone = ZoneInfo(name)
    moments = [datetime(2019, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=53 * n) for n in range(80_000)]
    given = [int(moment.timestamp()) * 1_000_000 for moment in moments]
    query = f"SELECT {local('ts', offsets(zone))} FROM (SELECT UNNEST(?) AS ts)"
    shown = [row[0] for row in duckdb.execute(query, [given]).fetchall()]
    expected = [moment.astimezone(zone).replace(tzinfo=timezone.utc) for moment in moments]
    assert shown == [int(each.timestamp()) * 1_000_000 for each in expected]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2025, 10, 26), 25)])
def test_a_day_is_as_long_as_its_clocks_say(day, hours):
    begin, end = bounds(day, PARIS)
    assert end - begin == hours * HOUR
    assert datetime.fromtimestamp(begin // 1_000_000, PARIS) == datetime(day.year, day.month, day.day, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("begin", "days", "hours"),
    [((2026, 3, 22, 23), 7, 167), ((2026, 3, 29, 22), -7, -167), ((2026, 10, 24, 22), 1, 25), ((2026, 1, 1, 9), 2, 48)],
)
def test_days_later_clocks_show_the_same_however_many_hours_the_days_have(begin, days, hours):
    assert days_later(us(*begin), days, PARIS) == us(*begin) + hours * HOUR


def test_a_day_ends_where_the_next_begins():
    assert day_end(us(2026, 3, 28, 23), PARIS) == day_end(us(2026, 3, 29, 21, 59), PARIS) == us(2026, 3, 29, 22)
    assert day_end(us(2026, 3, 29, 22), PARIS) == us(2026, 3, 30, 22)


def test_beyond_the_years_of_calendars_days_have_24_hours():
    last = us(9999, 12, 31, 12)
    assert day_end(last, PARIS) == last + 12 * HOUR
    assert days_later(last, 2, PARIS) == last + 48 * HOUR
