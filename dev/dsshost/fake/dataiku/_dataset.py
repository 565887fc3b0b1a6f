"""Datasets, read and written through the host's own text forms."""

import io
import itertools

import pandas as pd

from dataiku import _flow, _sql
from dataiku._writing import Writer

_PANDAS_TYPES = {
    "tinyint": "int32", "smallint": "int32", "int": "int32", "bigint": "int64",
    "float": "float32", "double": "float64", "boolean": "bool",
}  # fmt: skip
_TYPES_OF_PANDAS = {
    "int32": "int", "int64": "bigint", "Int64": "bigint", "float32": "float", "float64": "double", "bool": "boolean",
}  # fmt: skip


def _whole(text):
    return int(float(text)) if "." in text else int(text)


_CASTERS = {
    **dict.fromkeys(["tinyint", "smallint", "int", "bigint"], _whole), "float": float, "double": float,
    "boolean": lambda text: text.lower() == "true", "date": lambda text: pd.Timestamp(text).to_pydatetime(),
}  # fmt: skip


def _cast(caster, text):
    """What cannot be cast is None to the host; text stays text, and an empty boolean is False."""
    try:
        return caster(text)
    except ValueError:
        return None


class _Stream(io.RawIOBase):
    """The partitions' files one after another, in binary."""

    def __init__(self, paths, project):
        self._paths, self._file, self._project = list(paths), None, project

    def readable(self):
        return True

    def readinto(self, buffer):
        while True:
            if self._file is None:
                if not self._paths:
                    return 0
                self._file = open(self._paths.pop(0), "rb")
            count = self._file.readinto(buffer)
            if count:
                return count
            self._file.close()
            self._file = None


class _Rows(io.RawIOBase):
    """Blocks of bytes one after another."""

    def __init__(self, blocks):
        self._blocks, self._rest = iter(blocks), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self._rest = self._rest or next(self._blocks, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        _sql.leave(count)
        return count


class Dataset:
    """A dataset of the flow."""

    def __init__(self, name, project_key=None, ignore_flow=False):
        self._store = _flow.STORAGE.Store(_flow.ROOT)
        self.readable = self.writable = _flow.FLOW is None or ignore_flow
        self.read_partitions, self.writePartition, self.append = None, None, False
        full = name if "." in name else f"{project_key or _flow.default_project_key()}.{name}"
        if _flow.FLOW is not None and not ignore_flow:
            for item in _flow.FLOW["in"]:
                if name in (item["smartName"], item["fullName"]):
                    _flow.check_type(item, "DATASET")
                    self.readable, full, self.read_partitions = True, item["fullName"], item.get("partitions")
            for item in _flow.FLOW["out"]:
                if name in (item["smartName"], item["fullName"]):
                    _flow.check_type(item, "DATASET")
                    self.writable, full = True, item["fullName"]
                    self.writePartition, self.append = item.get("partition"), item.get("appendMode", False)
            if not self.readable and not self.writable:
                raise Exception("Dataset %s cannot be used : declare it as input or output of your recipe" % name)
        self.name = full
        self.project_key, self.short_name = full.split(".", 1)
        self._partition = self.writePartition or "NP"

    @property
    def full_name(self):
        return self.name

    def read_schema(self, raise_if_empty=True):
        columns = self._store.columns(self.short_name)
        if raise_if_empty and not columns:
            raise Exception("No column in schema of %s. Have you set up the schema for this dataset?" % self.name)
        return columns

    def list_partitions(self, raise_if_empty=True):
        return self._store.partitions(self.short_name)

    def set_write_partition(self, spec):
        raise Exception("You cannot explicitly set partitions when running within Dataiku Flow")

    def add_read_partitions(self, spec):
        raise Exception("You cannot explicitly set partitions when running within Dataiku Flow")

    def _found(self):
        there = self._store.partitions(self.short_name)
        found = self.read_partitions or there
        if not found:
            raise Exception("Dataset %s is not built" % self.name)
        if self._table() is not None:
            return found
        for partition in found:
            if not self._store.path(self.short_name, partition).exists():
                raise Exception("Partition %s of dataset %s is not built" % (partition, self.name))
        return found

    def _stream(self, columns):
        if not self.readable:
            raise Exception("You cannot read dataset %s, it is not declared as an input" % self.name)
        found = self._found()
        if self._table() is not None:
            return io.BufferedReader(_Rows(_sql.TABLES.streamed(self._table().texts(found))))
        return io.BufferedReader(_Stream([self._store.path(self.short_name, each) for each in found], columns))

    def _frames(self, names, dtypes, parse_dates, chunksize, float_precision, na_values, keep_default_na):
        all_names = [column["name"] for column in self.read_schema()]
        unknown = [name for name in names if name not in all_names]
        if unknown:
            raise Exception("Column '%s' not in dataset." % unknown[0])
        with self._stream(names) as stream:
            if not stream.peek(1):
                yield pd.DataFrame({name: pd.Series(dtype=(dtypes or {}).get(name, "object")) for name in names})
                return
            reader = pd.read_table(
                stream, names=all_names, usecols=names, dtype=dtypes, header=None, sep="\t", doublequote=True,
                quotechar='"', parse_dates=parse_dates, chunksize=chunksize, float_precision=float_precision,
                na_values=na_values, keep_default_na=keep_default_na, low_memory=True,
            )  # fmt: skip
            for frame in reader if chunksize else [reader]:
                yield frame[list(names)]

    def iter_dataframes_forced_types(self, names, dtypes, parse_date_columns, chunksize=10000, sampling="head",
                                     sampling_column=None, limit=None, ratio=None, float_precision=None,
                                     na_values=None, keep_default_na=True):  # fmt: skip
        return self._frames(names, dtypes, parse_date_columns, chunksize, float_precision, na_values, keep_default_na)

    def iter_dataframes(self, chunksize=10000, infer_with_pandas=True, sampling="head", sampling_column=None,
                        parse_dates=True, limit=None, ratio=None, columns=None, bool_as_str=False,
                        float_precision=None, na_values=None, keep_default_na=True):  # fmt: skip
        schema = [column for column in self.read_schema() if columns is None or column["name"] in columns]
        names = [column["name"] for column in schema]
        dtypes = None if infer_with_pandas else {c["name"]: _PANDAS_TYPES.get(c["type"], "object") for c in schema}
        if bool_as_str:
            dtypes = {**(dtypes or {}), **{c["name"]: "str" for c in schema if c["type"] == "boolean"}}
        dates = [c["name"] for c in schema if c["type"] == "date"] if parse_dates else False
        return self._frames(names, dtypes, dates or False, chunksize, float_precision, na_values, keep_default_na)

    def get_dataframe(self, columns=None, sampling="head", sampling_column=None, limit=None, ratio=None,
                      infer_with_pandas=True, parse_dates=True, bool_as_str=False, float_precision=None,
                      na_values=None, keep_default_na=True):  # fmt: skip
        frames = self.iter_dataframes(
            None, infer_with_pandas, parse_dates=parse_dates, columns=columns, bool_as_str=bool_as_str,
            float_precision=float_precision, na_values=na_values, keep_default_na=keep_default_na,
        )  # fmt: skip
        return next(iter(frames))

    def _tuples(self, columns):
        schema = self.read_schema()
        wanted = columns if columns is not None else [column["name"] for column in schema]
        casters = {column["name"]: _CASTERS.get(column["type"], str) for column in schema}
        unknown = [name for name in wanted if name not in casters]
        if unknown:
            raise Exception("Column '%s' not in dataset." % unknown[0])
        if not self.readable:
            raise Exception("You cannot read dataset %s, it is not declared as an input" % self.name)
        for partition in self._found():
            for row in self._store.rows(self.short_name, partition):
                _sql.leave(1 if self._table() is not None else 0)
                yield [_cast(casters[name], row[name]) for name in wanted]

    def iter_tuples(self, sampling="head", sampling_column=None, limit=None, ratio=None, log_every=-1, timeout=30,
                    columns=None):  # fmt: skip
        return itertools.islice(self._tuples(columns), limit)

    def iter_rows(self, sampling="head", sampling_column=None, limit=None, ratio=None, log_every=-1, timeout=30,
                  columns=None):  # fmt: skip
        names = columns if columns is not None else [column["name"] for column in self.read_schema()]
        return (dict(zip(names, row)) for row in itertools.islice(self._tuples(columns), limit))

    def _table(self):
        return self._store.table(self.short_name)

    def get_config(self):
        if self._table() is not None:
            return {"name": self.short_name, "projectKey": self.project_key, "managed": True,
                    "schema": {"columns": self.read_schema(False)}, **self._table().config()}  # fmt: skip
        return {"name": self.short_name, "projectKey": self.project_key, "type": "Filesystem", "managed": True,
                "params": {"connection": "filesystem_managed"}, "schema": {"columns": self.read_schema(False)},
                "partitioning": {"dimensions": []}}  # fmt: skip

    def get_location_info(self, sensitive_info=False):
        if self._table() is not None:
            return self._table().location()
        return {"locationInfoType": "FS", "info": {}}

    def write_schema(self, columns):
        if not self.writable:
            raise Exception(
                "You cannot write the schema for the dataset %s, as it is not declared as an output" % self.name
            )
        self._store.set_columns(self.short_name, columns)

    def write_with_schema(self, df):
        self.write_schema([{"name": n, "type": _TYPES_OF_PANDAS.get(str(t), "string")} for n, t in df.dtypes.items()])
        with self.get_writer() as writer:
            writer.write_dataframe(df)

    def get_writer(self):
        if not self.writable:
            raise Exception("You cannot write dataset %s, it is not declared as an output" % self.name)
        return Writer(self)

    def save_external_metric_values(self, values_dict, partition=""):
        if partition not in ("", self.writePartition or ""):
            raise Exception("Metrics of partition %s while %s is built" % (partition, self.writePartition))
        self._store.save_metrics(self.short_name, values_dict, partition)
