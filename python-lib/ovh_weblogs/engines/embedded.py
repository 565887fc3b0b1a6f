"""DuckDB inside the recipe: rows stream in and out, and spill into the job's own folder beyond the memory limit."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import ErrorLevel, exp

from ovh_weblogs.engines.kept import keep
from ovh_weblogs.engines.spool import own_folder
from ovh_weblogs.errors import OvhLogsError, SettingsError
from ovh_weblogs.schema import ARROW_TYPES, Column, Type
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import VisitorSettings

logger = guarded_logger(__name__)

_ROWS = 20_000  # per batch that leaves the engine
_ROOM = 6  # times their own size in memory: what grouping events to visitors takes without spilling
_FLUSHED = 20_000  # rows of a part that are held back before they are written: all parts are written side by side
_MB_PER_THREAD = 256  # each thread keeps buffers of its own: many threads under a small limit run out of memory


@dataclass(frozen=True)
class Shared:
    """What parts have to know of one another: a table that a definition reads beside its own.

    ``part``: the table that ``of_part``, a query over the rows of one part, gives its rows to; ``whole``: the table
    that ``of_all`` makes of it, a query over ``part`` alone.
    """

    part: str
    of_part: exp.Expression
    whole: str
    of_all: exp.Expression


def run(
    query: exp.Expression | Callable[[], Sequence[exp.Expression]],
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    *,
    output: Sequence[Column],
    settings: VisitorSettings,
    table: str = "events",
    apart: str | None = None,
    shared: Shared | None = None,
) -> Iterator[pa.RecordBatch]:
    """The query's rows as the declared columns, in no particular order; nothing is read before the first is asked for.

    Args:
        query: A definition over ``table``; or what gives one or several, asked once all rows are read.
        batches: The table's rows; read once, and closed at the end where it is a generator.
        schema: Of every batch.
        output: Columns that the query gives, in order; instants as whole microseconds. One that may not be null and
            stands in the input under its name may not be null there either: told before the first row comes out.
        settings: Memory limit and folder for spilling.
        table: Name of the table in the query.
        apart: A column of the table. Rows with different values of it never meet in the query, so that more of them
            than fit into the memory can be looked at part by part; None where that is not so, or the order counts.
        shared: What is told of all parts first.

    Raises:
        InputError: A row lacks a value that the table declares as always there.
        SettingsError: The memory limit or the folder for spilling is too small, or the folder cannot be used.
        OvhLogsError: The query fails, or gives other columns than declared.
        BaseException: Whatever reading the batches raised, itself.
    """
    with own_folder(settings.temp_folder) as folder:
        kept = folder / "events.parquet"
        size = keep(batches, schema, kept, [column.name for column in output if not column.nullable])
        definitions = [query] if isinstance(query, exp.Expression) else query()
        texts = [_text(each) for each in definitions]
        with closing(duckdb.connect(":memory:")) as connection:
            try:
                _configure(connection, folder, settings)
                parts = _parts(connection, kept, size, apart, settings)
                if shared:
                    _share(connection, shared, parts, table, folder)
                for _ in _viewed(connection, parts, table):
                    for text in texts:
                        with connection.sql(text).to_arrow_reader(_ROWS) as reader:
                            _check(reader.schema, output)
                            yield from (_declared(batch, output) for batch in reader)
            except (duckdb.Error, pa.ArrowException, OSError) as cause:
                # Errors reach us through C interfaces: as DuckDB's, as Arrow's, or as the OSError that Arrow makes.
                raise _explained(cause, settings) from cause


def _text(query: exp.Expression) -> str:
    # Not of a copy, which would take twice as long as the text.
    return query.sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE, copy=False)


def _parts(
    connection: duckdb.DuckDBPyConnection, kept: Path, size: int, apart: str | None, settings: VisitorSettings
) -> list[Path]:
    """Files that are looked at one after the other, each in a folder of its own where there are several."""
    parts = -(-size * _ROOM // (int(settings.memory_limit_mb) * 10**6))
    if apart is None or parts <= 1:
        return [kept]
    logger.info("%d MB of events are more than fit into the memory at once: grouped in %d parts", size >> 20, parts)
    folder = kept.parent / "parts"
    rows = connection.read_parquet(str(kept)).project(f'*, CAST(hash("{apart}") % {parts} AS INTEGER) AS part')
    connection.execute(f"SET partitioned_write_flush_threshold = {_FLUSHED}")
    rows.to_parquet(
        str(folder), compression="lz4", row_group_size=_FLUSHED, partition_by=["part"], write_partition_columns=False
    )
    kept.unlink()
    return [part / "*.parquet" for part in sorted(folder.iterdir())]


def _share(
    connection: duckdb.DuckDBPyConnection, shared: Shared, parts: Sequence[Path], table: str, folder: Path
) -> None:
    """Make the table that all parts see: rows are kept in files, as those of parts are."""
    (folder / shared.part).mkdir()
    for number, part in enumerate(parts):
        connection.read_parquet(str(part)).create_view(table, replace=True)
        connection.sql(_text(shared.of_part)).to_parquet(str(folder / shared.part / f"{number}.parquet"))
    connection.read_parquet(str(folder / shared.part / "*.parquet")).create_view(shared.part)
    whole = str(folder / f"{shared.whole}.parquet")
    connection.sql(_text(shared.of_all)).to_parquet(whole)
    connection.read_parquet(whole).create_view(shared.whole)


def _viewed(connection: duckdb.DuckDBPyConnection, parts: Sequence[Path], table: str) -> Iterator[None]:
    """Each part as the table, one after the other; those that were looked at are removed."""
    for number, part in enumerate(parts, 1):
        connection.read_parquet(str(part)).create_view(table, replace=True)
        yield
        if len(parts) > 1:
            shutil.rmtree(part.parent)
            logger.info("Part %d of %d is grouped", number, len(parts))


def _configure(connection: duckdb.DuckDBPyConnection, folder: Path, settings: VisitorSettings) -> None:
    limit = int(settings.memory_limit_mb)
    threads = max(1, min(os.cpu_count() or 1, limit // _MB_PER_THREAD))
    connection.execute("SET temp_directory = ?", [str(folder)])
    connection.execute(f"SET memory_limit = '{limit}MB'")
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    # Last: it also refuses changes of temp_directory. A query sees the job's own folder, no other file and no address.
    connection.execute("SET allowed_directories = ?", [[str(folder)]])
    connection.execute("SET enable_external_access = false")


def _check(given: pa.Schema, output: Sequence[Column]) -> None:
    declared = [(column.name, _raw_type(column)) for column in output]
    found = [(field.name, field.type) for field in given]
    if found != declared:
        wrong = [f"{name} as {kind}" for name, kind in declared if (name, kind) not in found]
        raise OvhLogsError(
            f"The query does not give {', '.join(wrong) or 'the declared columns alone and in their order'}",
            fix="report it as a defect of the plugin, with the versions of duckdb and sqlglot",
        )


def _raw_type(column: Column) -> pa.DataType:
    """The type in which the engine hands the column over."""
    return pa.int64() if column.type is Type.INSTANT else ARROW_TYPES[column.type]


def _declared(batch: pa.RecordBatch, output: Sequence[Column]) -> pa.RecordBatch:
    for column, array in zip(output, batch.columns, strict=True):
        if array.null_count and not column.nullable:
            raise OvhLogsError(
                f"The query leaves {column.name} without a value in {array.null_count} rows",
                fix="report it as a defect of the plugin, with the versions of duckdb and sqlglot",
            )
    arrays = [array.cast(column.arrow.type) for column, array in zip(output, batch.columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([column.arrow for column in output]))


def _explained(cause: Exception, settings: VisitorSettings) -> OvhLogsError:
    said = str(cause).strip().partition("\n")[0][:200]
    if isinstance(cause, duckdb.OutOfMemoryException) or "out of memory" in said.lower():
        return SettingsError(
            f"The grouping needs more than the {settings.memory_limit_mb} MB it may use, or more room for "
            f"temporary files than {settings.temp_folder or tempfile.gettempdir()} has ({said})",
            fix="raise memory_limit_mb or name a temp_folder on a larger disk, in the plugin's settings",
        )
    if isinstance(cause, duckdb.IOException):
        return SettingsError(
            f"DuckDB could not use its temporary files ({said})",
            fix="name a temp_folder with more free room in the plugin's settings",
        )
    return OvhLogsError(
        f"DuckDB could not run the query ({said})",
        fix="look for the value it names in the input; without one, report it as a defect of the plugin",
    )
