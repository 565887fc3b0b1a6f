"""Datasets of the flow as frames of Spark; the cluster is the one that the recipe's process was given."""

import atexit
import csv
import itertools
import os
import shutil
import tempfile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark import SparkContext
from pyspark.sql import DataFrame, SQLContext

import pyspark
from dataiku import _dataset, _writing

if os.environ.get("DSSHOST_KIND") != "PYSPARK":
    raise Exception("The recipe is not of kind PYSPARK: the host gives it no Spark")

_ARROW = {
    "tinyint": pa.int8(), "smallint": pa.int16(), "int": pa.int32(), "bigint": pa.int64(), "float": pa.float32(),
    "double": pa.float64(), "boolean": pa.bool_(), "date": pa.timestamp("us", tz="UTC"),
}  # fmt: skip
_OF_SPARK = {
    "tinyint": "tinyint", "smallint": "smallint", "int": "int", "bigint": "bigint", "float": "float",
    "double": "double", "boolean": "boolean", "timestamp": "date", "string": "string",
}  # fmt: skip
_ROWS = 2_000  # per file, of which each is a task at least
_folder = tempfile.mkdtemp(prefix="dsshost-spark-")
_written = set()


def get_dataframe(sqlContext, dataset):
    """Cells of other types than text are null where they are empty; texts stay empty."""
    _check(dataset, sqlContext, SQLContext, "SQLContext")
    if not dataset.readable:
        raise Exception("You cannot read dataset %s, it is not declared as an input" % dataset.name)
    columns = dataset.read_schema()
    schema = pa.schema([(column["name"], _ARROW.get(column["type"], pa.string())) for column in columns])
    target = tempfile.mkdtemp(dir=_folder)
    rows = (list(row.values()) for part in dataset._found() for row in dataset._store.rows(dataset.short_name, part))
    for number in itertools.count():
        chunk = list(itertools.islice(rows, _ROWS))
        if not chunk and number:
            break
        texts = [pa.array(cells, pa.string()) for cells in zip(*chunk)] or [pa.array([], pa.string())] * len(schema)
        arrays = [_typed(text, field.type) for text, field in zip(texts, schema)]
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), "%s/%06d.parquet" % (target, number))
    return sqlContext.read.parquet(target)


def _typed(text, kind):
    if kind == pa.string():
        return text
    filled = pc.replace_with_mask(text, pc.equal(text, ""), pa.scalar(None, pa.string()))
    return (pc.utf8_lower(filled) if kind == pa.bool_() else filled).cast(kind)


def write_with_schema(dataset, df, delete_first=True):
    write_schema_from_dataframe(dataset, df)
    write_dataframe(dataset, df, delete_first)


def write_schema_from_dataframe(dataset, df):
    _check(dataset, df, DataFrame, "DataFrame")
    dataset.write_schema([{"name": name, "type": _type(kind)} for name, kind in df.dtypes])


def write_dataframe(dataset, df, delete_first=True):
    """Rows by position, as text; they become the dataset's when the recipe succeeds."""
    _check(dataset, df, DataFrame, "DataFrame")
    if not dataset.writable:
        raise Exception("You cannot write dataset %s, it is not declared as an output" % dataset.name)
    if dataset.full_name in _written or not delete_first:
        raise Exception("%s is written a second time" % dataset.full_name)
    declared = [(column["name"], column["type"]) for column in dataset.read_schema()]
    given = [(name, _type(kind)) for name, kind in df.dtypes]
    if given != declared:
        raise Exception("frame of columns %s for the schema %s" % (given, declared))
    target = tempfile.mkdtemp(dir=_folder)
    df.write.mode("overwrite").parquet(target)
    path = dataset._store.path(dataset.short_name, dataset._partition).with_suffix(".session")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for name in sorted(name for name in os.listdir(target) if name.endswith(".parquet")):
            for batch in pq.ParquetFile(os.path.join(target, name)).iter_batches():
                writer.writerows(zip(*(_texts(array) for array in batch.columns)))
    shutil.rmtree(target)
    _written.add(dataset.full_name)
    _writing.pending.append((dataset, path))


def _texts(array):
    if pa.types.is_timestamp(array.type):
        return [
            "" if value is None else "%sZ" % value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] for value in array.to_pylist()
        ]
    if pa.types.is_boolean(array.type):
        return [{True: "true", False: "false", None: ""}[value] for value in array.to_pylist()]
    return ["" if value is None else value for value in array.to_pylist()]


def _type(kind):
    if kind not in _OF_SPARK:
        raise Exception("Columns of Spark's type %s are not stored by the host" % kind)
    return _OF_SPARK[kind]


def _check(dataset, other, kind, name):
    if not isinstance(dataset, _dataset.Dataset) or not isinstance(other, kind):
        raise Exception("A dataiku.Dataset and a %s are needed, not %r and %r" % (name, dataset, other))


@atexit.register
def _end():
    """Nothing is left of the session, nor of what its workers keep where Spark is installed."""
    context = SparkContext._active_spark_context
    if context is not None:
        application = context.applicationId
        context.stop()
        home = os.environ.get("SPARK_HOME") or os.path.dirname(pyspark.__file__)
        shutil.rmtree(os.path.join(home, "work", application), ignore_errors=True)
    shutil.rmtree(_folder, ignore_errors=True)
