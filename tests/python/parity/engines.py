"""Engines that run definitions over a table of events, all of them in the same way.

An engine has a ``dialect``, for which definitions are made; ``load`` takes the events, of any of the declared columns,
in any order; ``rows`` runs a definition over the events that were loaded last and gives its rows, in any order, as
dicts of Python values: texts, whole numbers, floats, True and False, and times with a zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from typing import Any, Protocol

import pyarrow as pa
import pytest
from sqlglot import exp

from dev.databases import MYSQL, Server
from ovh_weblogs.engines import database, embedded
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import MARIADB, POSTGRES
from ovh_weblogs.schema import EVENTS, HIT_ORDER, Column, Type
from ovh_weblogs.settings import VisitorSettings

# A query takes seconds there; the warnings are Spark's own, of pandas and of Python's next versions.
SPARK = pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")])
ROW = Column("row_index", Type.BIGINT, "", nullable=False)


class Engine(Protocol):
    """What the suite needs of one."""

    dialect: str

    def load(self, table: pa.Table, columns: Sequence[Column]) -> None:
        """Take events."""

    def rows(self, query: exp.Expression, output: Sequence[Column]) -> list[dict[str, Any]]:
        """Run a definition."""


class Embedded:
    """DuckDB in the process: what the others are compared with. Hits have the order that a table gives them."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self._known: dict[str, list[dict[str, Any]]] = {}  # the same events come once for each engine

    def load(self, table, columns):
        """Keep the events."""
        self._schema = pa.schema([*(column.arrow for column in columns), ROW.arrow])
        numbered = in_order(table, columns)
        self._batches = pa.Table.from_pylist(numbered, schema=self._schema).to_batches()
        self._rows = repr(numbered)

    def rows(self, query, output):
        """Run a definition."""
        asked = f"{query!s} {self._schema} {self._rows}"
        if asked not in self._known:
            made = embedded.run(query, self._batches, self._schema, output=output, settings=VisitorSettings())
            self._known[asked] = [row for batch in made for row in batch.to_pylist()]
        return self._known[asked]


def in_order(table: pa.Table, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Events numbered from 1 as a database does: in the order of hits, and then of all columns."""
    names = [column.name for column in columns]
    first = [name for name in (*HIT_ORDER, "visitor_id") if name in names]
    order = [*first, *(name for name in names if name not in first)]
    rows = sorted(table.to_pylist(), key=lambda row: [_nulls_last(row[name]) for name in order])
    return [{**row, ROW.name: number} for number, row in enumerate(rows, 1)]


def _nulls_last(value):
    if value is None:
        return (1,)
    return (0, value.encode() if isinstance(value, str) else value)


_KINDS = {
    POSTGRES: {Type.STRING: "TEXT", Type.INSTANT: "TIMESTAMPTZ", Type.DOUBLE: "DOUBLE PRECISION"},
    MARIADB: {Type.STRING: "LONGTEXT", Type.INSTANT: "DATETIME(6)", Type.DOUBLE: "DOUBLE"},
}


class Database:
    """A server with a table of the events."""

    def __init__(self, server: Server) -> None:
        self._dialect = MARIADB if server.kind == MYSQL else POSTGRES
        self.dialect = self._dialect.name
        self._connection = server.connect()
        self._columns: Sequence[Column] = ()
        self._quote = "`" if server.kind == MYSQL else '"'
        self._table = f"{self._quote}Events of a test{self._quote}"

    def close(self):
        """End the connection."""
        self._connection.close()

    def load(self, table, columns):
        """Fill the table anew, which is made anew where the columns are others."""
        known, self._columns = self._columns, columns
        kinds = {Type.INT: "INT", Type.BIGINT: "BIGINT", Type.BOOLEAN: "BOOLEAN", **_KINDS[self._dialect]}
        declared = ", ".join(f"{self._quote}{each.name}{self._quote} {kinds[each.type]}" for each in columns)
        cursor = self._connection.cursor()
        if columns == known:
            cursor.execute(f"DELETE FROM {self._table}")
        else:
            cursor.execute(f"DROP TABLE IF EXISTS {self._table}")
            cursor.execute(f"CREATE TABLE {self._table} ({declared})")
        rows = [tuple(self._given(row[each.name]) for each in columns) for row in table.to_pylist()]
        if rows:
            cursor.executemany(f"INSERT INTO {self._table} VALUES ({', '.join(['%s'] * len(columns))})", rows)
        self._connection.commit()

    def _given(self, value):
        """MariaDB's times have no zone."""
        return value.replace(tzinfo=None) if self._dialect is MARIADB and hasattr(value, "tzinfo") else value

    def rows(self, query, output, **source):
        """Run a definition, over a part of the table where ``source`` says so."""
        given = Source(self._table, [(column, column.name) for column in self._columns], **source)
        made = self.asked(database.statement([query], given, output, self._dialect))
        kinds = {column.name: column.type for column in output}
        return [{name: self._taken(value, kinds[name]) for name, value in row.items()} for row in made]

    def asked(self, statement):
        """Rows of a query as they come."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            self._connection.rollback()

    def _taken(self, value, kind):
        """MariaDB's truth values are numbers, its times have no zone."""
        if self._dialect is MARIADB and value is not None:
            if kind is Type.BOOLEAN:
                return {0: False, 1: True}[value]
            if kind is Type.INSTANT:
                return value.replace(tzinfo=timezone.utc)
        return value


def declared(names: Sequence[str]) -> list[Column]:
    """Columns of events by name, in their order."""
    return [column for column in EVENTS.columns if column.name in names]
