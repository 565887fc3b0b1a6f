"""Visitors of events in PostgreSQL or MariaDB: made there, or in the recipe, every row going out and back as text.

The way out is PostgreSQL's own COPY and pandas's reader in chunks, as a recipe has it; what the host spends between the
two is not in it. The server is a private one, with the settings that a small machine of its own would have, and without
compiling, which the recipe switches off, too. MariaDB's has the settings that it comes with.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from dev.bench.contenders.parsing import LinesLost
from dev.bench.corpus import Corpus
from dev.databases import Server, mariadb, postgres
from ovh_weblogs import features, in_database, pipeline
from ovh_weblogs.engines.dialects import MARIADB, POSTGRES, Dialect
from ovh_weblogs.schema import DSS_TYPES, EVENTS, SERVER_HITS, Column, Type
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import Shape

_GROUPS = pipeline.EnrichSettings.only("useragent", "bots", "url", "resources", "local_time", "visitor_id")
_SERVER = ("shared_buffers=512MB", "work_mem=128MB", "max_wal_size=4GB", "jit=off")
_KINDS = {"string": "text", "int": "int", "bigint": "bigint", "boolean": "boolean", "date": "timestamptz"} | {
    "double": "double precision"
}
_KINDS_OF_MARIADB = {**_KINDS, "string": "longtext", "date": "datetime(6)", "double": "double"}
_AS_TEXT = "(FORMAT csv, DELIMITER E'\\t')"
_ROWS = 10_000  # of a chunk, as the recipe reads


@contextmanager
def there(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """In PostgreSQL: one statement."""
    with _events(corpus) as (_, connection, columns):
        made = _statement('"events"', columns, POSTGRES)

        def work() -> int:
            connection.execute(f"CREATE TABLE visitors AS {made}")
            return _counted(connection, corpus)

        yield work


@contextmanager
def there_in_mariadb(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """In MariaDB: one statement."""
    columns = _columns()
    made = _statement("`events`", columns, MARIADB)
    with mariadb() as server, server.connect() as connection:
        cursor = connection.cursor()
        _create(connection, "events", columns, _KINDS_OF_MARIADB)
        for batch in _enriched(corpus, columns):
            rows = [[_without_zone(value) for value in row.values()] for row in batch.to_pylist()]
            cursor.executemany(f"INSERT INTO events VALUES ({', '.join(['%s'] * len(columns))})", rows)
        connection.commit()
        cursor.execute("ANALYZE TABLE events")

        def work() -> int:
            cursor.execute(f"CREATE TABLE visitors AS {made}")
            return _counted(connection, corpus)

        yield work


@contextmanager
def through_the_host(corpus: Corpus) -> Iterator[Callable[[], int]]:
    """Out of PostgreSQL as text, through the embedded engine, and back as text."""
    with _events(corpus) as (server, connection, columns):
        names = [column.name for column in columns]
        made = pipeline.visitor_columns(names)

        def work() -> int:
            _create(connection, "visitors", made)
            with server.connect() as reading, connection.cursor().copy(f"COPY visitors FROM STDIN {_AS_TEXT}") as back:
                for batch in pipeline.visitors(_batches(reading, columns), names):
                    back.write(_text(batch))
            return _counted(connection, corpus)

        yield work


@contextmanager
def _events(corpus: Corpus) -> Iterator[tuple[Server, Any, list[Column]]]:
    """A server that has the table ``events``, a connection to it, and the table's columns."""
    path, columns = Path(corpus.root) / "events.tsv", _columns()
    with postgres(settings=_SERVER) as server, server.connect() as connection:
        connection.autocommit = True
        _store(corpus, path, columns)
        _create(connection, "events", columns)
        with path.open("rb") as file, connection.cursor().copy(f"COPY events FROM STDIN {_AS_TEXT}") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.execute("VACUUM ANALYZE events")
        yield server, connection, columns


def _columns() -> list[Column]:
    """Of the events: those of a server's hits, and what is added to them, as far as visitors are made from it."""
    names = set(pipeline.enrichment_plan(SERVER_HITS.names, _GROUPS).names)
    names &= set(features.visitor_reads(EVENTS.names, Shape()))
    return [column for column in EVENTS.columns if column.name in names]


def _statement(table: str, columns: list[Column], dialect: Dialect) -> str:
    types = {column.name: DSS_TYPES[column.type] for column in columns}
    return in_database.visitors(in_database.Table(table, types), VisitorSettings()).statement(dialect)


def _enriched(corpus: Corpus, columns: list[Column]) -> Iterator[pa.RecordBatch]:
    with corpus.path.open("rb") as file:
        for batch in pipeline.enrich((block.hits for block in pipeline.parse(file)), _GROUPS):
            yield batch.select([column.name for column in columns])


def _without_zone(value: Any) -> Any:
    """MariaDB's times have none."""
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _store(corpus: Corpus, path: Path, columns: list[Column]) -> None:
    """The events as text, made once for a corpus."""
    if path.exists():
        return
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as target:
        for batch in _enriched(corpus, columns):
            target.write(_text(batch))
    unfinished.replace(path)


def _counted(connection: Any, corpus: Corpus) -> int:
    """Events in the visitors that were made, which are all."""
    cursor = connection.cursor()
    cursor.execute("SELECT SUM(count) FROM visitors")
    (count,) = cursor.fetchone()
    if count != corpus.hits:
        raise LinesLost(f"{count} events are in the visitors of {corpus.hits} hits")
    return corpus.hits


def _create(connection: Any, table: str, columns: Any, kinds: Mapping[str, str] = _KINDS) -> None:
    declared = (f"{column.name} {kinds[DSS_TYPES[column.type]]}" for column in columns)
    connection.cursor().execute(f"CREATE TABLE {table} ({', '.join(declared)})")


def _text(batch: pa.RecordBatch) -> bytes:
    target = io.BytesIO()
    csv.write_csv(batch, target, csv.WriteOptions(include_header=False, delimiter="\t"))
    return target.getvalue()


def _batches(connection: Any, columns: list[Column]) -> Iterator[pa.RecordBatch]:
    """Chunks of texts, as the recipe has them from the host."""
    names = [column.name for column in columns]
    moment = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    truth = "CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END"
    forms = {Type.INSTANT: moment, Type.BOOLEAN: truth}
    asked = (forms.get(column.type, "{}").format(f'"{column.name}"') for column in columns)
    schema = pa.schema([(name, pa.string()) for name in names])
    with connection.cursor().copy(f"COPY (SELECT {', '.join(asked)} FROM events) TO STDOUT {_AS_TEXT}") as copy:
        options: dict[str, Any] = {"sep": "\t", "header": None, "names": names, "dtype": "str", "na_values": [""]}
        reader = pd.read_csv(io.BufferedReader(_Blocks(copy)), keep_default_na=False, chunksize=_ROWS, **options)
        for frame in reader:
            arrays = [pa.array(frame[name], pa.string(), from_pandas=True) for name in names]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


class _Blocks(io.RawIOBase):
    """What comes out of a COPY, as a file."""

    def __init__(self, copy: Any) -> None:
        self._copy, self._rest = copy, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        self._rest = self._rest or bytes(self._copy.read())
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
