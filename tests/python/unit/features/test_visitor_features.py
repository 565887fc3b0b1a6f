"""One row per visitor: expected rows reckoned by hand, then by a plain loop over events that hypothesis makes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import ErrorLevel, parse_one

from ovh_weblogs import features
from ovh_weblogs.engines import embedded
from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.schema import EVENTS, HIT_ORDER, VISITORS
from ovh_weblogs.settings import VisitorSettings

START = datetime(2026, 1, 31, 10, tzinfo=timezone.utc)
SOURCES = ("server_ts", "client_addr", "location", "bytes", "status", "referer", "vhost", "useragent")
INPUTS = (*SOURCES, "useragent_type", "useragent_category", "useragent_os", "source_file", "line_number")


def at(seconds):
    return START + timedelta(seconds=seconds)


def visitors(events, columns=("visitor_id", *INPUTS)):
    """The visitors of events given as dicts, by visitor_id; what an event does not name is null."""
    schema = pa.schema([*(EVENTS.get(name).arrow for name in columns), ("row_index", pa.int64())])
    rows = [{**dict.fromkeys(columns), **event, "row_index": row} for row, event in enumerate(events)]
    batches = [pa.RecordBatch.from_pylist([row], schema=schema) for row in rows]
    output = features.visitor_columns(columns)
    made = embedded.run(features.visitors(columns), batches, schema, output=output, settings=VisitorSettings())
    return {row["visitor_id"]: row for batch in made for row in batch.to_pylist()}


def test_a_visitor_of_one_hit_is_that_hit():
    hit = {
        "visitor_id": "v",
        "server_ts": at(0),
        "client_addr": "192.0.2.1",
        "vhost": "www.example.com",
        "location": "https://www.example.com/",
        "status": 200,
        "bytes": 512,
        "referer": "https://example.org/",
        "useragent": "curl/8.5.0",
        "useragent_type": "library",
        "useragent_category": "curl",
        "useragent_os": "Linux",
    }
    assert visitors([hit])["v"] == {
        "visitor_id": "v",
        "count": 1,
        "server_ts_min": at(0),
        "server_ts_max": at(0),
        "client_addr_distinct": 1,
        "location_distinct": 1,
        "bytes_min": 512,
        "bytes_max": 512,
        "bytes_sum": 512,
        "status_max": 200,
        "location_first": "https://www.example.com/",
        "location_last": "https://www.example.com/",
        "referer_first": "https://example.org/",
        "referer_last": "https://example.org/",
        "client_addr_first": "192.0.2.1",
        "client_addr_last": "192.0.2.1",
        "vhost_first": "www.example.com",
        "vhost_last": "www.example.com",
        "useragent_last": "curl/8.5.0",
        "useragent_type_last": "library",
        "useragent_category_last": "curl",
        "useragent_os_last": "Linux",
    }


def test_a_visitor_of_nulls_has_a_count_and_no_more():
    row = visitors([{"visitor_id": "v"}, {"visitor_id": "v"}])["v"]
    expected = dict.fromkeys(VISITORS.names)
    assert row == expected | {"visitor_id": "v", "count": 2, "client_addr_distinct": 0, "location_distinct": 0}


def test_first_and_last_go_by_time_whatever_the_order_of_rows():
    row = visitors(
        [
            {"visitor_id": "v", "server_ts": at(20), "location": "/b"},
            {"visitor_id": "v", "server_ts": at(30), "location": "/c"},
            {"visitor_id": "v", "server_ts": at(10), "location": "/a"},
        ]
    )["v"]
    assert (row["location_first"], row["location_last"]) == ("/a", "/c")
    assert (row["server_ts_min"], row["server_ts_max"]) == (at(10), at(30))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"server_ts": at(1)}, {"server_ts": at(2)}),
        ({"server_ts": at(0)}, {"server_ts": at(0) + timedelta(microseconds=1)}),
        ({"server_ts": at(2)}, {"server_ts": None}),
        ({"server_ts": at(1), "source_file": "a"}, {"server_ts": at(1), "source_file": "b"}),
        ({"server_ts": at(1), "source_file": "B"}, {"server_ts": at(1), "source_file": "a"}),
        ({"server_ts": at(1), "source_file": "z"}, {"server_ts": at(1), "source_file": None}),
        ({"source_file": "a", "line_number": 2}, {"source_file": "a", "line_number": 10}),
        ({"source_file": "a", "line_number": 9}, {"source_file": "a", "line_number": None}),
        ({"source_file": "a", "line_number": 9}, {"source_file": "b", "line_number": 1}),
    ],
    ids=[
        "time",
        "microsecond",
        "no time last",
        "file",
        "bytes of file",
        "no file last",
        "line",
        "no line last",
        "deep",
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_hits_are_ordered_by_time_file_and_line(left, right, swapped):
    events = [{"visitor_id": "v", "location": "/1", **left}, {"visitor_id": "v", "location": "/2", **right}]
    row = visitors(events[::-1] if swapped else events)["v"]
    assert (row["location_first"], row["location_last"]) == ("/1", "/2")


def test_hits_that_nothing_else_orders_keep_the_order_of_rows():
    events = [{"visitor_id": "v", "server_ts": at(0), "location": page} for page in ("/b", "/a", "/c")]
    for columns in (("visitor_id", *INPUTS), ("visitor_id", "location")):
        row = visitors([{name: event.get(name) for name in columns} for event in events], columns)["v"]
        assert (row["location_first"], row["location_last"]) == ("/b", "/c")


def test_first_and_last_are_the_first_and_last_known():
    row = visitors(
        [
            {"visitor_id": "v", "server_ts": at(1), "useragent_os": "Windows"},
            {"visitor_id": "v", "server_ts": at(2), "referer": "https://example.org/"},
            {"visitor_id": "v", "server_ts": at(3), "referer": "https://example.net/"},
            {"visitor_id": "v", "server_ts": at(4)},
        ]
    )["v"]
    assert (row["referer_first"], row["referer_last"]) == ("https://example.org/", "https://example.net/")
    assert row["useragent_os_last"] == "Windows"


def test_visitors_and_texts_are_told_apart_by_their_bytes():
    names = ["abc", "Abc", "ábc", "abc ", "\N{GRINNING FACE}", "\N{PILE OF POO}"]
    made = visitors([{"visitor_id": name, "location": name} for name in names])
    assert sorted(made) == sorted(names)
    assert visitors([{"visitor_id": "v", "location": name} for name in names])["v"]["location_distinct"] == len(names)


def test_a_sum_beyond_a_bigint_is_null_and_fails_no_build():
    row = visitors([{"visitor_id": "v", "bytes": 2**63 - 1}, {"visitor_id": "v", "bytes": 1}])["v"]
    assert (row["bytes_max"], row["bytes_sum"]) == (2**63 - 1, None)


def test_a_sum_of_the_largest_bigint_is_that():
    row = visitors([{"visitor_id": "v", "bytes": 2**63 - 2}, {"visitor_id": "v", "bytes": 1}])["v"]
    assert row["bytes_sum"] == 2**63 - 1


def test_no_events_give_no_visitors():
    assert visitors([]) == {}


TEXTS = st.none() | st.sampled_from(["a", "A", "é", "b", "a "])
EVENT = st.fixed_dictionaries(
    {
        "visitor_id": st.sampled_from(["v", "V", "w"]),
        "server_ts": st.none() | st.integers(0, 2).map(at),
        "source_file": TEXTS,
        "line_number": st.none() | st.integers(1, 3),
        "bytes": st.none() | st.integers(0, 2**40),
        "status": st.none() | st.sampled_from([200, 304, 404, 500]),
        **dict.fromkeys(("client_addr", "location", "referer", "vhost", "useragent", "useragent_type"), TEXTS),
        **dict.fromkeys(("useragent_category", "useragent_os"), TEXTS),
    }
)


HOW = {
    "distinct": lambda values: len(set(values)),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "sum": lambda values: sum(values) if values else None,
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
}


def place(hit, columns):
    """A key that sorts hits by time, file and line, texts by their bytes and nulls last."""
    values = [hit[name] for name in HIT_ORDER if name in columns]
    return [(1,) if value is None else (0, value.encode() if isinstance(value, str) else value) for value in values]


def reckoned(events, columns):
    """The visitors by a plain loop."""
    made = {}
    for visitor in sorted({event["visitor_id"] for event in events}):
        hits = sorted((hit for hit in events if hit["visitor_id"] == visitor), key=lambda hit: place(hit, columns))
        row = {"visitor_id": visitor, "count": len(hits)}
        for feature in VISITORS.names[2:]:
            source, _, how = feature.rpartition("_")
            if source in columns:
                row[feature] = HOW[how]([hit[source] for hit in hits if hit[source] is not None])
        made[visitor] = row
    return made


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENT, max_size=25), st.sets(st.sampled_from(INPUTS)))
def test_the_query_agrees_with_a_plain_loop_whatever_columns_there_are(events, names):
    columns = [name for name in EVENTS.names if name in names or name == "visitor_id"]
    given_ = [{name: event[name] for name in columns} for event in events]
    assert visitors(given_, columns) == reckoned(given_, columns)


@pytest.mark.parametrize("absent", INPUTS)
def test_without_a_column_its_features_are_left_out_and_named(absent):
    columns = [name for name in EVENTS.names if name != absent]
    gone = [name for name in VISITORS.names if name.rpartition("_")[0] == absent]
    assert [column.name for column in features.visitor_columns(columns)] == [n for n in VISITORS.names if n not in gone]
    assert features.left_out(columns) == (
        (f"Left out, since the input has no column {absent}: {', '.join(gone)}",) if gone else ()
    )


def test_the_full_input_gives_the_declared_table():
    assert features.visitor_columns(EVENTS.names) == VISITORS.columns
    assert features.left_out(EVENTS.names) == ()


def test_the_query_for_duckdb_is_the_reviewed_one():
    """Compared as expressions: the layout of the text differs between versions of sqlglot."""
    reviewed = Path(__file__).with_name("sql") / "visitors.duckdb.sql"
    query = features.visitors(EVENTS.names).sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)
    assert parse_one(query, read="duckdb") == parse_one(reviewed.read_text(encoding="utf-8"), read="duckdb")


@pytest.mark.parametrize(
    ("dialect", "as_text", "as_micros"),
    [
        ("duckdb", '"a"', 'EPOCH_US("a")'),
        ("spark", "`a`", "UNIX_MICROS(`a`)"),
        ("postgres", '"a" COLLATE "C"', 'CAST(EXTRACT(EPOCH FROM "a") * 1000000 AS BIGINT)'),
        (
            "mysql",
            "CONVERT(`a` USING utf8mb4) COLLATE utf8mb4_nopad_bin",
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `a`)",
        ),
    ],
)
def test_texts_and_times_are_staged_by_dialect(dialect, as_text, as_micros):
    """Compared as expressions: versions of sqlglot write CONVERT of MySQL in two ways."""
    made = [expression.sql(dialect=dialect, identify=True) for expression in (text("a", dialect), micros("a", dialect))]
    assert [parse_one(one, read=dialect) for one in made] == [
        parse_one(one, read=dialect) for one in (as_text, as_micros)
    ]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "spark"])
def test_only_the_staging_depends_on_the_dialect(dialect):
    here, there = features.visitors(EVENTS.names, "duckdb"), features.visitors(EVENTS.names, dialect)
    assert [cte.alias for cte in there.ctes] == ["stage", "seq", "marked"]
    assert [cte.this for cte in there.ctes[1:]] == [cte.this for cte in here.ctes[1:]]
    assert there.expressions == here.expressions
    assert there.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)
