"""Sessions and visitors of the truth: what the lines say, reckoned another way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any

import pyarrow.parquet as pq
import pytest

from dev.traffic import interest
from dev.traffic.interest import Segment
from dev.traffic.reckoning import Reckoning

FOREVER = datetime.max.replace(tzinfo=timezone.utc)


def hit(seconds: float, **values: Any) -> dict[str, Any]:
    """A hit so many seconds after a midnight."""
    usual = {
        "kind": "hit",
        "log_family": "server",
        "visitor_key": "v",
        "source_file": "f",
        "line_number": 1,
        "location": "https://www.example.com/",
        "is_pageview": True,
        "server_ts": datetime(2026, 3, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds),
    }
    return {**usual, **values}


def sessions(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    reckoning = Reckoning({})
    reckoning.add(rows)
    return reckoning.settled(FOREVER)


@pytest.mark.parametrize(("gap", "expected"), [(1799, 1), (1800, 1), (1801, 2)], ids=["under", "limit", "over"])
def test_a_pause_of_more_than_half_an_hour_ends_a_session(gap, expected):
    assert len(sessions(hit(0), hit(gap))) == expected


def test_lines_are_taken_in_the_order_of_time_file_and_number():
    late = hit(5, source_file="e", location="https://www.example.com/b")
    (session,) = sessions(
        hit(5, location="https://www.example.com/c"), late, hit(0, location="https://www.example.com/a")
    )
    assert (session["landing"], session["exit"]) == ("https://www.example.com/a", "https://www.example.com/c")


def test_lines_after_the_moment_are_held_back():
    reckoning = Reckoning({})
    reckoning.add([hit(10_000), hit(0)])
    assert [row["hits"] for row in reckoning.settled(hit(9_000)["server_ts"])] == [1]
    assert [row["session_index"] for row in reckoning.settled(FOREVER)] == [2]


def test_a_session_counts_pages_errors_and_conversions():
    (session,) = sessions(
        hit(0, status=200),
        hit(4, status=404, is_pageview=False),
        hit(9.5, status=200, is_conversion=True),
        {"kind": "blank"},
    )
    counted = {name: session[name] for name in ("hits", "pageviews", "errors", "conversions", "duration_s")}
    assert counted == {"hits": 3, "pageviews": 2, "errors": 1, "conversions": 1, "duration_s": 9.5}


@pytest.fixture(scope="module")
def by_key(spring) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Hits in order by family and visitor."""
    hits = [row for row in spring.truth("lines") if row["kind"] == "hit"]
    hits.sort(
        key=lambda row: (
            *(row["log_family"], row["visitor_key"], row["server_ts"]),
            *(row["source_file"], row["line_number"]),
        )
    )
    return {key: list(rows) for key, rows in groupby(hits, lambda row: (row["log_family"], row["visitor_key"]))}


def test_there_is_one_row_per_family_and_key(spring, by_key):
    rows = {(row["log_family"], row["visitor_key"]): row for row in spring.truth("visitors")}
    assert rows.keys() == by_key.keys()
    for key, hits in by_key.items():
        row = rows[key]
        assert (row["hits"], row["first_ts"], row["last_ts"]) == (
            len(hits),
            hits[0]["server_ts"],
            hits[-1]["server_ts"],
        )
        assert row["pageviews"] == sum(bool(hit["is_pageview"]) for hit in hits)


def test_sessions_are_those_that_pauses_make(spring, by_key):
    expected = []
    for (family, key), hits in by_key.items():
        index, start = 1, 0
        for place in range(1, len(hits) + 1):
            if place == len(hits) or hits[place]["server_ts"] - hits[place - 1]["server_ts"] > timedelta(minutes=30):
                expected.append(
                    (family, key, index, hits[start]["server_ts"], hits[place - 1]["server_ts"], place - start)
                )
                index, start = index + 1, place
    names = ("log_family", "visitor_key", "session_index", "start_ts", "end_ts", "hits")
    assert sorted(tuple(row[name] for name in names) for row in spring.truth("sessions")) == sorted(expected)


def test_a_persons_session_has_a_channel_a_visit_and_a_probability(spring):
    rows = [row for row in spring.truth("sessions") if row["log_family"] == "server" and row["visit"] is not None]
    assert len(rows) > 100
    assert all((row["channel"] and 0 < row["probability"] < 1) or row["visit_kind"] == "service" for row in rows)


def test_countries_are_told_for_everybody_but_the_hard_lines(spring):
    without = {row["hard"] for row in spring.lines("ovh") if row["kind"] == "hit" and row["country"] is None}
    assert None not in without
    assert {"FR", "BE", "CH", "US"} <= {row["country"] for row in spring.truth("visitors")}


def test_the_outlook_is_kept_for_each_day_and_state(spring):
    outlook = pq.read_table(spring.folder / "truth" / "outlook.parquet")
    assert outlook.num_rows == 3 * 4 * 13 * 29
    assert outlook.column_names == ["day", "is_phone", "is_warm", "interest", "absence", "probability"]


def test_a_session_holds_what_its_hits_say(spring, by_key):
    """Counts, first and last page and source of every session, reckoned from the lines."""
    sessions = {(row["log_family"], row["visitor_key"], row["start_ts"]): row for row in spring.truth("sessions")}
    for (family, key), hits in by_key.items():
        for row in (row for row in sessions.values() if (row["log_family"], row["visitor_key"]) == (family, key)):
            inside = [hit for hit in hits if row["start_ts"] <= hit["server_ts"] <= row["end_ts"]]
            pages = [hit["location"] for hit in inside if hit["is_pageview"]] or [None]
            assert (row["landing"], row["exit"], row["pageviews"]) == (
                pages[0],
                pages[-1],
                len([p for p in pages if p]),
            )
            assert (row["referer"], row["channel"], row["campaign"]) == tuple(
                inside[0][name] for name in ("referer", "channel", "campaign")
            )
            assert row["errors"] == sum((hit["status"] or 0) >= 400 for hit in inside)
            assert row["conversions"] == sum(bool(hit["is_conversion"]) for hit in inside)


def test_the_probability_of_a_session_is_that_of_the_law(month):
    segments = {
        row["visitor_key"]: Segment(row["is_phone"], row["is_warm"])
        for row in month.truth("visitors")
        if row["is_phone"] is not None
    }
    kinds = {kind.name: kind for kind in interest.KINDS}
    checked = 0
    for row in month.truth("sessions"):
        if row["visit"] is not None and row["probability"]:
            expected = interest.purchase(row["interest"], kinds[row["visit_kind"]], segments[row["visitor_key"]])
            checked += row["probability"] == pytest.approx(expected)
    assert checked > 0.99 * sum(bool(row["probability"]) for row in month.truth("sessions")) > 500


def test_a_visitor_expects_as_many_purchases_as_his_sessions(month):
    sums: dict[tuple[str, str], float] = {}
    first: dict[tuple[str, str], Any] = {}
    for row in month.truth("sessions"):
        key = (row["log_family"], row["visitor_key"])
        sums[key] = sums.get(key, 0.0) + (row["probability"] or 0.0)
    for row in sorted(month.truth("lines"), key=lambda row: row["server_ts"] or FOREVER):
        if row["is_conversion"]:
            first.setdefault((row["log_family"], row["visitor_key"]), row["server_ts"])
    for row in month.truth("visitors"):
        key = (row["log_family"], row["visitor_key"])
        assert row["expected_conversions"] == pytest.approx(sums[key])
        assert row["first_conversion_ts"] == first.get(key)
    assert len(first) > 5


def test_the_segment_of_a_visitor_is_that_of_his_device_and_his_first_source(month):
    people = [row for row in month.truth("visitors") if row["person"] is not None and row["log_family"] == "server"]
    assert all(row["is_phone"] == (row["useragent_type"] == "phone") for row in people)
    assert {True, False} == {row["is_warm"] for row in people}
