"""The rows that an engine reads, kept in a file: a definition looks at them several times, a few columns each time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ovh_weblogs.ahead import ahead
from ovh_weblogs.engines.spool import told
from ovh_weblogs.errors import InputError

_ROWS, _BYTES = (
    120_000,
    64 << 20,
)  # of a row group at most, but for one batch that is larger: what a thread reads at once


def keep(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path, filled: Sequence[str]) -> int:
    """Write the batches to a Parquet file; closed at the end where they are a generator.

    Args:
        batches: What to read.
        schema: Of the file; batches that hold texts another way are cast.
        path: The file.
        filled: Columns in which no null is let through; names that the schema lacks do not matter.

    Returns:
        Bytes that the rows take in memory.

    Raises:
        InputError: A null stands where none may be.
        SettingsError: The file cannot be written.
        BaseException: Whatever reading raised, itself.
    """
    # Numbers that are all different make dictionaries that are given up again.
    repeated = [field.name for field in schema if pa.types.is_string(field.type)]
    whole, rows, size, group = 0, 0, 0, list[pa.RecordBatch]()
    # Read in a thread of its own: writing, which is Arrow's, lets Python run meanwhile.
    with closing(ahead(_read(batches, schema, filled))) as read, ExitStack() as files:
        with told(path.parent):
            writer = files.enter_context(pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=repeated))
        for batch in read:
            group.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows >= _ROWS or size >= _BYTES:
                with told(path.parent):
                    writer.write_table(pa.Table.from_batches(group), row_group_size=rows)
                whole, rows, size, group = whole + size, 0, 0, []
        with told(path.parent):
            if rows:
                writer.write_table(pa.Table.from_batches(group), row_group_size=rows)
            writer.close()
    pa.default_memory_pool().release_unused()  # before the engine takes what it may
    return whole + size


def _read(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, filled: Sequence[str]
) -> Generator[pa.RecordBatch, None, None]:
    """The batches, of the schema and without a null where none may be."""
    there = [name for name in filled if name in schema.names]
    try:
        for batch in batches:
            yield _checked(batch, schema, there)
    finally:
        close = getattr(batches, "close", None)
        if close is not None:
            close()


def _checked(batch: pa.RecordBatch, schema: pa.Schema, filled: Sequence[str]) -> pa.RecordBatch:
    for name in filled:
        if nulls := batch.column(name).null_count:
            raise InputError(
                f"Column {name} of the input is empty in {nulls} of {batch.num_rows} rows looked at",
                fix="fill it or drop those rows in a Prepare recipe; enrichment gives each hit a visitor_id",
            )
    return batch if batch.schema == schema else batch.select(schema.names).cast(schema)
