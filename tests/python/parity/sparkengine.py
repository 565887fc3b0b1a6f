"""Spark as an engine of the parity suite: ``load`` takes events, ``rows`` runs a definition over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession
from sqlglot import exp

from ovh_weblogs.distributed.groups import staged
from ovh_weblogs.engines import spark
from ovh_weblogs.schema import HIT_ORDER, Column, Type

ROW = Column("row_index", Type.BIGINT, "", nullable=False)


class Spark:
    """A session with a table of the events; rows are numbered from 1 in the order of hits, then of all columns."""

    dialect = "spark"

    def __init__(self, session: SparkSession) -> None:
        self._session = session

    def load(self, table: pa.Table, columns: Sequence[Column]) -> None:
        """Take events."""
        names = [column.name for column in columns]
        first = [name for name in (*HIT_ORDER, "visitor_id") if name in names]
        order = [*first, *(name for name in names if name not in first)]
        rows = sorted(table.to_pylist(), key=lambda row: [_nulls_last(row[name]) for name in order])
        values = [(*(row[name] for name in names), number) for number, row in enumerate(rows, 1)]
        loaded = self._session.createDataFrame(values, spark.schema_of([*columns, ROW]))
        self._frame = staged(loaded, [*columns, ROW])

    def rows(self, query: exp.Expression, output: Sequence[Column]) -> list[dict[str, Any]]:
        """Run a definition."""
        found = spark.run(query, self._frame, output=output).collect()
        instants = [column.name for column in output if column.type is Type.INSTANT]
        rows = [row.asDict() for row in found]
        for row in rows:
            row.update({name: _zoned(row[name]) for name in instants})
        return rows


def _zoned(moment):
    """Spark gives times of the driver's clock without a zone."""
    return moment and moment.astimezone(timezone.utc)


def _nulls_last(value):
    if value is None:
        return (1,)
    return (0, value.encode() if isinstance(value, str) else value)
