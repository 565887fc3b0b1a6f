"""Small batches put together: a log repeats itself, and what is looked at once per batch is looked at less often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

_ROWS = 1 << 14  # twice as many gain little, and take that much more memory
_BYTES = 16 << 20  # of long lines fewer are put together


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in the same order, in batches of 16,384 rows or 16 MB at least; those of other columns apart."""
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if waiting and not batch.schema.equals(waiting[0].schema):
            yield _joined(waiting)
            rows = size = 0
        waiting.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _ROWS or size >= _BYTES:
            yield _joined(waiting)
            rows = size = 0
    if waiting:
        yield _joined(waiting)


def _joined(waiting: list[pa.RecordBatch]) -> pa.RecordBatch:
    """One batch of those that are waiting, of which none is kept: memory would hold their rows twice."""
    joined = waiting[0]
    if len(waiting) > 1:
        joined = next(iter(pa.Table.from_batches(waiting).combine_chunks().to_batches()), joined)
    waiting.clear()
    return joined
