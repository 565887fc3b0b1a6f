"""Rows of a block as Arrow record batches: those of the scan and those read one by one, in the order of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.parsing.scan import METHODS, PROTOCOLS, Ints, Scanned, Span
from ovh_weblogs.parsing.slow import Row
from ovh_weblogs.schema import HITS, REJECTS

_DASH = ord("-")
_TEXTS = ("client_addr", "user", "location", "referer", "useragent")
_ABSENT = -1  # the scan's number for "-"


@dataclass(frozen=True)
class Hosts:
    """The scan's hosts: distinct ones, how their pages' addresses begin, and which of them each line has."""

    names: tuple[str | None, ...]
    prefixes: tuple[str, ...]
    codes: Ints


def distinct(data: bytes, span: Span) -> tuple[list[str], Ints]:
    """The distinct texts of a span, and for each line the index of its own among them."""
    encoded = _elements(pa.py_buffer(data), span, [], 0).take(pa.array(2 * np.arange(len(span.starts))))
    encoded = encoded.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def hits(
    data: bytes,
    first_line: int,
    scanned: tuple[Scanned, Hosts] | None,
    others: Sequence[tuple[int, Row]],
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
    rows = _transposed([row for _, row in others])
    if scanned is None:
        found: dict[str, pa.Array] = {name: _typed(name, values) for name, values in rows.items()}
    else:
        merge = _Merge(data, scanned[0], positions, rows)
        positions, found = merge.lines, merge.columns(scanned[1])
    count = len(positions)
    found["log_family"] = pa.repeat("server", count)
    found["source_file"] = pa.repeat(pa.scalar(source_file, pa.string()), count)
    found["line_number"] = pa.array(positions + first_line)
    arrays = [found[field.name] if field.name in found else pa.nulls(count, field.type) for field in HITS.arrow]
    return pa.RecordBatch.from_arrays(arrays, schema=HITS.arrow)


def rejects(refused: Sequence[tuple[int, str, bytes]], source_file: str | None) -> pa.RecordBatch:
    """Refused lines, each with its number in the file, the reason and its bytes, with the full schema."""
    numbers, reasons, lines = zip(*refused, strict=True) if refused else ((), (), ())
    values = ([source_file] * len(refused), numbers, reasons, lines)
    arrays = [pa.array(column, field.type) for column, field in zip(values, REJECTS.arrow, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=REJECTS.arrow)


_Rows = Mapping[str, Sequence[Any]]  # values of the rows read one by one, by column


def _transposed(rows: Sequence[Row]) -> _Rows:
    if not rows:
        return dict.fromkeys(Row._fields, ())
    return dict(zip(Row._fields, zip(*rows, strict=True), strict=True))


def _typed(name: str, values: Sequence[Any]) -> pa.Array:
    kind = HITS.arrow.field(name).type
    return pa.array(values, pa.int64()).cast(kind) if name == "server_ts" else pa.array(values, kind)


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


class _Merge:
    """Columns of the scan's lines and of the others, in the order of lines, each text copied once."""

    def __init__(self, data: bytes, scanned: Scanned, positions: Ints, rows: _Rows) -> None:
        self._scanned = scanned
        self._rows = rows
        fast, slow = len(scanned.lines), len(positions)
        lines = np.concatenate((scanned.lines, positions))
        self._order = np.argsort(lines, kind="stable") if slow else None
        self.lines: Ints = self._ordered(lines)
        self._indices = self._ordered(np.concatenate((2 * np.arange(fast), 2 * fast + np.arange(slow))))
        # The others' texts follow the block in one buffer, so that each column is one selection from it.
        encoded = [[(text or "").encode() for text in rows[name]] for name in _TEXTS]
        self._lengths = {name: [len(text) for text in texts] for name, texts in zip(_TEXTS, encoded, strict=True)}
        sizes = (sum(lengths) for lengths in self._lengths.values())
        self._begins = dict(zip(_TEXTS, accumulate(sizes, initial=len(data)), strict=False))
        self._buffer = pa.py_buffer(b"".join((data, *(text for texts in encoded for text in texts))) if slow else data)

    def columns(self, hosts: Hosts) -> dict[str, pa.Array]:
        """Every column that a line fills, by name."""
        scanned, rows = self._scanned, self._rows
        return {
            "server_ts": self._numbers(scanned.server_ts, rows["server_ts"]).cast(HITS.arrow.field("server_ts").type),
            "client_addr": self._text("client_addr", scanned.client_addr),
            "vhost": self._words(hosts.names, hosts.codes, rows["vhost"]),
            "user": self._text("user", scanned.user),
            "method": self._words(METHODS, scanned.method, rows["method"]),
            "location": self._location(hosts),
            "protocol": self._words(PROTOCOLS, scanned.protocol, rows["protocol"]),
            "status": self._numbers(scanned.status, rows["status"]).cast(pa.int32()),
            "bytes": self._numbers(scanned.size, rows["bytes"]),
            "referer": self._text("referer", scanned.referer),
            "useragent": self._text("useragent", scanned.useragent),
            "request": self._words((None,), np.zeros(len(scanned.lines), np.int64), rows["request"]),
        }

    def _ordered(self, values: Ints) -> Ints:
        return values if self._order is None else values[self._order]

    def _numbers(self, fast: Ints, slow: Any) -> pa.Array:
        numbers = [_ABSENT if number is None else number for number in slow]
        values = self._ordered(np.concatenate((fast, np.array(numbers, np.int64))))
        return pa.array(values, mask=values == _ABSENT)

    def _words(self, words: Sequence[str | None], codes: Ints, slow: Any) -> pa.Array:
        both = self._ordered(np.concatenate((codes, len(words) + np.arange(len(slow)))))
        return pa.array([*words, *slow], pa.string()).take(pa.array(both))

    def _text(self, name: str, span: Span) -> pa.Array:
        dash = (span.ends - span.starts == 1) & (np.frombuffer(self._buffer, np.uint8)[span.starts] == _DASH)
        absent = (span.ends == span.starts) | dash
        nulls = np.concatenate((absent, np.array([text is None for text in self._rows[name]], np.bool_)))
        nulls = nulls if self._order is None else nulls[self._order]
        elements = _elements(self._buffer, span, self._lengths[name], self._begins[name])
        return elements.take(pa.array(self._indices, mask=nulls))

    def _location(self, hosts: Hosts) -> pa.Array:
        prefixes = self._words(hosts.prefixes, hosts.codes, [""] * len(self._rows["location"]))
        return pc.binary_join_element_wise(prefixes, self._text("location", self._scanned.target), "")
