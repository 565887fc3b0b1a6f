"""The flow's datasets as Parquet: typed, whole, refused lines apart."""

from __future__ import annotations

from datetime import datetime, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dev.demo.tables import export
from dev.dsshost import Store

HITS = [("server_ts", "date"), ("client_addr", "string"), ("bytes", "bigint"), ("request", "string")]
REASON = ("reject_reason", "string")
SESSIONS = [("session_id", "string"), ("session_index", "bigint")]
VISITORS = [("visitor_id", "string"), ("server_ts_min", "date"), ("status_max", "int")]
AT = "2026-03-29T01:00:00.000Z"
REFUSED = ["", "", "", "no log line", "no time in brackets"]


@pytest.fixture
def storage(tmp_path) -> Store:
    return Store(tmp_path / "datasets")


def stored(storage, hits, visitors):
    """The datasets of the flow, of one visit; events are hits."""
    for name, columns, rows in (
        ("logs", [*HITS, REASON], hits),
        ("events", [*HITS, REASON], hits),
        ("sessions", SESSIONS, [["s", "1"]]),
        ("visitors", VISITORS, visitors),
    ):
        storage.set_columns(name, [{"name": column, "type": kind} for column, kind in columns])
        storage.replace(name, rows)
    return export(storage.root, storage.root.parent)


def test_refused_lines_get_a_file_of_their_own(storage):
    tables = stored(storage, [[AT, "192.0.2.1", "12", "", ""], REFUSED], [["v", AT, "200"]])
    assert (tables.hits, tables.rejects, tables.event_count) == (1, 1, 1)
    assert pq.read_table(tables.events).column("client_addr").to_pylist() == ["192.0.2.1"]
    assert pq.read_table(tables.refused).column("request").to_pylist() == ["no log line"]


def test_values_have_the_types_that_the_host_declares_and_empty_text_is_null(storage):
    tables = stored(storage, [[AT, "192.0.2.1", "", "", ""]], [["v", AT, "404"]])
    (event,) = pq.read_table(tables.events).to_pylist()
    assert event["server_ts"] == datetime(2026, 3, 29, 1, tzinfo=timezone.utc)
    assert (event["bytes"], event["request"]) == (None, None)
    assert pq.read_schema(tables.events).field("bytes").type == pa.int64()
    assert pq.read_table(tables.sessions).to_pylist() == [{"session_id": "s", "session_index": 1}]
    assert pq.read_schema(tables.visitors).field("status_max").type == pa.int32()


@pytest.mark.parametrize("text", ['a\t"b"', "<b>\r x", "é€", "x" * 100_000], ids=["quotes", "return", "text", "long"])
def test_texts_come_back_exactly(storage, text):
    tables = stored(storage, [[AT, text, "1", "", ""]], [["v", AT, "200"]])
    assert pq.read_table(tables.events).column("client_addr").to_pylist() == [text]


def test_a_row_longer_than_what_is_read_at_a_time_comes_back(storage):
    """Blocks grow with the longest row: a request may be megabytes long."""
    texts = ["x" * 120_000] * 40
    columns = [*HITS, REASON, *((f"c{number}", "string") for number in range(40))]
    for name in ("logs", "events"):
        storage.set_columns(name, [{"name": column, "type": kind} for column, kind in columns])
        storage.replace(name, [[AT, "192.0.2.1", "1", "", "", *texts]] * 2)
    for name, kept in (("sessions", SESSIONS), ("visitors", VISITORS)):
        storage.set_columns(name, [{"name": column, "type": kind} for column, kind in kept])
        storage.replace(name, [])
    tables = export(storage.root, storage.root.parent)
    assert tables.event_count == 2
    assert pq.read_table(tables.events).column("c39").to_pylist() == [texts[0]] * 2


def test_datasets_without_rows_make_tables_without_rows(storage):
    tables = stored(storage, [], [])
    assert (tables.hits, tables.event_count, tables.visitor_count) == (0, 0, 0)
    assert pq.read_table(tables.events).num_rows == 0


def test_snapshots_are_a_table_where_the_flow_made_them(storage):
    assert stored(storage, [], []).snapshots is None
    storage.set_columns("snapshots", [{"name": name, "type": kind} for name, kind in [*VISITORS, ("label", "int")]])
    storage.replace("snapshots", [["v", AT, "200", "1"], ["w", AT, "200", ""]])
    snapshots = stored(storage, [], []).snapshots
    assert snapshots is not None
    assert pq.read_table(snapshots).column("label").to_pylist() == [1, None]
