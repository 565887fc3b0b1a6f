"""Rows of a block of tracker lines as a record batch, in the order of lines: the scan's and those read one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ovh_weblogs.parsing import arrays
from ovh_weblogs.parsing.marks import Flags, Ints
from ovh_weblogs.parsing.trackerline import TrackerRow
from ovh_weblogs.parsing.trackerscan import NUMBERS, TEXTS, TIMES, Scanned
from ovh_weblogs.parsing.trackerwords import ABSENT, nulls
from ovh_weblogs.schema import HITS

_Values = npt.NDArray[Any]
_SCHEMA = HITS.arrow
_TRACKER = arrays.text("tracker")


def hits(
    data: bytes,
    first_line: int,
    scanned: Scanned | None,
    others: Sequence[tuple[int, TrackerRow]],
    source_file: str | None,
) -> pa.RecordBatch:
    """Hits of a block, with the full schema, in the order of lines.

    Args:
        data: The block.
        first_line: The number of its first line in the file.
        scanned: What the scan found in it, if anything.
        others: Rows of other lines, in order, with their positions in the block.
        source_file: The name for the column.
    """
    positions = np.array([position for position, _ in others], np.int64)
    rows = dict(zip(TrackerRow._fields, zip(*(row for _, row in others), strict=True), strict=True)) if others else {}
    if scanned is None:
        found = {name: _typed(name, values) for name, values in rows.items()}
    else:
        merge = _Merge(data, scanned, positions, rows)
        positions, found = merge.lines, merge.columns()
    count = len(positions)
    found["log_family"] = pa.repeat(_TRACKER, count)
    found["source_file"] = pa.repeat(arrays.text(source_file), count)
    found["line_number"] = _numbers(positions + first_line, pa.int64())
    filled = [found[field.name] if field.name in found else pa.nulls(count, field.type) for field in _SCHEMA]
    return pa.RecordBatch.from_arrays(filled, schema=_SCHEMA)


def _typed(name: str, values: Sequence[Any]) -> pa.Array:
    return arrays.texts(values) if name in TEXTS else _numbers_of(name, _whole(values))


def _whole(values: Sequence[int | None]) -> Ints:
    return np.array([ABSENT if value is None else value for value in values], np.int64)


def _numbers_of(name: str, values: Ints) -> pa.Array:
    kind = _SCHEMA.field(name).type
    return _numbers(values.astype(f"i{kind.bit_width // 8}"), kind, values == ABSENT)


def _numbers(values: _Values, kind: pa.DataType, absent: Flags | None = None) -> pa.Array:
    """Numbers of numpy as an array, nothing copied."""
    valid = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(np.ascontiguousarray(values))])


class _Merge:
    """Columns of the scan's lines and of the others, in the order of lines, each text copied once."""

    def __init__(self, data: bytes, scanned: Scanned, positions: Ints, rows: Mapping[str, Sequence[Any]]) -> None:
        self._scanned = scanned
        self._rows = rows
        fast, slow = len(scanned.lines), len(positions)
        lines = np.concatenate((scanned.lines, positions))
        self._order = np.argsort(lines, kind="stable") if slow else None
        self.lines: Ints = self._ordered(lines)
        # The scan's texts stand at even places; at odd ones is what lies between them.
        self._indices = self._ordered(np.concatenate((2 * np.arange(fast), 2 * fast + np.arange(slow))))
        # The others' texts follow the block in one buffer, so that each column is one selection from it.
        encoded = {name: [(text or "").encode() for text in rows.get(name, ())] for name in TEXTS}
        self._lengths = {name: [len(text) for text in texts] for name, texts in encoded.items()}
        begins = accumulate((sum(lengths) for lengths in self._lengths.values()), initial=len(data))
        self._begins = dict(zip(TEXTS, begins, strict=False))
        more = b"".join(text for texts in encoded.values() for text in texts)
        self._buffer = pa.py_buffer(data + more if slow else data)
        self._data = data

    def columns(self) -> dict[str, pa.Array]:
        """Every column that a line fills, by name."""
        found = {name: self._texts(name, row) for row, name in enumerate(TEXTS)}
        for row, name in enumerate((*TIMES, *NUMBERS)):
            values = np.concatenate((self._scanned.numbers[row], _whole(self._rows.get(name, ()))))
            found[name] = _numbers_of(name, self._ordered(values))
        return found

    def _ordered(self, values: _Values) -> _Values:
        return values if self._order is None else values[self._order]

    def _texts(self, name: str, row: int) -> pa.Array:
        starts, ends = self._scanned.starts[row], self._scanned.ends[row]
        slow = np.array([text is None for text in self._rows.get(name, ())], np.bool_)
        absent: Flags = self._ordered(np.concatenate((nulls(self._data, starts, ends), slow)))
        if absent.all():
            return pa.nulls(len(absent), pa.string())
        fast, lengths = 2 * len(starts), self._lengths[name]
        offsets = np.empty(fast + len(lengths) + 1, np.int32)
        offsets[0:fast:2], offsets[1:fast:2] = starts, ends
        offsets[fast:] = np.cumsum([self._begins[name], *lengths]) if lengths else ends[-1]
        elements = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), self._buffer)
        return elements.take(_numbers(self._indices, pa.int64(), absent))
