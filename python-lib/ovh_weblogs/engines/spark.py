"""Spark: functions on Arrow batches and definitions in SQL, run by executors that have the library from a zip."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import ErrorLevel, exp

from ovh_weblogs import errors
from ovh_weblogs.engines.spool import own_folder
from ovh_weblogs.errors import OvhLogsError, SettingsError
from ovh_weblogs.schema import ARROW_TYPES, Column, Type

try:
    import pyspark
    from py4j.protocol import Py4JError
    from pyspark import StorageLevel, TaskContext
    from pyspark.accumulators import AccumulatorParam
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame, SparkSession, types
except ModuleNotFoundError as missing:
    raise SettingsError(
        f"Python has no module {missing.name}, which comes with Spark",
        fix="have Spark set up on this instance, or take the recipe of the same kind that runs without it",
    ) from missing

TYPES = {
    Type.STRING: types.StringType(),
    Type.INT: types.IntegerType(),
    Type.BIGINT: types.LongType(),
    Type.DOUBLE: types.DoubleType(),
    Type.BOOLEAN: types.BooleanType(),
    Type.INSTANT: types.TimestampType(),
    Type.BINARY: types.BinaryType(),
}
_PACKAGE = "ovh_weblogs"
_LOWEST = (3, 5)  # mapInArrow takes batches of any size from there on
_ROWS_PER_TASK = 33  # bits of a row's place within its task, below those of the task's number
# The last line of a traceback: what an executor's Python raised, whichever error of Spark's carries it. A fix may
# hold a semicolon itself.
_RAISED = re.compile(r"^(?:[\w.]+: )?ovh_weblogs\.errors\.(\w+): (.+?); (.+)\.$", re.MULTILINE)
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")

Batches = Iterator[pa.RecordBatch]


def ready(spark: SparkSession) -> None:
    """Have a session read and write instants in UTC, and tell columns apart as DSS does.

    Raises:
        SettingsError: Spark is older than 3.5.
    """
    found = tuple(int(part) for part in pyspark.__version__.split(".")[:2])
    if found < _LOWEST:
        raise SettingsError(f"Spark is {pyspark.__version__}", fix="have 3.5 or a later version set up")
    # Arrow carries instants with the session's zone, and UNIX_MICROS must not depend on the driver's clock.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.caseSensitive", "true")  # as the host's datasets are


@contextmanager
def library(spark: SparkSession, temp_folder: str | None = None) -> Iterator[None]:
    """Ship the library to executors, as a zip; it may be used until the end.

    Raises:
        SettingsError: The folder for temporary files cannot be written to.
    """
    with own_folder(temp_folder) as folder:
        path = folder / f"{_PACKAGE}.zip"
        write_library(path)
        spark.sparkContext.addPyFile(str(path))
        yield


def write_library(path: Path) -> None:
    """Write the package as a zip, with everything in it: found by importlib, which also reads from a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, item in _files(resources.files(_PACKAGE), _PACKAGE):
            file.writestr(name, item.read_bytes())


def _files(folder: Any, path: str) -> Iterator[tuple[str, Any]]:
    for item in folder.iterdir():
        name = f"{path}/{item.name}"
        if item.is_file():
            yield name, item
        elif item.name != "__pycache__":
            yield from _files(item, name)


def mapped(frame: DataFrame, function: Callable[[Batches], Batches], columns: Sequence[Column]) -> DataFrame:
    """The rows that a function makes of Arrow batches, task by task, on the executors.

    Args:
        frame: What it is given.
        function: Of a module, or a ``partial`` of one: executors import it from the zip. Its batches have the columns
            at least, by name.
        columns: Of the result, in order.
    """
    wanted = list(columns)

    def positioned(batches: Batches) -> Batches:
        """What the function makes, its columns in the order of the frame's."""
        for batch in function(batches):
            yield arranged(batch, wanted)

    return frame.mapInArrow(positioned, schema_of(columns))


def schema_of(columns: Sequence[Column]) -> types.StructType:
    """The columns as Spark declares them."""
    return types.StructType([types.StructField(column.name, TYPES[column.type]) for column in columns])


def arranged(batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    """A batch as Spark takes it: it goes by the place of columns, not by their names, and knows no dictionaries."""
    arrays = []
    for column in columns:
        array = batch.column(column.name)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        arrays.append(array.cast(ARROW_TYPES[column.type]))
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])


def numbered(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """A task's batch whose rows are numbered within it, with numbers that no other task has; in the order of tasks."""
    base = task_number() << _ROWS_PER_TASK
    place = batch.schema.get_field_index(name)
    number = pa.array(batch.column(place).to_numpy() + base, pa.int64())
    return batch.set_column(place, name, number)


def task_number() -> int:
    """Of the task that asks."""
    task = TaskContext.get()
    return task.partitionId() if task else 0


class TaskCounts:
    """Counts that come back from executors, by number of task: one that is started again is counted once."""

    def __init__(self, session: SparkSession) -> None:
        self._found = session.sparkContext.accumulator({}, _Latest())

    def add(self, number: int, counts: Mapping[Any, int]) -> None:
        """On an executor: what a task has counted, all in all."""
        self._found.add({number: dict(counts)})

    @property
    def total(self) -> Counter[Any]:
        """On the driver: of all tasks that have ended."""
        total: Counter[Any] = Counter()
        for counts in self._found.value.values():
            total.update(counts)
        return total


class _Latest(AccumulatorParam):  # type: ignore[misc, unused-ignore] # pyspark may be there or not
    """Values by number, of which the latest stays."""

    def zero(self, value: Any) -> dict[int, Any]:  # noqa: ARG002 - as Spark asks it
        """What an executor begins with."""
        return {}

    def addInPlace(self, value1: dict[int, Any], value2: dict[int, Any]) -> dict[int, Any]:  # noqa: N802 - Spark's name
        """Both, of a task that was started again what came last."""
        return value1 | value2


@contextmanager
def on_disk(frame: DataFrame) -> Iterator[DataFrame]:
    """Rows that are made once and read several times: kept on the executors' disks, where they need no memory."""
    frame.persist(StorageLevel.DISK_ONLY)
    try:
        yield frame
    finally:
        frame.unpersist()


def run(query: exp.Expression, frame: DataFrame, *, output: Sequence[Column], table: str = "events") -> DataFrame:
    """The query's rows as the declared columns, in no particular order.

    Args:
        query: A definition over ``table``, in the dialect of Spark.
        frame: The table's rows.
        output: Columns that the query gives, in order; instants as whole microseconds.
        table: Name of the table in the query.

    Raises:
        OvhLogsError: The query gives other columns than declared.
    """
    text = query.sql(dialect="spark", identify=True, unsupported_level=ErrorLevel.RAISE)
    frame.createOrReplaceTempView(table)
    try:
        found = frame.sparkSession.sql(text)
    finally:
        frame.sparkSession.catalog.dropTempView(table)
    names = [column.name for column in output]
    if found.columns != names:
        raise OvhLogsError(
            f"The query gives {', '.join(found.columns)} in place of {', '.join(names)}",
            fix="report it as a defect of the plugin, with the versions of Spark and sqlglot",
        )
    return found.selectExpr(*(_declared(column) for column in output))


def _declared(column: Column) -> str:
    name = quoted(column.name)
    if column.type is Type.INSTANT:
        return f"TIMESTAMP_MICROS({name}) AS {name}"
    return f"CAST({name} AS {TYPES[column.type].simpleString()}) AS {name}"


def quoted(name: str) -> str:
    """A column's name in Spark's SQL, whatever characters it has."""
    return f"`{name.replace('`', '``')}`"


@contextmanager
def explained() -> Iterator[None]:
    """Errors that executors raised as ours are raised here, themselves; a module that they lack is named.

    Raises:
        OvhLogsError: What an executor raised.
        SettingsError: An executor lacks a module.
    """
    try:
        yield
    except (PySparkException, Py4JError) as cause:
        told = told_by(str(cause))
        if told is None:
            raise
        raise told from cause


def told_by(text: str) -> OvhLogsError | None:
    """Of an error of Spark's, the error of ours that it carries; None where it is another."""
    chain = list(_RAISED.finditer(text))
    if chain:
        found = chain[-1]  # those before it are its causes
        kind = getattr(errors, found[1], OvhLogsError)
        made: OvhLogsError = kind(found[2], fix=found[3])
        return made
    lacking = _NO_MODULE.search(text)
    if lacking:
        return SettingsError(
            f"Python on the executors of Spark has no module {lacking[1]}",
            fix="install the requirements of the plugin's code environment there, or run the recipe in containers "
            "that have it",
        )
    return None
