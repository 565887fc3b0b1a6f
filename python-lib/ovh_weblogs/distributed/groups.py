"""The use cases on Spark: events to visits and to visitors, by the definitions of one machine.

Rows of Spark have no order of their own. Hits are ordered by time, file and line number, as everywhere; where these are
equal or absent, by ``row_index``: the number of the task that read the row, then its place there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, reduce

import pyarrow as pa
from pyspark.sql import DataFrame
from sqlglot import exp

from ovh_weblogs import features
from ovh_weblogs.engines import spark
from ovh_weblogs.engines.spark import Batches, TaskCounts
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.grouping import Grouping
from ovh_weblogs.labelcounts import LabelCounts, label_counts, tell_labels
from ovh_weblogs.schema import ARROW_TYPES, Column, Type
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.sessions import Visits
from ovh_weblogs.settings import Engine, SessionSettings, VisitorSettings
from ovh_weblogs.visitored import LabelKind

logger = guarded_logger(__name__)

_ROW = "row_index"
_SUMMED = "DECIMAL(20, 0)"  # Spark's sum of BIGINT is another, which overflows; that of a decimal has ten digits more
_KINDS = {kind: name for name, kind in ARROW_TYPES.items()}


def check(settings: VisitorSettings) -> None:
    """Find out before anything is read that other recipes alone do what is wished for.

    Raises:
        SettingsError: Rows with a CRM are, or another engine.
    """
    if settings.crm:
        raise SettingsError(
            "Rows with a CRM are made by the recipe 'Group to visitors' alone", fix="take that recipe, or empty crm_key"
        )
    if settings.engine is not Engine.AUTO:
        raise SettingsError(
            f"engine is {settings.engine.value}, and Spark is the only one of this recipe",
            fix="take 'Group to visitors' or 'Group to sessions', or set engine to auto",
        )


@contextmanager
def visitors(frame: DataFrame, settings: VisitorSettings, within: tuple[int, int] | None = None) -> Iterator[DataFrame]:
    """Events to one row per visitor, of the columns that ``pipeline.visitor_columns`` names; until the end.

    What grouping leaves out is told at the end, if the rows have been read.

    Args:
        frame: Events, or rows of any origin whose columns the settings name.
        settings: How they are read; memory is Spark's own affair.
        within: Bounds of the hits that count, in microseconds since 1970, the second excluded; None for all.

    Raises:
        InputError: A needed column is absent.
        SettingsError: As of ``check``.
    """
    check(settings)
    grouping = Grouping(frame.columns, settings)
    _tell(grouping.told())
    counts, labelled = TaskCounts(frame.sparkSession), TaskCounts(frame.sparkSession)

    def queries(typed: DataFrame) -> list[exp.Select]:
        """For each cutoff one; labels are known up to the latest hit."""
        grouping.latest = _latest(typed) if grouping.has_labels else None
        return grouping.definitions(grouping.latest, "spark")

    reading = partial(_of_visitors, names=grouping.wanted, settings=settings, counts=counts)
    with _grouped(frame, grouping.wanted, reading, grouping.schema, queries, grouping.columns, within) as found:
        counting = partial(_counted, kind=settings.shape.label.kind, counts=labelled)
        yield spark.mapped(found, counting, grouping.columns) if grouping.has_labels else found
    grouping.counts.update(counts.total)
    grouping.tell()
    if grouping.has_labels:
        tell_labels(labelled.total, settings.shape.label, grouping.cuts(grouping.latest))


@contextmanager
def sessions(frame: DataFrame, settings: SessionSettings) -> Iterator[DataFrame]:
    """Events to one row per visit, of the columns that ``Visits.columns`` names; as ``visitors``."""
    visits = Visits(frame.columns, settings)
    _tell(visits.told())
    counts = TaskCounts(frame.sparkSession)
    reading = partial(_of_visits, names=visits.wanted, settings=settings, counts=counts)
    queries = [visits.definition("spark")]
    with _grouped(frame, visits.wanted, reading, visits.schema, lambda _typed: queries, visits.columns) as found:
        yield found
    visits.counts.update(counts.total)
    visits.tell()


def _tell(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        logger.info("%s", sentence)


@contextmanager
def _grouped(
    frame: DataFrame,
    wanted: Sequence[str],
    reading: Callable[[Batches], Batches],
    schema: pa.Schema,
    queries: Callable[[DataFrame], Sequence[exp.Expression]],
    output: Sequence[Column],
    within: tuple[int, int] | None = None,
) -> Iterator[DataFrame]:
    """The rows of all queries over what is read of the wanted columns, within bounds of time."""
    narrow = frame.select(*(spark.quoted(name) for name in wanted))
    columns = [Column(field.name, _KINDS[field.type], "") for field in schema]
    read = spark.mapped(narrow, reading, columns)
    if within:
        read = read.where("UNIX_MICROS(server_ts) >= {} AND UNIX_MICROS(server_ts) < {}".format(*within))
    with spark.on_disk(read) as typed:
        table = staged(typed, columns)
        yield reduce(DataFrame.unionAll, (spark.run(query, table, output=output) for query in queries(table)))


def _latest(frame: DataFrame) -> int | None:
    """The time of the latest hit, in microseconds since 1970."""
    (row,) = spark.run(features.latest("spark"), frame, output=[features.LATEST]).collect()
    found: int | None = row[0]
    return found


def staged(frame: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """The table of a definition: whole numbers that are summed are such as Spark's sums have room for."""
    return frame.selectExpr(*(_summable(column) for column in columns))


def _summable(column: Column) -> str:
    name = spark.quoted(column.name)
    is_amount = column.type is Type.BIGINT and column.name not in (_ROW, "line_number")
    return f"CAST({name} AS {_SUMMED}) AS {name}" if is_amount else name


def _of_visitors(batches: Batches, *, names: Sequence[str], settings: VisitorSettings, counts: TaskCounts) -> Batches:
    return _read(batches, Grouping(names, settings), counts)


def _of_visits(batches: Batches, *, names: Sequence[str], settings: SessionSettings, counts: TaskCounts) -> Batches:
    return _read(batches, Visits(names, settings), counts)


def _counted(batches: Batches, *, kind: LabelKind, counts: TaskCounts) -> Batches:
    """The same rows; how many have which label is counted."""
    found: LabelCounts = Counter()
    for batch in batches:
        found += label_counts(batch, kind)
        yield batch
    counts.add(spark.task_number(), found)


def _read(batches: Batches, reader: Grouping | Visits, counts: TaskCounts) -> Batches:
    for batch in reader.typed(batches):
        yield spark.numbered(batch, _ROW)
    counts.add(spark.task_number(), reader.counts)
