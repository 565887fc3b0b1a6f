"""Batches to the dictionaries that the host writes."""

from __future__ import annotations

from datetime import datetime, timezone

import pyarrow as pa
import pytest

from ovh_weblogs.dss.rows import dictionaries
from ovh_weblogs.schema import HITS, Column, Type


def rows(columns, *given):
    """The given rows, one more of nothing but nulls around them, as dictionaries."""
    schema = pa.schema([column.arrow for column in columns])
    batch = pa.RecordBatch.from_pylist([{}, *given, {}], schema=schema)
    return list(dictionaries(batch, columns))[1:-1]


def at(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Type.STRING, "é\u2028 'x' \\", "é\u2028 'x' \\"),
        (Type.INT, 200, 200),
        (Type.BIGINT, 2**63 - 1, 2**63 - 1),
        (Type.DOUBLE, 0.5, 0.5),
        (Type.BOOLEAN, False, False),
        (Type.INSTANT, at(2026, 1, 31, 10), "2026-01-31T10:00:00.000Z"),
        (Type.INSTANT, at(2026, 1, 31, 10, 0, 0, 123_999), "2026-01-31T10:00:00.123Z"),
        (Type.INSTANT, at(1969, 12, 31, 23, 59, 59), "1969-12-31T23:59:59.000Z"),
    ],
)
def test_a_value_is_plain_and_a_null_is_none(kind, value, expected):
    column = Column("it's", kind, "")
    assert rows([column], {"it's": value}, {}) == [{"it's": expected}, {"it's": None}]


def test_only_the_columns_asked_for_come_in_their_order():
    batch = pa.RecordBatch.from_pylist([{"status": 200, "vhost": "a.example", "method": "GET"}], schema=HITS.arrow)
    (row,) = dictionaries(batch, [HITS.get("vhost"), HITS.get("status")])
    assert list(row.items()) == [("vhost", "a.example"), ("status", 200)]


def test_each_row_is_a_dictionary_of_its_own():
    first, second = rows([Column("a", Type.INT, "")], {"a": 1}, {"a": 1})
    assert first == second
    assert first is not second


def test_a_part_of_a_batch_is_read_from_where_it_begins():
    batch = pa.RecordBatch.from_pylist([{"vhost": f"{n}.example", "bytes": n} for n in range(5)], schema=HITS.arrow)
    found = list(dictionaries(batch.slice(2, 2), [HITS.get("vhost"), HITS.get("bytes")]))
    assert found == [{"vhost": "2.example", "bytes": 2}, {"vhost": "3.example", "bytes": 3}]


def test_no_rows_and_no_columns_are_nothing_much():
    assert list(dictionaries(pa.RecordBatch.from_pylist([], schema=HITS.arrow), HITS.columns)) == []
    assert list(dictionaries(pa.RecordBatch.from_pylist([{"vhost": "a"}], schema=HITS.arrow), [])) == []
