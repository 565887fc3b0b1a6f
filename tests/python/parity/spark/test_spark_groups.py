"""Visits and visitors on Spark are those of the embedded engine, row by row."""

from __future__ import annotations

import io
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.schema import Type
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import Midnight, SessionSettings, VisitorSettings
from ovh_weblogs.visitored import Aggregate, Shape

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def events(spring):
    """The events of three days in their order."""
    made = []
    for name, lines in sorted(spring.files("ovh").items()):
        parsed = pipeline.parse(io.BytesIO(b"\n".join(lines)), source_file=name)
        made += pipeline.enrich(block.hits for block in parsed)
    return pa.Table.from_batches(made)


@pytest.fixture
def on_spark(spark_session, tmp_path):
    """Events as Spark reads them from three files, in an order that is none."""

    def read(events):
        shuffled = events.sort_by([("bytes", "descending"), ("line_number", "descending")])
        for number in range(3):
            pq.write_table(shuffled.slice(number * 999, 999 if number < 2 else None), tmp_path / f"{number}.parquet")
        return spark_session.read.parquet(str(tmp_path))

    return read


def same(frame, batches, keys, *, output):
    """Compares rows by their keys; gives how many there are."""
    ours = sorted((row.asDict() for row in frame.collect()), key=lambda row: [row[key] for key in keys])
    theirs = [row for batch in batches for row in batch.to_pylist()]
    theirs.sort(key=lambda row: [row[key] for key in keys])
    assert frame.columns == [column.name for column in output]
    assert [[row[key] for key in keys] for row in ours] == [[row[key] for key in keys] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        wrong = {name: (one[name], other[name]) for name in one if not equal(one[name], other[name])}
        assert not wrong, [one[key] for key in keys]
    return len(ours)


def equal(one, other):
    if isinstance(other, float) and one is not None:
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if hasattr(other, "astimezone"):  # Spark gives times of this machine's clock, without a zone
        return one is not None and one.astimezone(other.tzinfo) == other
    return one == other


WISHES = Shape(
    aggregates=(
        Aggregate("line_number", "sum", Type.BIGINT),
        Aggregate("bytes", "mean", Type.DOUBLE),
        Aggregate("protocol", "last"),
        Aggregate("server_ts", "last", Type.INSTANT),
    ),
)


def test_visitors_are_the_same(on_spark, events):
    from ovh_weblogs.distributed import groups

    settings, names = VisitorSettings(shape=WISHES), events.schema.names
    with groups.visitors(on_spark(events), settings) as found:
        expected = pipeline.visitors(events.to_batches(), names, settings)
        assert same(found, expected, ["visitor_id"], output=pipeline.visitor_columns(names, settings)) > 100


def test_rows_of_another_grain_are_the_same(on_spark, events):
    from ovh_weblogs.distributed import groups

    settings, names = VisitorSettings(shape=Shape(group_columns=("vhost", "method"))), events.schema.names
    keys = ["vhost", "method"]
    known = events.filter(pa.compute.is_valid(events["method"]))
    with groups.visitors(on_spark(known), settings) as found:
        expected = pipeline.visitors(known.to_batches(), names, settings)
        assert same(found, expected, keys, output=pipeline.visitor_columns(names, settings)) > 2


@pytest.mark.parametrize("midnight", [Midnight.NEVER, Midnight.ALWAYS])
def test_visits_are_the_same(on_spark, events, midnight):
    from ovh_weblogs.distributed import groups

    visits = Visits(events.schema.names, SessionSettings(midnight=midnight, campaign_change=True))
    with groups.sessions(on_spark(events), visits.settings) as found:
        assert same(found, visits.sessions(events.to_batches()), ["session_id"], output=visits.columns) > 100


def test_a_sum_beyond_a_whole_number_is_null_and_one_just_below_it_is_told(spark_session, tmp_path):
    from ovh_weblogs.distributed import groups

    rows = [("big", 2**62), ("big", 2**62), ("small", 2**62), ("small", 2**62 - 1)]
    table = pa.table(
        {
            "server_ts": pa.array([0, 1, 2, 3], pa.timestamp("us", tz="UTC")),
            "visitor_id": [name for name, _ in rows],
            "bytes": [value for _, value in rows],
        }
    )
    pq.write_table(table, tmp_path / "events.parquet")
    with groups.visitors(spark_session.read.parquet(str(tmp_path)), VisitorSettings()) as found:
        sums = {row["visitor_id"]: row["bytes_sum"] for row in found.collect()}
    assert sums == {"big": None, "small": 2**63 - 1}


@pytest.fixture
def odd(events):
    """Three hits and a refused line; one hit has no visitor, one a time that cannot be read."""
    hit = "2026-03-28T10:00:00Z"
    columns = {
        "server_ts": [hit, hit, "never", None],
        "visitor_id": ["a", None, "b", None],
        "reject_reason": [None, None, None, "no log line"],
    }
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def told(caplog, made):
    """What the log of a build has of rows that are in none of the result."""
    caplog.clear()
    assert len(list(made)) > 0
    words = ("left out", "in no visit", "null in")
    return [record.getMessage() for record in caplog.records if any(each in record.getMessage() for each in words)]


def test_what_is_left_out_is_told_as_on_one_machine(spark_session, odd, caplog, tmp_path):
    from ovh_weblogs.distributed import groups

    caplog.set_level("INFO")
    pq.write_table(odd, tmp_path / "events.parquet")
    frame, names = spark_session.read.parquet(str(tmp_path)), odd.schema.names

    def rows(grouped, settings):
        with grouped(frame, settings) as found:
            yield from found.collect()

    here = told(caplog, pipeline.visitors(odd.to_batches(), names, VisitorSettings()))
    assert here[:2] == [
        "1 refused lines are no hits of any visitor: left out",
        "1 hits have no visitor_id: left out",
    ]
    assert told(caplog, rows(groups.visitors, VisitorSettings())) == here
    here = told(caplog, Visits(names).sessions(odd.to_batches()))
    assert "3 hits without visitor or time (1 of them refused lines) are in no visit" in here
    assert told(caplog, rows(groups.sessions, SessionSettings())) == here


def test_an_input_without_rows_has_no_visitor(on_spark, events):
    from ovh_weblogs.distributed import groups

    with groups.visitors(on_spark(events.slice(0, 0)), VisitorSettings()) as found:
        assert found.collect() == []
