"""Segments of people: who is alike, and in which words."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dev.demo.segments import Segment, segments


def visitor(place: int, **values: Any) -> dict[str, Any]:
    """A person on a desktop with two short visits to the shop; no two have quite the same numbers."""
    usual = {
        "count": 9,
        "is_bot": False,
        "session_id_count": 2,
        "session_pageviews_mean": 2.0 + place % 3 / 100,
        "session_duration_mean": 30.0 + place % 5 / 10,
        "days_since_last": 10.0 + place % 4 / 100,
        "share_blog_pages": 0.0,
        "share_product_pages": 0.1,
        "share_cart_pages": 0.0,
        "conversions": 0,
        "useragent_type_last": "browser",
    }
    return {**usual, **values}


READER = {"session_id_count": 8, "share_blog_pages": 0.9, "share_product_pages": 0.0, "useragent_type_last": "phone"}
BUYER = {
    "session_pageviews_mean": 9.0,
    "session_duration_mean": 600.0,
    "share_cart_pages": 0.3,
    "conversions": 1,
    "session_id_count": 5,
}


def crowd(*kinds: tuple[int, dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([visitor(place, **kind) for count, kind in kinds for place in range(count)])


def test_groups_that_stand_apart_are_found_and_named_by_what_they_do():
    found = segments(crowd((60, {}), (40, READER), (20, BUYER)))
    assert {segment.name: segment.people for segment in found} == {
        "Returning visitors on desktops": 60,
        "Regular readers of the blog on phones": 40,
        "Regular buyers on desktops": 20,
    }


def test_a_profile_says_it_in_numbers():
    (reader,) = [each for each in segments(crowd((60, {}), (40, READER), (20, BUYER))) if "readers" in each.name]
    assert reader == Segment(
        "Regular readers of the blog on phones",
        40,
        "8.0 visits of 2.0 pages and 30 seconds; last seen 10 days ago; pages: 90% blog; 100% on phones; 0% convert.",
    )


def test_groups_of_the_same_name_are_told_apart():
    long = {"session_duration_mean": 3000.0, "session_pageviews_mean": 20.0}
    away = {"days_since_last": 300.0}
    names = [segment.name for segment in segments(crowd((60, {}), (40, long), (30, away)))]
    assert len(set(names)) == len(names) == 3
    assert all(name.startswith("Returning visitors on desktops ") for name in names)
    assert "Returning visitors on desktops away for long" in names


def test_robots_and_people_with_one_hit_are_in_none():
    others = (200, {"is_bot": True}), (200, {"count": 1})
    assert sum(segment.people for segment in segments(crowd((60, {}), (40, READER), *others))) == 100


def test_few_people_are_no_segments():
    assert segments(crowd((20, {}), (20, READER))) == []


def test_columns_that_the_logs_do_not_give_are_not_spoken_of():
    table = crowd((60, {}), (40, READER)).select(
        ["count", "is_bot", "session_id_count", "session_pageviews_mean", "session_duration_mean", "days_since_last"]
    )
    profiles = " ".join(segment.profile for segment in segments(table))
    assert "phones" not in profiles
    assert "convert" not in profiles
    assert "blog" not in profiles
