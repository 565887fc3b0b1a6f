"""DuckDB inside the recipe: streams in and out, spills into its own folder, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sqlglot import exp, parse_one

from ovh_weblogs import features
from ovh_weblogs.engines import embedded
from ovh_weblogs.errors import AccessDenied, InputError, OvhLogsError, SettingsError
from ovh_weblogs.schema import EVENTS, Column, Type
from ovh_weblogs.settings import SessionSettings, VisitorSettings

KEY = Column("key", Type.STRING, "What rows are grouped by.", nullable=False)
TOTAL = Column("total", Type.BIGINT, "Sum of the numbers.")
LAST = Column("last", Type.INSTANT, "Latest time.")
SCHEMA = pa.schema([("key", pa.string()), ("number", pa.int64()), ("time", pa.timestamp("us", tz="UTC"))])
SUMS = "SELECT key, CAST(SUM(number) AS BIGINT) AS total FROM events GROUP BY key"


def rows(*values) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in values], schema=SCHEMA)


THOUSAND = rows(*[("a", 1, None)] * 1000)


def run(query, batches, output=(KEY, TOTAL), schema=SCHEMA, **settings) -> Iterator[pa.RecordBatch]:
    parsed: exp.Expression = parse_one(query, read="duckdb")
    return embedded.run(parsed, batches, schema, output=output, settings=VisitorSettings(**settings))


def test_rows_of_all_batches_are_grouped_together():
    made = list(run(SUMS + " ORDER BY key", [rows(("a", 1, None), ("b", 2, None)), rows(), rows(("a", 3, None))]))
    assert pa.Table.from_batches(made).to_pydict() == {"key": ["a", "b"], "total": [4, 2]}


def test_the_result_has_the_declared_types_and_micros_become_instants():
    query = "SELECT key, MAX(EPOCH_US(time)) AS last FROM events GROUP BY key"
    moment = datetime(2026, 1, 31, 10, 0, 0, 1, tzinfo=timezone.utc)
    (made,) = run(query, [rows(("a", 1, moment))], (KEY, LAST))
    assert made.schema == pa.schema([KEY.arrow, LAST.arrow])
    assert made.to_pylist() == [{"key": "a", "last": moment}]


def test_no_batches_give_no_rows():
    assert sum(batch.num_rows for batch in run(SUMS, [])) == 0


def test_the_table_can_have_another_name():
    query = parse_one("SELECT key, number AS total FROM numbers", read="duckdb")
    made = embedded.run(
        query, [rows(("a", 1, None))], SCHEMA, table="numbers", output=(KEY, TOTAL), settings=VisitorSettings()
    )
    assert [batch.to_pylist() for batch in made] == [[{"key": "a", "total": 1}]]


@pytest.mark.parametrize(
    "key",
    [pa.array(["a", "a"]).dictionary_encode(), pa.array(["a", "a"], pa.large_string())],
    ids=["dictionary", "large string"],
)
def test_a_batch_whose_texts_are_held_another_way_is_read_all_the_same(key):
    batch = pa.RecordBatch.from_arrays(
        [pa.array([1, 2]), pa.nulls(2, SCHEMA.field("time").type), key], names=["number", "time", "key"]
    )
    assert [made.to_pylist() for made in run(SUMS, [batch])] == [[{"key": "a", "total": 3}]]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("SELECT key, SUM(number) AS total FROM events GROUP BY key", "total as int64"),
        ("SELECT key, 1.5 AS total FROM events", "total as int64"),
        ("SELECT key, number AS sum FROM events", "total as int64"),
        ("SELECT number AS total, key FROM events", "the declared columns alone and in their order"),
        ("SELECT key, number AS total, 1 AS more FROM events", "the declared columns alone and in their order"),
    ],
    ids=["decimal", "double", "name", "order", "one more"],
)
def test_a_result_that_is_not_as_declared_is_refused_before_its_first_row(query, wrong):
    with pytest.raises(OvhLogsError, match=f"does not give {wrong}"):
        next(run(query, [rows(("a", 1, None))]))


def test_a_null_where_none_may_be_is_told_before_the_first_row():
    with pytest.raises(InputError, match="Column key of the input is empty in 1 of 2 rows looked at; fill it"):
        next(run(SUMS, [rows(("a", 1, None)), rows(("b", 1, None), (None, 2, None))]))


def test_a_null_that_the_query_makes_is_refused():
    with pytest.raises(OvhLogsError, match="leaves key without a value in 1 rows"):
        list(run("SELECT NULLIF(key, 'a') AS key, number AS total FROM events", [rows(("a", 1, None))]))


@pytest.mark.parametrize(
    "made",
    [
        lambda: AccessDenied("The password was refused", fix="correct it"),
        lambda: InputError("Column bytes holds text", fix="correct it"),
        lambda: ConnectionResetError("cut"),
        lambda: KeyError("column"),
        KeyboardInterrupt,
    ],
    ids=["ours", "input", "connection", "key", "interrupt"],
)
@pytest.mark.parametrize("after", [0, 1, 200])
def test_an_error_while_reading_arrives_as_it_was_raised(made, after):
    error = made()

    def batches():
        yield from [THOUSAND] * after
        raise error

    with pytest.raises(type(error)) as caught:
        list(run(SUMS, batches()))
    assert caught.value is error


def test_an_error_while_a_streamed_result_is_read_arrives_as_it_was_raised():
    error = InputError("Column bytes holds text", fix="correct it")

    def batches():
        yield from [THOUSAND] * 200
        raise error

    with pytest.raises(InputError) as caught:
        list(run("SELECT key, number AS total FROM events", batches()))
    assert caught.value is error


def test_nothing_is_read_before_the_first_row_is_asked_for(tmp_path):
    read = []

    def batches():
        read.append(True)
        yield rows(("a", 1, None))

    made = run(SUMS, batches(), temp_folder=str(tmp_path))
    assert (read, list(tmp_path.iterdir())) == ([], [])
    list(made)
    assert read == [True]


def test_a_reader_that_stops_early_leaves_nothing_behind(tmp_path):
    ended = []

    def batches():
        try:
            for number in range(100):
                yield rows(*((str(number * 1000 + row), 1, None) for row in range(1000)))
        finally:
            ended.append(True)

    made = run(SUMS, batches(), temp_folder=str(tmp_path))
    assert next(made).num_rows > 0
    assert len(list(tmp_path.iterdir())) == 1
    made.close()
    assert (ended, list(tmp_path.iterdir())) == ([True], [])


def test_a_reader_that_stops_a_streamed_result_early_ends_the_input(tmp_path):
    ended = []

    def batches():
        try:
            yield from [THOUSAND] * 2000
        finally:
            ended.append(True)

    made = run("SELECT key, number AS total FROM events", batches(), temp_folder=str(tmp_path))
    next(made)
    made.close()
    assert (ended, list(tmp_path.iterdir())) == ([True], [])


def wide(events=100_000, visitors=10_000) -> Iterator[pa.RecordBatch]:
    """Events of wide texts, ten of each visitor, none in a row."""
    step = 5_000
    for start in range(0, events, step):
        row = pa.array(range(start, start + step), pa.int64())
        who = pc.cast(pc.subtract(row, pc.multiply(pc.divide(row, visitors), visitors)), pa.string())
        text = pc.binary_join_element_wise(who, pc.cast(row, pa.string()), "/" * 500)
        yield pa.RecordBatch.from_pydict(
            {
                "server_ts": pc.multiply(row, 1_000_000).cast(pa.timestamp("us", tz="UTC")),
                "location": text,
                "referer": text,
                "useragent": text,
                "visitor_id": who,
                "row_index": row,
            }
        )


def grouped(folder: Path, limit: int, batches=None, apart=None) -> Iterator[pa.RecordBatch]:
    columns = [name for name in EVENTS.names if name in ("server_ts", "location", "referer", "useragent", "visitor_id")]
    schema = pa.schema([*(EVENTS.get(name).arrow for name in columns), ("row_index", pa.int64())])
    settings = VisitorSettings(memory_limit_mb=limit, temp_folder=str(folder))
    output = features.visitor_columns(columns, settings.shape)
    query = features.visitors(columns, features.rules_of(SessionSettings()), settings.shape)
    return embedded.run(query, batches or wide(), schema, output=output, settings=settings, apart=apart)


def test_events_of_more_memory_than_the_limit_are_grouped_by_spilling(tmp_path):
    read = []
    batches = (batch for batch in wide() if not read.append(batch.nbytes))
    counts = [count for batch in grouped(tmp_path, 150, batches) for count in batch.column("count").to_pylist()]
    assert sum(read) > 150 * 10**6
    assert (len(counts), set(counts)) == (10_000, {10})
    assert list(tmp_path.iterdir()) == []


def test_rows_that_never_meet_are_grouped_part_by_part_where_all_are_more_than_the_memory(tmp_path, caplog):
    caplog.set_level("INFO")
    counts = [row for batch in grouped(tmp_path, 150, apart="visitor_id") for row in batch.column("count").to_pylist()]
    assert (len(counts), set(counts)) == (10_000, {10})
    assert "more than fit into the memory at once: grouped in 7 parts" in caplog.text
    assert "Part 7 of 7 is grouped" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_of_all_parts_is_seen_by_each(tmp_path):
    columns = (Column("visitor_id", Type.STRING, ""), Column("total", Type.BIGINT, ""))
    counted = "SELECT visitor_id, COUNT(*) AS hits FROM events GROUP BY visitor_id"
    shared = embedded.Shared(
        *("counts", parse_one(counted, read="duckdb")),
        *("totals", parse_one("SELECT CAST(SUM(hits) AS BIGINT) AS total FROM counts", read="duckdb")),
    )
    query = parse_one("SELECT DISTINCT visitor_id, total FROM events CROSS JOIN totals", read="duckdb")
    read = (batch.select(["visitor_id", "referer"]) for batch in wide())
    schema = pa.schema([("visitor_id", pa.string()), ("referer", pa.string())])
    settings = VisitorSettings(memory_limit_mb=150, temp_folder=str(tmp_path))
    made = embedded.run(query, read, schema, output=columns, settings=settings, apart="visitor_id", shared=shared)
    found = pa.Table.from_batches(made).to_pydict()
    assert (len(found["visitor_id"]), set(found["total"])) == (10_000, {100_000})
    assert list(tmp_path.iterdir()) == []


def test_rows_that_fit_into_the_memory_are_grouped_at_once(tmp_path, caplog):
    caplog.set_level("INFO")
    assert sum(batch.num_rows for batch in grouped(tmp_path, 1024, apart="visitor_id")) == 10_000
    assert "parts" not in caplog.text


def test_several_queries_of_one_reading_give_their_rows_one_after_the_other(tmp_path):
    read = []
    queries = [parse_one(f"SELECT key, number + {more} AS total FROM events", read="duckdb") for more in (1, 2)]

    def ready():
        assert read == [True]
        return queries

    def batches():
        read.append(True)
        yield rows(("a", 1, None))

    made = embedded.run(ready, batches(), SCHEMA, output=(KEY, TOTAL), settings=VisitorSettings())
    assert [row["total"] for batch in made for row in batch.to_pylist()] == [2, 3]


def test_a_limit_that_is_too_small_is_named_with_the_setting_to_raise(tmp_path):
    with pytest.raises(SettingsError, match=r"more than the 20 MB it may use.*; raise memory_limit_mb"):
        list(grouped(tmp_path, 20))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match="absent, meant for temporary files, cannot be written to"):
        next(run(SUMS, [], temp_folder=str(tmp_path / "absent")))


def test_a_query_sees_no_file_and_no_variable(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("key,total\na,1\n", encoding="utf-8")
    with pytest.raises(OvhLogsError, match=r"DuckDB could not run the query"):
        list(run(f"SELECT * FROM '{secret}'", []))


def test_a_value_that_the_query_cannot_use_is_an_error_of_ours():
    with pytest.raises(OvhLogsError, match=r"DuckDB could not run the query .*; look for the value it names"):
        list(run("SELECT key, CAST(key AS BIGINT) AS total FROM events", [rows(("a", 1, None))]))


def test_times_are_read_in_utc_wherever_the_machine_is(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    query = "SELECT CAST(HOUR(time) AS TEXT) AS key, number AS total FROM events"
    (made,) = run(query, [rows(("a", 1, datetime(2026, 1, 31, 10, tzinfo=timezone.utc)))])
    assert made.column("key").to_pylist() == ["10"]
