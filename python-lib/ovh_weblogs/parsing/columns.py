"""Rows of a block as Arrow record batches: those of the scan and those read one by one, in the order of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.parsing import arrays
from ovh_weblogs.parsing.marks import Ints
from ovh_weblogs.parsing.scan import Choice, Scanned
from ovh_weblogs.parsing.slow import Row
from ovh_weblogs.parsing.words import ABSENT, Span
from ovh_weblogs.schema import HITS, REJECTS

_SCHEMA, _REFUSED = HITS.arrow, REJECTS.arrow
_NOTHING = arrays.text("")
_SERVER = arrays.text("server")
_DASH = ord("-")
_TEXTS = ("client_addr", "user", "location", "referer", "useragent")


def hits(
    data: bytes,
    first_line: int,
    scanned: Sequence[Scanned],
    others: Sequence[tuple[int, Row]],
    source_file: str | None,
) -> pa.RecordBatch:
    """Hits of a block, with the full schema, in the order of lines.

    Args:
        data: The block.
        first_line: The number of its first line in the file.
        scanned: What the scan found in it, for each format that has lines there.
        others: Rows of other lines, in order, with their positions in the block.
        source_file: The name for the column.
    """
    positions = np.array([position for position, _ in others], np.int64)
    rows = _transposed([row for _, row in others])
    merge = _Merge(data if scanned else b"", _joined(scanned), positions, rows)
    found, count = merge.columns(), len(merge.lines)
    found["log_family"] = pa.repeat(_SERVER, count)
    found["source_file"] = pa.repeat(arrays.text(source_file), count)
    found["line_number"] = arrays.integers(merge.lines + first_line)
    filled = [found[field.name] if field.name in found else pa.nulls(count, field.type) for field in _SCHEMA]
    return pa.RecordBatch.from_arrays(filled, schema=_SCHEMA)


def rejects(refused: Sequence[tuple[int, str, bytes]], source_file: str | None) -> pa.RecordBatch:
    """Refused lines, each with its number in the file, the reason and its bytes, with the full schema."""
    numbers, reasons, lines = zip(*refused, strict=True) if refused else ((), (), ())
    given = {
        "source_file": pa.repeat(arrays.text(source_file), len(refused)),
        "line_number": arrays.integers(np.array(numbers, np.int64)),
        "reason": arrays.texts(reasons),
        "line": arrays.binaries(lines),
    }
    return pa.RecordBatch.from_arrays([given[name] for name in _REFUSED.names], schema=_REFUSED)


_Rows = Mapping[str, Sequence[Any]]  # values of the rows read one by one, by column


def _transposed(rows: Sequence[Row]) -> _Rows:
    if not rows:
        return dict.fromkeys(Row._fields, ())
    return dict(zip(Row._fields, zip(*rows, strict=True), strict=True))


def _elements(buffer: pa.Buffer, span: Span, more: Sequence[int], start: int) -> pa.Array:
    """Texts over the buffer, nothing copied: at 2 * i the span's text i, then those of lengths ``more`` from ``start``.

    The texts at odd places are what lies between the span's.
    """
    fast = 2 * len(span.starts)
    offsets = np.empty(fast + len(more) + 1, np.int32)
    offsets[0:fast:2] = span.starts
    offsets[1:fast:2] = span.ends
    offsets[fast:] = np.cumsum([start, *more]) if more else (span.ends[-1] if fast else 0)
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), buffer)


def _joined(several: Sequence[Scanned]) -> Scanned:
    """The lines of several formats as one; what one of the formats lacks is absent in its lines."""
    if not several:
        return Scanned(np.zeros(0, np.int64), np.zeros(0, np.int64), {}, {}, {})
    if len(several) == 1:
        return several[0]
    absent = [np.zeros(len(one.lines), np.int64) for one in several]

    def spans(name: str) -> Span:
        found = [one.spans.get(name, Span(zeros, zeros)) for one, zeros in zip(several, absent, strict=True)]
        return Span(np.concatenate([span.starts for span in found]), np.concatenate([span.ends for span in found]))

    def numbers(name: str) -> Ints:
        found = [one.numbers.get(name, zeros + ABSENT) for one, zeros in zip(several, absent, strict=True)]
        return np.concatenate(found)

    def choices(name: str) -> Choice:
        found = [one.choices.get(name, Choice((None,), zeros)) for one, zeros in zip(several, absent, strict=True)]
        firsts = accumulate((len(choice.texts) for choice in found), initial=0)
        codes = [choice.codes + first for choice, first in zip(found, firsts, strict=False)]
        return Choice(tuple(text for choice in found for text in choice.texts), np.concatenate(codes))

    return Scanned(
        np.concatenate([one.lines for one in several]),
        np.concatenate([one.server_ts for one in several]),
        {name: spans(name) for name in {name for one in several for name in one.spans}},
        {name: numbers(name) for name in {name for one in several for name in one.numbers}},
        {name: choices(name) for name in {name for one in several for name in one.choices}},
    )


class _Merge:
    """Columns of the scan's lines and of the others, in the order of lines, each text copied once."""

    def __init__(self, data: bytes, scanned: Scanned, positions: Ints, rows: _Rows) -> None:
        self._scanned = scanned
        self._rows = rows
        fast, slow = len(scanned.lines), len(positions)
        lines = np.concatenate((scanned.lines, positions))
        in_order = bool((lines[1:] > lines[:-1]).all())
        self._order = None if in_order else np.argsort(lines, kind="stable")
        self.lines: Ints = self._ordered(lines)
        self._indices = self._ordered(np.concatenate((2 * np.arange(fast), 2 * fast + np.arange(slow))))
        # The others' texts follow the block in one buffer, so that each column is one selection from it.
        encoded = [[(text or "").encode() for text in rows[name]] for name in _TEXTS]
        self._lengths = {name: [len(text) for text in texts] for name, texts in zip(_TEXTS, encoded, strict=True)}
        sizes = (sum(lengths) for lengths in self._lengths.values())
        self._begins = dict(zip(_TEXTS, accumulate(sizes, initial=len(data)), strict=False))
        self._buffer = pa.py_buffer(b"".join((data, *(text for texts in encoded for text in texts))) if slow else data)

    def columns(self) -> dict[str, pa.Array]:
        """Every column that a line fills, by name."""
        times = self._numbers(self._scanned.server_ts, self._rows["server_ts"])
        found = {"server_ts": times.view(_SCHEMA.field("server_ts").type), "location": self._location()}
        for name in ("client_addr", "user", "referer", "useragent"):
            found[name] = self._text(name, self._scanned.spans.get(name))
        for name in ("status", "bytes"):
            numbers = self._scanned.numbers.get(name)
            numbers = np.full(len(self._scanned.lines), ABSENT) if numbers is None else numbers
            found[name] = self._numbers(numbers, self._rows[name]).cast(_SCHEMA.field(name).type)
        for name in ("vhost", "method", "protocol", "request"):
            found[name] = self._words(self._scanned.choices.get(name), self._rows[name])
        return found

    def _ordered(self, values: Ints) -> Ints:
        return values if self._order is None else values[self._order]

    def _numbers(self, fast: Ints, slow: Any) -> pa.Array:
        numbers = [ABSENT if number is None else number for number in slow]
        values = self._ordered(np.concatenate((fast, np.array(numbers, np.int64))))
        return arrays.integers(values, values == ABSENT)

    def _words(self, choice: Choice | None, slow: Sequence[str | None]) -> pa.Array:
        if choice is None and not any(slow):
            return pa.nulls(len(self.lines), pa.string())
        choice = choice or Choice((None,), np.zeros(len(self._scanned.lines), np.int64))
        both = self._ordered(np.concatenate((choice.codes, len(choice.texts) + np.arange(len(slow)))))
        return arrays.texts([*choice.texts, *slow]).take(arrays.integers(both))

    def _text(self, name: str, span: Span | None) -> pa.Array:
        if span is None and not any(self._rows[name]):
            return pa.nulls(len(self.lines), pa.string())
        if span is None:
            zeros = np.zeros(len(self._scanned.lines), np.int64)
            span = Span(zeros, zeros)
        length = span.ends - span.starts
        absent, single = length == 0, np.flatnonzero(length == 1)
        absent[single] = np.frombuffer(self._buffer, np.uint8)[span.starts[single]] == _DASH
        nulls = np.concatenate((absent, np.array([text is None for text in self._rows[name]], np.bool_)))
        nulls = nulls if self._order is None else nulls[self._order]
        if nulls.all():
            return pa.nulls(len(nulls), pa.string())
        elements = _elements(self._buffer, span, self._lengths[name], self._begins[name])
        return elements.take(arrays.integers(self._indices, nulls))

    def _location(self) -> pa.Array:
        targets = self._text("location", self._scanned.spans.get("target"))
        choice = self._scanned.choices.get("prefix")
        if choice is None:
            return targets
        prefixes = self._words(choice, [""] * len(self._rows["location"]))
        return pc.binary_join_element_wise(prefixes, targets, _NOTHING)
