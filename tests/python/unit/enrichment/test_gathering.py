"""Small batches are put together before they are enriched: no row changes its place, and memory stays bounded."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ovh_weblogs import pipeline
from ovh_weblogs.enrichment import gathered


def numbered(first, count):
    return pa.RecordBatch.from_pydict({"n": pa.array(range(first, first + count), pa.int64())})


def test_small_batches_are_joined_until_there_are_16384_rows():
    batches = [numbered(first, 5_000) for first in range(0, 35_000, 5_000)]
    joined = list(gathered(batches))
    assert [batch.num_rows for batch in joined] == [20_000, 15_000]
    assert pa.Table.from_batches(joined).column("n").to_pylist() == list(range(35_000))


def test_a_large_batch_passes_as_it_is():
    batch = numbered(0, 40_000)
    assert next(gathered([batch, numbered(0, 1)])) is batch


def test_of_long_lines_fewer_are_joined():
    batch = pa.RecordBatch.from_pydict({"text": ["x" * 1_000_000] * 10})
    assert [joined.num_rows for joined in gathered([batch] * 3)] == [20, 10]


def test_batches_of_other_columns_are_kept_apart():
    other = pa.RecordBatch.from_pydict({"m": [1]})
    assert [batch.schema.names for batch in gathered([numbered(0, 1), numbered(1, 1), other])] == [["n"], ["m"]]


@pytest.mark.parametrize(("batches", "expected"), [([], []), ([0], [0]), ([0, 0], [0]), ([0, 2], [2])])
def test_empty_batches_give_one_with_the_columns(batches, expected):
    assert [batch.num_rows for batch in gathered(numbered(0, count) for count in batches)] == expected


def test_dictionaries_of_batches_are_joined():
    batches = [pa.RecordBatch.from_pydict({"useragent": pa.array([text]).dictionary_encode()}) for text in ("a", "b")]
    (events,) = pipeline.enrich(batches)
    assert events.column("useragent").to_pylist() == ["a", "b"]
