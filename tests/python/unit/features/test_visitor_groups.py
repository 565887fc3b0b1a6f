"""Rows that are of other columns than the visitor, and columns that are aggregated by wish."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.errors import InputError
from ovh_weblogs.schema import EVENTS, VISITORS, Type
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import AGGREGATES, Aggregate, Shape
from tests.python.unit.features.visitorkit import at

COLUMNS = ("visitor_id", "server_ts", "client_addr", "vhost", "location", "is_pageview", "shop")


def hit(seconds=0, **values):
    return {"visitor_id": "v", "server_ts": at(seconds), "client_addr": "192.0.2.1", "is_pageview": True, **values}


def grouped(events, *groups, columns=COLUMNS):
    """Rows of events with a column of no known name, ``shop``."""
    fields = [EVENTS.get(name).arrow if EVENTS.get(name) else pa.field(name, pa.string()) for name in columns]
    batches = [pa.RecordBatch.from_pylist([event], schema=pa.schema(fields)) for event in events]
    settings = VisitorSettings(shape=Shape(group_columns=groups))
    made = [row for batch in pipeline.visitors(batches, columns, settings) for row in batch.to_pylist()]
    declared = [column.name for column in pipeline.visitor_columns(columns, settings)]
    assert all(list(row) == declared for row in made)
    return made


def counts(events, *groups, columns=COLUMNS):
    return {tuple(row[name] for name in groups): row["count"] for row in grouped(events, *groups, columns=columns)}


def test_no_columns_and_that_of_the_visitor_give_a_row_per_visitor():
    events = [hit(0), hit(1), hit(2, visitor_id="w")]
    by_visitor = sorted(grouped(events), key=lambda row: row["visitor_id"])
    assert sorted(grouped(events, "visitor_id"), key=lambda row: row["visitor_id"]) == by_visitor
    assert [row["visitor_id"] for row in by_visitor] == ["v", "w"]


def test_a_row_is_of_each_combination_of_values_those_of_unknown_columns_and_nulls_included():
    events = [hit(shop="a"), hit(shop="b"), hit(shop="a"), hit(shop=None), hit(shop="a", vhost="x")]
    assert counts(events, "vhost", "shop") == {(None, "a"): 2, (None, "b"): 1, (None, None): 1, ("x", "a"): 1}


@pytest.mark.parametrize(
    ("left", "right"), [(("a", "b"), ("ab", "")), (("1:a", "-"), ("1", ":a-")), (("-", "x"), (None, "x"))]
)
def test_combinations_are_kept_apart_whatever_the_texts_are(left, right):
    events = [hit(vhost=pair[0], shop=pair[1]) for pair in (left, right, left)]
    assert sorted(counts(events, "vhost", "shop").values()) == [1, 2]


def test_visits_are_told_of_the_combination_and_not_of_the_visitor():
    events = [hit(0, vhost="a"), hit(1200, vhost="b"), hit(2400, vhost="a")]
    assert [row["session_id_count"] for row in grouped(events)] == [1]
    rows = {row["vhost"]: row for row in grouped(events, "visitor_id", "vhost")}
    assert {vhost: row["session_id_count"] for vhost, row in rows.items()} == {"a": 2, "b": 1}
    assert {row["visitor_id"] for row in rows.values()} == {"v"}


def test_hits_of_no_visitor_count_where_rows_are_of_none():
    events = [hit(visitor_id=None), hit()]
    assert counts(events, "client_addr") == {("192.0.2.1",): 2}
    assert counts(events, "visitor_id", "client_addr") == {("v", "192.0.2.1"): 1}


@pytest.mark.parametrize("groups", [("person",), ("person", "client_addr")])
def test_rows_of_the_column_chosen_as_visitor_are_of_visitors(groups):
    names = ["person", "server_ts", "client_addr"]
    events = [{"person": person, **hit(second)} for second, person in enumerate(("v", None, "w", "v"))]
    schema = pa.schema([("person", pa.string()), *(EVENTS.get(name).arrow for name in names[1:])])
    settings = VisitorSettings(columns={"visitor": "person"}, shape=Shape(group_columns=groups))
    batch = pa.RecordBatch.from_pylist(events, schema=schema)
    made = [row for each in pipeline.visitors([batch], names, settings) for row in each.to_pylist()]
    assert {row["person"]: row["count"] for row in made} == {"v": 2, "w": 1}


def test_a_column_that_is_not_there_or_whose_name_is_taken_is_refused():
    with pytest.raises(InputError, match=r"^The input has no column shop, which the recipe groups by or aggregates"):
        grouped([], "shop", columns=COLUMNS[:-1])
    with pytest.raises(InputError, match=r"^The output would have pageviews twice; leave that out"):
        grouped([], "pageviews", columns=(*COLUMNS, "pageviews"))


def test_the_other_columns_stay_as_they_are():
    names = [
        column.name
        for column in pipeline.visitor_columns(EVENTS.names, VisitorSettings(shape=Shape(group_columns=("vhost",))))
    ]
    assert names == ["vhost", *VISITORS.names[1:]]


# Columns of other origin


def test_conversions_channels_campaigns_and_categories_may_stand_in_columns_of_any_name_and_type():
    names = ["visitor_id", "server_ts", "client_addr", "is_pageview", "bought", "way", "action", "kind", "channel"]
    texts = [("1", "search", "May", "blog", "x"), ("0", None, None, "shop", "y"), ("1", "mail", None, None, "z")]
    schema = pa.schema(
        [(name, EVENTS.get(name).arrow.type) for name in names[:4]] + [(n, pa.string()) for n in names[4:]]
    )
    rows = [hit(second, **dict(zip(names[4:], row, strict=True))) for second, row in enumerate(texts)]
    columns = {"conversion": "bought", "channel": "way", "campaign": "action", "category": "kind"}
    settings = VisitorSettings(columns=columns)
    assert pipeline.wanted_by_visitors(names, settings) == names
    batches = [pa.RecordBatch.from_pylist(rows, schema=schema)]
    (row,) = [row for batch in pipeline.visitors(batches, names, settings) for row in batch.to_pylist()]
    assert (row["conversions"], row["has_campaign"], row["campaign_name_first"]) == (2, True, "May")
    assert (row["channel_first"], row["channel_last"], row["channel_distinct"]) == ("search", "mail", 2)
    assert (row["page_category_first"], row["page_category_last"]) == ("blog", "shop")
    with pytest.raises(InputError, match=r"The input has no column kind \(category_column\)"):
        pipeline.visitor_columns(names[:-2], settings)


# Columns by wish


def aggregated(events, name, kind, *hows):
    """The columns that these aggregates of a column of texts give for visitor v, without its name."""
    schema = pa.schema([(column, EVENTS.get(column).arrow.type) for column in COLUMNS[:3]] + [(name, pa.string())])
    batches = [pa.RecordBatch.from_pylist([event], schema=schema) for event in events]
    settings = VisitorSettings(shape=Shape(aggregates=tuple(Aggregate(name, how, kind) for how in hows)))
    (row,) = [row for batch in pipeline.visitors(batches, schema.names, settings) for row in batch.to_pylist()]
    return {how: row[f"{name}_{how}"] for how in hows}


def test_numbers_are_aggregated_over_the_hits_where_they_are_known():
    events = [hit(2, basket="10"), hit(1, basket=None), hit(3, basket="2"), hit(4, basket="2"), hit(5)]
    whole = {"distinct": 2, "sum": 14, "mean": 14 / 3, "min": 2, "max": 10, "first": 10, "last": 2}
    for kind in (Type.BIGINT, Type.DOUBLE):
        assert aggregated(events, "basket", kind, *AGGREGATES) == pytest.approx(whole)
        none = {"distinct": 0} | dict.fromkeys(AGGREGATES[1:])
        assert aggregated(events[-1:], "basket", kind, *AGGREGATES) == none


def test_texts_are_compared_by_their_bytes_and_times_by_time_under_any_name():
    events = [hit(0, **{'a "b"\'s': "b"}), hit(1, **{'a "b"\'s': "B"})]
    assert aggregated(events, 'a "b"\'s', Type.STRING, "min", "max", "first", "last", "distinct") == {
        "min": "B",
        "max": "b",
        "first": "b",
        "last": "B",
        "distinct": 2,
    }
    events = [hit(0, t="2026-03-29T01:00:00+01:00"), hit(1, t="2026-03-28T22:00:00Z")]
    made = aggregated(events, "t", Type.INSTANT, "min", "last", "distinct")
    assert {name: str(value) for name, value in made.items()} == {
        "min": "2026-03-28 22:00:00+00:00",
        "last": "2026-03-28 22:00:00+00:00",
        "distinct": "2",
    }


def test_a_sum_beyond_a_bigint_is_null():
    events = [hit(0, n=str(2**63 - 1)), hit(1, n="1")]
    assert aggregated(events, "n", Type.BIGINT, "sum", "max") == {"sum": None, "max": 2**63 - 1}


@pytest.mark.parametrize(
    ("values", "total"),
    [
        (("1e13", "0.0001", "-1e13"), 0.0001),
        (("-0.000025", "0.00001"), -0.000015),
        (("1e300", "2e300"), 3e300),
        (("2e-9", "1e-9"), 3e-9),
        (("0", "-0"), 0.0),
    ],
)
def test_decimals_are_summed_as_decimals_and_numbers_of_other_sizes_as_doubles(values, total):
    events = [hit(second, price=value) for second, value in enumerate(values)]
    made = aggregated(events, "price", Type.DOUBLE, "sum", "mean")
    assert made == {"sum": pytest.approx(total, rel=1e-12), "mean": pytest.approx(total / len(values), rel=1e-12)}


def test_a_sum_of_decimals_is_exact():
    events = [hit(second, price=value) for second, value in enumerate(("0.1", "0.2", "0.3"))]
    assert aggregated(events, "price", Type.DOUBLE, "sum") == {"sum": 0.6}  # of doubles, 0.6000000000000001


def test_what_visitors_get_anyway_is_not_made_twice():
    settings = VisitorSettings(shape=Shape(aggregates=(Aggregate("location", "first"),)))
    with pytest.raises(InputError, match="The output would have location_first twice"):
        pipeline.visitor_columns(COLUMNS, settings)
