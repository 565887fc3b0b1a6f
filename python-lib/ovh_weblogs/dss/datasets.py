"""Datasets of the host as streams of Arrow batches, and back.

Read as text with forced types: pandas's own guesses lose leading zeros and turn "NA" into nothing, chunk by chunk anew.
Written as frames whose dates are ISO text, which the host takes and which is 1.5 times as fast as its own format.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dataiku
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from dataiku.customrecipe import get_input_names_for_role, get_output_names_for_role

from ovh_weblogs.dss.rows import iso_text
from ovh_weblogs.errors import InputError, SettingsError
from ovh_weblogs.schema import Column

logger = logging.getLogger(__name__)

_CHUNK = 10_000  # rows; larger ones are no faster and take that much more memory
_NO_DATES = False  # dates are cast by us, not parsed by pandas
_PROGRESS = 10.0  # seconds between two lines of the log


class Input:
    """The dataset of an input role, read in chunks of text; ``host`` is the host's object.

    Raises:
        SettingsError: The role has no dataset.
        InputError: The dataset has no columns yet.
    """

    def __init__(self, role: str) -> None:
        names = get_input_names_for_role(role)
        if not names:
            raise SettingsError(f"The recipe has no dataset as {role}", fix="choose one in its inputs")
        self.host = self._dataset = dataiku.Dataset(names[0])
        self.short_name = str(self._dataset.short_name)
        self.partitions = [str(each) for each in getattr(self._dataset, "read_partitions", None) or ()]
        self.columns: list[dict[str, Any]] = [
            dict(column) for column in self._dataset.read_schema(raise_if_empty=False)
        ]
        if not self.columns:
            raise InputError(f"The dataset {names[0]} has no columns", fix="build it, or test its schema, first")
        self.names = [str(column["name"]) for column in self.columns]

    def batches(self, wanted: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Chunks of the wanted columns (all unless given), every value as text, empty text as null."""
        names = list(wanted if wanted is not None else self.names)
        schema = pa.schema([(name, pa.string()) for name in names])
        frames = self._dataset.iter_dataframes_forced_types(
            names, dict.fromkeys(names, "str"), _NO_DATES, chunksize=_CHUNK, na_values=[""], keep_default_na=False
        )
        for frame in _with_progress(frames, "read"):
            arrays = [pa.array(frame[name], pa.string(), from_pandas=True) for name in names]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


class Output:
    """The dataset of an output role; ``host`` is the host's object.

    Args:
        role: Name of the output role.

    Raises:
        SettingsError: The role has no dataset.
    """

    def __init__(self, role: str) -> None:
        names = get_output_names_for_role(role)
        if not names:
            raise SettingsError(f"The recipe has no dataset as {role}", fix="choose one in its outputs")
        self.name = names[0]
        self.host = self._dataset = dataiku.Dataset(self.name)
        partition = getattr(self._dataset, "writePartition", None)
        self.partition = "" if partition in (None, "NP") else str(partition)

    @property
    def written(self) -> dict[str, str]:
        """Of a table, the partition that is written, as values of the columns that tell it; nothing without one."""
        if not self.partition:
            return {}
        config = self._dataset.get_config()
        if config.get("params", {}).get("mode") != "table":
            return {}  # of files, the path tells it
        return dict(zip(dimensions(config), self.partition.split("|"), strict=True))

    def column_names(self) -> set[str]:
        """Columns that the dataset has before it is written; none at first."""
        return set(self._known())

    def schema(self, columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The columns with those of the partition that is written, as DSS writes a schema.

        Args:
            columns: Of the rows; those of the partition are added behind them where they lack. Texts keep the limits
                that they have in the output already.
        """
        known, names = self._known(), {column["name"] for column in columns}
        lacking = [name for name in self.written if name not in names]
        of_partition = (known.get(name, {"name": name, "type": "string"}) for name in lacking)
        schema = [dict(column) for column in (*columns, *of_partition)]
        for name, limit in limits(known.values()).items():
            for column in schema:
                if column["name"] == name and column["type"] == "string":
                    column["maxLength"] = limit
        return schema

    def check_length(self, name: str, limit: int, longest: int | None) -> None:
        """Refuse a text that a column would cut, or at which a database would fail without naming one.

        Args:
            name: Of the column.
            limit: Characters that it takes.
            longest: Characters of its longest text; None where it has none.

        Raises:
            InputError: It is longer.
        """
        if longest is not None and longest > limit:
            raise InputError(
                f"Column {name} of {self.name} takes {limit} characters, a text has {longest}",
                fix="raise its length in the output's schema and drop the table, or shorten the texts before",
            )

    def _known(self) -> dict[str, dict[str, Any]]:
        return {str(column["name"]): column for column in self._dataset.read_schema(raise_if_empty=False)}

    @contextmanager
    def writer(self, columns: Sequence[dict[str, Any]]) -> Iterator[Writer]:
        """Sets the schema, and gives what appends rows; those of several datasets may be open side by side.

        Args:
            columns: Of the rows as DSS writes a schema, one entry per column of every batch, in any order; ``schema``
                says what they become.

        Raises:
            InputError: A text is too long for its column.
        """
        schema = self.schema(columns)
        self._dataset.write_schema(schema)
        with self._dataset.get_writer() as host_writer:
            writer = Writer(host_writer, [str(column["name"]) for column in columns], self, limits(schema))
            yield writer
        logger.info("%s: %d rows written", self.name, writer.rows)

    def save_metrics(self, values: Mapping[str, int]) -> None:
        """Save counts as metrics of what was written."""
        save_metrics(self._dataset, self.name, values, partition=self.partition)


def dimensions(config: Mapping[str, Any]) -> list[str]:
    """Names of the dimensions of a dataset's partitions, in order, from its configuration."""
    return [str(each["name"]) for each in (config.get("partitioning") or {}).get("dimensions", [])]


def limits(columns: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Characters that columns of texts take, by name, from a schema as DSS writes it; others take any number."""
    texts = (column for column in columns if column["type"] == "string")
    return {str(column["name"]): int(column["maxLength"]) for column in texts if int(column.get("maxLength") or -1) > 0}


def save_metrics(item: Any, name: str, values: Mapping[str, int], **of: str) -> None:
    """Save counts as metrics of a dataset or folder; a host that cannot do so is no reason to fail a build.

    Args:
        item: The host's object.
        name: What the user knows it by.
        values: Counts by name.
        of: The partition, where the host takes one: for folders it does not.
    """
    save = getattr(item, "save_external_metric_values", None)
    if save is None:
        logger.info("This version of DSS takes no metrics from a recipe: not saved")
        return
    try:
        save(dict(values), **of)
    except Exception as cause:  # noqa: BLE001 - the host raises nothing narrower (intercom.py of DSS 9.0.5)
        logger.warning("Metrics of %s are not saved: %s", name, cause)


class Writer:
    """Appends rows to a dataset.

    Args:
        host_writer: The host's.
        order: Names of the columns of rows, in the order of the schema.
        output: Where to; its partition fills further columns, behind the others.
        longest: Characters that columns of texts take, where that is limited.
    """

    def __init__(self, host_writer: Any, order: Sequence[str], output: Output, longest: Mapping[str, int]) -> None:
        self._writer = host_writer
        self._order = order
        self._output = output
        self._constants = {name: value for name, value in output.written.items() if name not in order}
        self._longest = {name: limit for name, limit in longest.items() if name in order}
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch that has every column.

        Raises:
            InputError: A text is too long for its column.
        """
        if batch.num_rows:
            for name, limit in self._longest.items():
                self._output.check_length(name, limit, pc.max(pc.utf8_length(batch.column(name))).as_py())
            frame = to_frame(batch, self._order)
            for name, value in self._constants.items():
                frame[name] = value
            self._writer.write_dataframe(frame)
            self.rows += batch.num_rows


def write(role: str, columns: Sequence[dict[str, Any]], batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches to the dataset of an output role; its schema is set first.

    Args:
        role: Name of the output role.
        columns: The schema as DSS writes it, one entry per column of every batch, in any order.
        batches: The rows.

    Returns:
        Number of rows written.

    Raises:
        SettingsError: The role has no dataset.
    """
    with Output(role).writer(columns) as writer:
        for batch in batches:
            writer.write(batch)
    return writer.rows


def to_frame(batch: pa.RecordBatch, order: Sequence[str]) -> pd.DataFrame:
    """The batch as a frame whose dtypes are the same for every batch of a schema: the host checks only the first."""
    return pd.DataFrame({name: _series(batch.column(name)) for name in order}, columns=list(order))


def _series(array: pa.Array) -> pd.Series[Any]:
    kind = array.type
    if pa.types.is_timestamp(kind):
        array = iso_text(array)
    elif pa.types.is_boolean(kind):
        array = array.cast(pa.string())
    dtype = "Int64" if pa.types.is_integer(kind) else "float64" if pa.types.is_floating(kind) else "object"
    series: pd.Series[Any] = array.to_pandas(integer_object_nulls=True).astype(dtype)
    return series


def merged_schema(
    input_columns: Sequence[dict[str, Any]], own: Sequence[Column], names: Sequence[str], new: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The output's schema, in the order of ``names``: our columns as declared, the input's others unchanged.

    Ours keep the comments that the input has of them, unless they are ``new``.
    """
    ours = {column.name: column for column in own}
    theirs = {str(column["name"]): column for column in input_columns}
    merged = []
    for name in names:
        if name in ours:
            comment = None if name in new else theirs.get(name, {}).get("comment")
            known = {"comment": comment} if comment else {}
            merged.append({**ours[name].dss, **known})
        else:
            merged.append(dict(theirs[name]))
    return merged


def _with_progress(frames: Iterable[pd.DataFrame], verb: str) -> Iterator[pd.DataFrame]:
    rows, begun = 0, time.monotonic()
    told = begun
    for frame in frames:
        yield frame
        rows += len(frame)
        now = time.monotonic()
        if now - told > _PROGRESS:
            told = now
            logger.info("%d rows %s, %d per second", rows, verb, rows / (now - begun))
