"""One row per visitor: expected rows reckoned by hand; first and last values, any columns, the reviewed SQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlglot import ErrorLevel, exp, parse_one

from ovh_weblogs import features
from ovh_weblogs.features.portable import micros, text
from ovh_weblogs.schema import EVENTS, VISITORS, Type
from ovh_weblogs.visitored import AGGREGATES, Aggregate, Shape
from tests.python.unit.features.visitorkit import RULES, at, view, visitors

COUNTS = (
    *("client_addr_count", "location_distinct", "session_id_count", "pageviews", "page_distinct", "active_days"),
    *("session_count_7d", "session_count_30d", "page_category_distinct", "conversions", "channel_distinct"),
    *("count_404", "repeated_pageviews"),
)
FLAGS = ("has_campaign", "asked_robots_txt", "acts_like_bot")
SHAPE = Shape(
    ("blog", "l'été"),
    ("visitor_id", "site"),
    (*(Aggregate("basket", how, Type.DOUBLE) for how in AGGREGATES), Aggregate("bytes", "sum", Type.BIGINT)),
)
QUERY = features.visitors(EVENTS.names, RULES, Shape())
WISHED = features.visitors(EVENTS.names, RULES, SHAPE)


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
    row = visitors([hit])["v"]
    assert {name: value for name, value in row.items() if value not in (None, 0)} == {
        "visitor_id": "v",
        "count": 1,
        "server_ts_min": at(0),
        "server_ts_max": at(0),
        "session_id_count": 1,
        "active_days": 1,
        "client_addr_count": 1,
        "location_distinct": 1,
        "bytes_min": 512,
        "bytes_max": 512,
        "bytes_sum": 512,
        "status_max": 200,
        "session_count_7d": 1,
        "session_count_30d": 1,
        "location_first": "https://www.example.com/",
        "location_last": "https://www.example.com/",
        "referer_first": "https://example.org/",
        "referer_last": "https://example.org/",
        "client_addr_first": "192.0.2.1",
        "client_addr_last": "192.0.2.1",
        "vhost_first": "www.example.com",
        "vhost_last": "www.example.com",
        "useragent_last": "curl/8.5.0",
        "useragent_type_first": "library",
        "useragent_type_last": "library",
        "useragent_category_first": "curl",
        "useragent_category_last": "curl",
        "useragent_os_last": "Linux",
    }


def test_a_visitor_of_nulls_has_counts_and_no_more():
    row = visitors([{"visitor_id": "v"}, {"visitor_id": "v"}])["v"]
    none = dict.fromkeys(VISITORS.names) | dict.fromkeys(COUNTS, 0) | dict.fromkeys(FLAGS, False)
    assert row == none | {"visitor_id": "v", "count": 2}


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
    for columns in (EVENTS.names, ("visitor_id", "location")):
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


@pytest.mark.parametrize("absent", ["client_addr", "bytes", "is_pageview", "server_ts", "page_category", "status"])
def test_without_a_column_what_needs_it_is_left_out_and_named_and_the_rest_stays_the_same(absent):
    events = [view(10 * n, bytes=n, status=404, client_addr="192.0.2.1", page_category="blog") for n in range(3)]
    given_ = [{name: value for name, value in event.items() if name != absent} for event in events]
    columns = [name for name in EVENTS.names if name != absent]
    sentences = features.left_out(columns)
    assert all(sentence.startswith(f"Left out, since the input has no column {absent}: ") for sentence in sentences)
    gone = {name for sentence in sentences for name in sentence.partition(": ")[2].split(", ")}
    whole = visitors(events)["v"]
    assert visitors(given_, columns)["v"] == {name: value for name, value in whole.items() if name not in gone}


def test_two_columns_that_are_missing_are_named_together():
    columns = [name for name in EVENTS.names if name not in ("is_pageview", "page_category")]
    assert features.left_out(columns)[-1] == (
        "Left out, since the input has no column is_pageview and page_category: page_category_distinct, "
        "page_category_entropy, page_category_first, page_category_last"
    )


@pytest.mark.parametrize("only", [(), ("server_ts",), ("location",), ("is_pageview",), ("is_pageview", "server_ts")])
def test_any_columns_do(only):
    columns = [name for name in EVENTS.names if name in ("visitor_id", *only)]
    event = {name: value for name, value in view().items() if name in columns}
    row = visitors([event], columns)["v"]
    assert list(row) == [column.name for column in features.visitor_columns(columns, Shape())]
    assert row["count"] == 1


def test_the_full_input_gives_the_declared_table():
    assert features.visitor_columns(EVENTS.names, Shape()) == VISITORS.columns
    assert features.left_out(EVENTS.names) == ()


@pytest.mark.parametrize(("name", "query"), [("visitors", QUERY), ("visitors_all_options", WISHED)])
def test_the_query_for_duckdb_is_the_reviewed_one(name, query):
    """Compared as expressions: the layout of the text differs between versions of sqlglot."""
    reviewed = Path(__file__).with_name("sql") / f"{name}.duckdb.sql"
    made = query.sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)
    assert parse_one(made, read="duckdb") == parse_one(reviewed.read_text(encoding="utf-8"), read="duckdb")


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


@pytest.mark.parametrize(
    ("dialect", "others"), [("postgres", []), ("spark", []), ("mysql", ["ranked", "ends", "of_ends", "views"])]
)
def test_only_the_staging_depends_on_the_dialect_and_in_mariadb_that_numbers_of_hits_are_not_joined(dialect, others):
    there, everywhere = features.visitors(EVENTS.names, RULES, SHAPE, dialect), [cte.this for cte in WISHED.ctes]
    assert [cte.alias for cte in there.ctes][:4] == ["stage", "narrow", "seq", "of_hits"]
    assert [cte.alias for cte in there.ctes[1:] if cte.this not in everywhere] == others
    assert ("numbers" in {table.name for table in there.find_all(exp.Table)}) is not bool(others)
    assert len(there.ctes) == len(WISHED.ctes)
    assert there.expressions == WISHED.expressions
    assert there.sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)


def test_duckdb_orders_the_hits_once_and_reads_only_the_columns_that_a_step_needs():
    assert [table.name for table in QUERY.find_all(exp.Table)].count("events") == 1
    told = {cte.alias: cte.args["materialized"] for cte in QUERY.ctes if cte.args["materialized"] is not None}
    assert told == {"stage": False, "seq": True}
