"""The rows that an engine reads, and what went wrong while they were read."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import pyarrow as pa

from ovh_weblogs.errors import InputError


class Source:
    """An iterator over batches of one schema that remembers the error by which reading ended.

    An engine hands on the text of such an error at best; ``error`` is the error itself.

    Args:
        batches: What to read.
        schema: Of every batch.
        filled: Columns in which no null is let through; names that the schema lacks do not matter.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema, filled: Sequence[str]) -> None:
        self._batches = batches
        self._iterator = iter(batches)
        self._schema = schema
        self._filled = [name for name in filled if name in schema.names]
        self.error: BaseException | None = None
        self._closed = False
        self._reading = threading.Lock()

    def __iter__(self) -> Source:
        return self

    def __next__(self) -> pa.RecordBatch:
        with self._reading:
            if self._closed:
                raise StopIteration
            try:
                return self._checked(next(self._iterator))
            except StopIteration:
                raise
            except BaseException as error:
                self.error = error
                raise

    def _checked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for name in self._filled:
            if nulls := batch.column(name).null_count:
                raise InputError(
                    f"Column {name} of the input is empty in {nulls} of {batch.num_rows} rows looked at",
                    fix="fill it or drop those rows in a Prepare recipe; enrichment gives each hit a visitor_id",
                )
        return batch if batch.schema == self._schema else batch.select(self._schema.names).cast(self._schema)

    def close(self) -> None:
        """End the reading: a generator runs its last steps now, after the step that a thread of the engine is in."""
        with self._reading:
            self._closed = True
            for generator in (self._iterator, self._batches):
                close = getattr(generator, "close", None)
                if close is not None:
                    close()
