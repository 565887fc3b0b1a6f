"""Times of any usual writing: each is the instant that it names, or null."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovh_weblogs.enrichment.instants import instants

PARIS = ZoneInfo("Europe/Paris")
# Without zone, as hypothesis wants them; Arrow knows no summer time after 2037.
_FIRST, _LAST = datetime(1970, 1, 2), datetime(2037, 1, 1)  # noqa: DTZ001
TEN = datetime(2026, 3, 28, 9, tzinfo=timezone.utc)  # ten o'clock in Paris


def read(*values, zone=PARIS):
    array = values[0] if isinstance(values[0], pa.Array) else pa.array(values)
    return instants(array, zone).to_pylist()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-28T09:00:00.000Z",
        "2026-03-28T10:00:00+01:00",
        "2026-03-28 10:00:00+0100",
        "2026-03-28 10:00 +01",
        "2026-03-28T09:00:00,000z",
        "2026-03-28 10:00",
        "28/Mar/2026:10:00:00 +0100",
        "[28/Mar/2026:10:00:00 +0100]",
        "28/Mar/2026:10:00:00",
        " 1774688400 ",
        "1774688400.000",
        "1774688400000",
        "1774688400000000",
        "1.7746884E9",
    ],
)
def test_a_text_is_the_instant_that_it_names(text):
    assert read(text) == [TEN]


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.timestamp("s", tz="Europe/Paris"), pa.timestamp("ns")])
def test_numbers_count_from_1970_and_times_of_arrow_are_taken_as_they_are(kind):
    seconds = 1774688400 * (10**9 if kind == pa.timestamp("ns") else 1)
    assert read(pa.array([seconds, None], pa.int64()).cast(kind)) == [TEN, None]


def test_the_zone_counts_only_where_a_text_names_none():
    texts = ["2026-03-28T10:00:00", "2026-03-28T10:00:00Z", "28/Mar/2026:10:00:00", "28/Mar/2026:10:00:00 +0000"]
    assert [moment.hour for moment in read(*texts)] == [9, 10, 9, 10]
    assert [moment.hour for moment in read(*texts, zone=timezone.utc)] == [10, 10, 10, 10]


def test_a_day_begins_at_midnight_of_the_zone():
    assert read("2026-03-28") == [datetime(2026, 3, 27, 23, tzinfo=timezone.utc)]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-03-29T02:30:00", 1), ("2026-10-25T02:30:00", 0), ("25/Oct/2026:02:30:00", 0)],
    ids=["left out: counts on", "repeated: the first", "as Apache writes it"],
)
def test_the_odd_hours_of_both_nights_have_an_instant(text, hour):
    assert [(moment.hour, moment.minute) for moment in read(text)] == [(hour, 30)]


def test_a_fraction_is_kept_to_the_microsecond():
    assert [moment.microsecond for moment in read("2026-03-28T09:00:00.1234567Z", "1774688400.5")] == [123456, 500000]


def test_a_leap_second_is_the_one_before_it():
    assert read("2016-12-31T23:59:60Z") == [datetime(2016, 12, 31, 23, 59, 59, tzinfo=timezone.utc)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "28/03/2026", "31/Feb/2026:10:00:00 +0100", "28/Mrz/2026:10:00:00 +0100", "2026-02-31T10:00:00Z"),
        *("2026-03-28T25:00:00Z", "10:00", "-1", "99999999999999999", "1e99", "2026-03-28T10:00:00+99:99", "yesterday"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_what_is_no_time_is_null_and_takes_nothing_else_with_it(text):
    assert read(text, "2026-03-28T09:00:00Z", "2026-03-28T10:00:00") == [None, TEN, TEN]


@given(st.lists(st.none() | st.text("0123456789-/:T+Z .[]aMr", max_size=30) | st.text(max_size=8)))
def test_any_texts_give_as_many_instants_or_nulls(texts):
    assert len(read(pa.array(texts, pa.string()))) == len(texts)


@given(st.lists(st.datetimes(_FIRST, _LAST), min_size=1))
def test_iso_and_apaches_writing_of_any_moment_agree_with_python(moments):
    expected = [moment.replace(tzinfo=PARIS).astimezone(timezone.utc) for moment in moments]
    assert read(*(moment.isoformat() for moment in moments)) == expected
    whole = [moment.replace(microsecond=0) for moment in expected]
    assert read(*(f"{moment:%d/}{_MONTHS[moment.month - 1]}{moment:/%Y:%H:%M:%S} +0000" for moment in whole)) == whole


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
