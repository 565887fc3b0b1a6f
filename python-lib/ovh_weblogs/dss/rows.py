"""Arrow batches to the plain dictionaries that the host's row loop takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.schema import HITS, REJECT_REASON, Column, Type

_MILLISECONDS = pa.timestamp("ms", tz="UTC")


def iso_text(times: pa.Array) -> pa.Array:
    """UTC instants as the host writes dates: ``2026-01-31T10:00:00.000Z``."""
    # With a millisecond unit, %S carries three decimals (Arrow's strftime).
    return pc.strftime(times.cast(_MILLISECONDS, safe=False), format="%Y-%m-%dT%H:%M:%SZ")


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


def _texts(lines: pa.Array) -> pa.Array:
    return pa.array([_readable(line) for line in lines.to_pylist()], pa.string())


def _readable(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", "\\x00")


def dictionaries(batch: pa.RecordBatch, columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """One dictionary per row; dates as ISO text, nulls as None."""
    names = tuple(column.name for column in columns)
    values = [_values(batch.column(column.name), column.type) for column in columns]
    for row in zip(*values, strict=True):
        yield dict(zip(names, row, strict=True))


def _values(array: pa.Array, kind: Type) -> list[Any]:
    if kind is Type.BIGINT or kind is Type.INT:
        return list(array.to_pylist())
    # Each distinct text is made once: log columns repeat themselves.
    encoded = array.dictionary_encode()
    words = encoded.dictionary
    texts = (iso_text(words) if kind is Type.INSTANT else words).to_pylist()
    codes = pc.fill_null(encoded.indices, len(texts)).to_pylist()
    texts.append(None)
    return [texts[code] for code in codes]
