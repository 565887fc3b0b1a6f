"""DuckDB inside the recipe: rows stream in and out, and spill into the job's own folder beyond the memory limit."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence

import duckdb
import pyarrow as pa
from sqlglot import ErrorLevel, exp

from ovh_weblogs.errors import InputError, TryAgain
from ovh_weblogs.schema import Column
from ovh_weblogs.settings import VisitorSettings

logger = logging.getLogger(__name__)

_ROWS = 20_000  # per batch that leaves the engine


def run(
    query: exp.Expression,
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    *,
    output: Sequence[Column],
    settings: VisitorSettings,
    table: str = "events",
) -> Iterator[pa.RecordBatch]:
    """The query's rows, as the declared columns.

    Args:
        query: A definition over ``table``.
        batches: The table's rows; read once.
        schema: Of every batch.
        output: Columns that the query gives, in order; instants as whole microseconds.
        settings: Memory limit and folder for spilling.
        table: Name of the table in the query.

    Raises:
        InputError: A row lacks a value that the table declares as always there.
        TryAgain: The memory limit and the disk are used up.
        Exception: Whatever reading the batches raised, unchanged.
    """
    text = query.sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)
    source = _Source(batches)
    with tempfile.TemporaryDirectory(prefix="ovh-logs-", dir=settings.temp_folder) as folder:
        connection = duckdb.connect(":memory:")
        try:
            _configure(connection, folder, settings)
            connection.register(table, pa.RecordBatchReader.from_batches(schema, source))
            for batch in _reader(connection.sql(text)):
                yield _declared(batch, output)
        except duckdb.OutOfMemoryException as cause:
            raise TryAgain(
                f"Grouping needs more than {settings.memory_limit_mb} MB of memory or than the disk of {folder} holds",
                fix="free some disk, or group fewer days at a time",
            ) from cause
        except duckdb.Error:
            if source.error is not None:  # DuckDB hands on the text of an error of ours; the error itself says more
                raise source.error from None
            raise
        finally:
            connection.close()


class _Source:
    """The batches, and what was raised while they were read."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self.error: Exception | None = None

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> pa.RecordBatch:
        try:
            return next(self._batches)
        except StopIteration:
            raise
        except Exception as error:
            self.error = error
            raise


def _configure(connection: duckdb.DuckDBPyConnection, folder: str, settings: VisitorSettings) -> None:
    connection.execute("SET temp_directory = ?", [folder])
    connection.execute(f"SET memory_limit = '{int(settings.memory_limit_mb)}MB'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")


def _reader(relation: duckdb.DuckDBPyRelation) -> pa.RecordBatchReader:
    # to_arrow_reader came with DuckDB 1.5; fetch_arrow_reader is what 1.1 to 1.4 have.
    read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    return read(_ROWS)


def _declared(batch: pa.RecordBatch, output: Sequence[Column]) -> pa.RecordBatch:
    arrays = []
    for column in output:
        array = batch.column(column.name)
        if array.null_count and not column.nullable:
            raise InputError(
                f"Column {column.name} has rows without a value", fix="fill or drop them before this recipe"
            )
        arrays.append(array if array.type == column.arrow.type else array.cast(column.arrow.type))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([column.arrow for column in output]))
