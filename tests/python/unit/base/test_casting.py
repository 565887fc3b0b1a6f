"""Columns as they come, cast to the declared types."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pytest

from ovh_weblogs.casting import cast, conform
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import HITS, Type

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00.000Z",
        "2026-01-31 13:00:00+01:00",
        "2026-01-31T13:00:00.000000000+0100",
        "2026-01-31T07:00:00-05",
        "2026-01-31T12:00:00z",
    ],
)
def test_times_as_text_need_a_zone_and_may_be_written_in_any_usual_way(text):
    assert cast(pa.array([text, "", None]), Type.INSTANT, "t").to_pylist() == [NOON, None, None]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_without_zone_are_utc_as_pandas_times_are_to_the_host(unit):
    array = pa.array([NOON.replace(tzinfo=None)], pa.timestamp("us")).cast(pa.timestamp(unit))
    assert cast(array, Type.INSTANT, "t").to_pylist() == [NOON]


def test_a_time_in_another_zone_is_the_same_instant():
    array = pa.array([NOON], pa.timestamp("us", tz="Europe/Paris"))
    assert cast(array, Type.INSTANT, "t").to_pylist() == [NOON]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["200.0", "404", "", None], [200, 404, None, None]),
        ([200.0, float("nan"), None], [200, None, None]),
        ([200, None], [200, None]),
        ([None, None], [None, None]),
    ],
)
def test_whole_numbers_may_come_as_doubles_or_text(values, expected):
    assert cast(pa.array(values), Type.INT, "status").to_pylist() == expected


def test_empty_text_is_null_whatever_the_kind_of_text():
    for array in (pa.array(["a", ""]), pa.array(["a", ""], pa.large_string()), pa.array(["a", ""]).dictionary_encode()):
        result = cast(array, Type.STRING, "vhost")
        assert (result.type, result.to_pylist()) == (pa.string(), ["a", None])


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        (["2026-01-31T12:00:00"], Type.INSTANT, "no zone"),
        (["yesterday"], Type.INSTANT, "yesterday"),
        (["abc"], Type.INT, "whole numbers"),
        ([1.5], Type.BIGINT, "whole numbers"),
        (["99999999999"], Type.INT, "whole numbers"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_column_and_the_way_out(values, kind, told):
    with pytest.raises(InputError, match=told) as caught:
        cast(pa.array(values), kind, "my_column")
    assert "my_column" in str(caught.value)
    assert "Prepare recipe" in str(caught.value)


def test_columns_that_no_table_declares_stay_as_they_are():
    batch = pa.RecordBatch.from_pydict({"status": ["200.0"], "mine": [""]})
    assert conform(batch, HITS).to_pydict() == {"status": [200], "mine": [""]}


def test_finer_than_a_microsecond_is_cut():
    array = pa.array([1], pa.timestamp("ns"))
    assert cast(array, Type.INSTANT, "t").to_pylist() == [datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(0)]


def test_a_slice_of_a_column_is_read_like_a_column():
    whole = pa.array(["x", "", "b", None, ""])
    assert cast(whole.slice(1, 3), Type.STRING, "vhost").to_pylist() == [None, "b", None]
