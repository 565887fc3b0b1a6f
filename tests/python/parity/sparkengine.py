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
from ovh_weblogs.schema import Column, Type
from tests.python.parity.engines import ROW, in_order


class Spark:
    """A session with a table of the events; rows are numbered from 1 in the order of hits, then of all columns."""

    dialect = "spark"

    def __init__(self, session: SparkSession) -> None:
        self._session = session

    def load(self, table: pa.Table, columns: Sequence[Column]) -> None:
        """Take events."""
        declared = [*columns, ROW]
        values = [tuple(row[column.name] for column in declared) for row in in_order(table, columns)]
        self._frame = staged(self._session.createDataFrame(values, spark.schema_of(declared)), declared)

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
