"""Time: days of Paris as they are."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from dev.traffic.clock import HOUR, SECOND, days, is_mailed, local, minutes_behind_utc, stamp, weight
from dev.traffic.draw import Draw


def at(text: str) -> int:
    """A moment from a time of UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2025, 10, 26), 25)],
    ids=["spring", "usual", "autumn"],
)
def test_a_day_has_as_many_hours_as_it_has_in_paris(day, hours):
    (found,) = days(day, 1)
    assert (found.end - found.start) // HOUR == hours


def test_moments_of_a_day_are_in_it_and_the_evening_is_the_busiest():
    (day,), draw = days(date(2026, 3, 10), 1), Draw("x")
    hours = [local(day.moment(draw)).hour for _ in range(3000)]
    assert {local(day.moment(draw)).date() for _ in range(300)} == {date(2026, 3, 10)}
    assert sum(hour in (20, 21) for hour in hours) > 3 * sum(hour in (3, 4) for hour in hours)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-29T00:59:59", "29/Mar/2026:01:59:59 +0100"),
        ("2026-03-29T01:00:00", "29/Mar/2026:03:00:00 +0200"),
        ("2025-10-26T00:30:00", "26/Oct/2025:02:30:00 +0200"),
        ("2025-10-26T01:30:00", "26/Oct/2025:02:30:00 +0100"),
    ],
    ids=["before the hour that is skipped", "after it", "the hour that comes twice", "its second time"],
)
def test_a_stamp_has_the_offset_of_its_moment(moment, shown):
    assert stamp(at(moment)) == shown


def test_a_newsletter_goes_out_on_every_second_thursday_and_brings_more_visits():
    mailed = [date(2026, 3, number) for number in range(1, 32) if is_mailed(date(2026, 3, number))]
    assert mailed == [date(2026, 3, 12), date(2026, 3, 26)]
    assert weight(date(2026, 3, 12)) == 1.5 * weight(date(2026, 3, 19))


@pytest.mark.parametrize(
    ("zone", "moment", "minutes"),
    [("Europe/Paris", "2026-07-01T12:00:00", -120), ("America/Toronto", "2026-01-10T12:00:00", 300)],
)
def test_javascript_counts_minutes_from_local_time_to_utc(zone, moment, minutes):
    assert minutes_behind_utc(zone, at(moment) // HOUR) == minutes
