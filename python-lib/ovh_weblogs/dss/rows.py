"""Arrow batches to the plain dictionaries that the host's row loop takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.schema import HITS, REJECT_REASON, Column, Type

_MILLISECONDS = pa.timestamp("ms", tz="UTC")


def iso_text(times: pa.Array) -> pa.Array:
    """UTC instants as the host writes dates: ``2026-01-31T10:00:00.000Z``."""
    # Text of a time without zone has a blank in the middle and three decimals; twice as fast as Arrow's strftime.
    text = times.cast(_MILLISECONDS, safe=False).cast(pa.timestamp("ms")).cast(pa.string())
    return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T", max_replacements=1), "Z", "")


def with_rejects(hits: pa.RecordBatch, rejects: pa.RecordBatch) -> pa.RecordBatch:
    """Hits and rejects of one block in the order of lines, with the column ``reject_reason``.

    A reject's line stands in ``request``; bytes that are not UTF-8 are read as Latin-1.
    """
    lines = _texts(rejects.column("line"))
    count = rejects.num_rows
    given = {
        "request": lines,
        "log_family": pa.array(["server"] * count, pa.string()),
        "source_file": rejects.column("source_file"),
        "line_number": rejects.column("line_number"),
    }
    arrays = [given.get(column.name, pa.nulls(count, column.arrow.type)) for column in HITS.columns]
    schema = HITS.arrow.append(REJECT_REASON.arrow)
    refused = pa.RecordBatch.from_arrays([*arrays, rejects.column("reason")], schema=schema)
    good = pa.RecordBatch.from_arrays([*hits.columns, pa.nulls(hits.num_rows, pa.string())], schema=schema)
    both = pa.Table.from_batches([good, refused])
    merged = both.sort_by("line_number").combine_chunks()
    return merged.to_batches()[0] if merged.num_rows else good


def as_text(rejects: pa.RecordBatch) -> pa.RecordBatch:
    """Rejects whose line is text, since the host has no bytes; those that are not UTF-8 are read as Latin-1."""
    arrays = [_texts(array) if pa.types.is_binary(array.type) else array for array in rejects.columns]
    return pa.RecordBatch.from_arrays(arrays, names=rejects.schema.names)


def texts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same of each batch."""
    return map(as_text, batches)


def _texts(lines: pa.Array) -> pa.Array:
    return pa.array([_readable(line) for line in lines.to_pylist()], pa.string())


def _readable(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", "\\x00")


def dictionaries(batch: pa.RecordBatch, columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """One dictionary per row, of these columns only; dates as ISO text, nulls as None."""
    values = [_values(batch.column(column.name), column.type) for column in columns]
    return _rows_of(tuple(column.name for column in columns))(zip(*values, strict=True))


@lru_cache(maxsize=64)
def _rows_of(names: tuple[str, ...]) -> Callable[[Iterable[tuple[Any, ...]]], Iterator[dict[str, Any]]]:
    """A function that makes a dictionary with these keys of each tuple.

    It is compiled for its names: a dictionary that is written out is made in little more than half the time of
    ``dict(zip(names, row))``, and there is one for every line of a log.
    """
    variables = [f"value_{number}" for number in range(len(names))]
    pairs = ", ".join(f"{name!r}: {variable}" for name, variable in zip(names, variables, strict=True))
    made: Callable[[Iterable[tuple[Any, ...]]], Iterator[dict[str, Any]]] = eval(  # noqa: S307 - names are quoted by repr
        f"lambda rows: ({{{pairs}}} for ({''.join(f'{variable}, ' for variable in variables)}) in rows)"
    )
    return made


def _values(array: pa.Array, kind: Type) -> list[Any]:
    if array.null_count == len(array):
        return [None] * len(array)
    if kind is Type.INSTANT:
        # Hits of the same second are many: each distinct one is written once.
        encoded = array.dictionary_encode()
        moments = encoded.dictionary.cast(pa.int64()).to_numpy().astype("datetime64[us]")
        texts: list[str | None] = [f"{text}Z" for text in np.datetime_as_string(moments, unit="ms").tolist()]
        codes = pc.fill_null(encoded.indices, len(texts)).to_numpy().tolist()
        texts.append(None)
        return [texts[code] for code in codes]
    if kind is Type.STRING:
        # By way of numpy's objects: pyarrow makes each distinct text once there, and much faster than in a list.
        return list(array.to_numpy(zero_copy_only=False).tolist())
    return list(array.to_pylist())
