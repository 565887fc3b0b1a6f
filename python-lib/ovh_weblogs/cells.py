"""Raw logs in a text column of a dataset: each cell a line, or more where line feeds stand in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.logfiles import Totals, parse_stream
from ovh_weblogs.parsing import Parsed
from ovh_weblogs.settings import ParseSettings


def parse_cells(cells: Iterable[pa.Array], name: str, settings: ParseSettings, totals: Totals) -> Iterator[Parsed]:
    """Every line of the column, in blocks of bounded size; line_number is the number of the row, from 1.

    Args:
        cells: The column in chunks of text. Null and empty cells are blank lines; the line feed that ends a cell
            begins no line.
        name: What stands in source_file: the dataset.
        settings: How lines are read.
        totals: Counted up while reading.

    Raises:
        SettingsError: The settings cannot be used.
    """
    column = _Column(cells)
    return (column.by_row(parsed, totals) for parsed in parse_stream(column, name, settings))


def lines_of(cells: pa.Array) -> bytes:
    """The cells as text of a log."""
    return _joined(_ended(cells))


def _ended(cells: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.fill_null(cells.cast(pa.string()), ""), r"\n\z", "")


def _joined(cells: pa.Array) -> bytes:
    return "".join(f"{cell}\n" for cell in cells.to_pylist()).encode()


class _Column:
    """The cells as a stream of lines, which remembers the row of each line until the line is parsed."""

    def __init__(self, cells: Iterable[pa.Array]) -> None:
        self._cells = iter(cells)
        self._rest = memoryview(b"")
        self._rows = 0  # read so far
        self._parsed = 0  # lines that came back
        # Number of each line's row, chunk by chunk, for the lines from the first that has not come back.
        self._pending: deque[npt.NDArray[np.int64]] = deque()
        self._first_pending = 0

    def read(self, size: int = 1 << 18, /) -> bytes:
        while not self._rest:
            chunk = next(self._cells, None)
            if chunk is None:
                return b""
            self._rest = memoryview(self._lines(chunk))
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)

    def _lines(self, chunk: pa.Array) -> bytes:
        cells = _ended(chunk)
        counts = pc.count_substring(cells, "\n").to_numpy(zero_copy_only=False).astype(np.int64) + 1
        self._pending.append(np.repeat(np.arange(self._rows + 1, self._rows + len(cells) + 1), counts))
        self._rows += len(cells)
        return _joined(cells)

    def by_row(self, parsed: Parsed, totals: Totals) -> Parsed:
        """The block with the numbers of rows in place of those of lines; counted."""
        totals.add(parsed)
        rows = np.concatenate(self._pending) if self._pending else np.empty(0, np.int64)
        numbered = replace(
            parsed, **{part: self._numbered(getattr(parsed, part), rows) for part in ("hits", "rejects")}
        )
        self._parsed += parsed.lines
        while self._pending and self._first_pending + len(self._pending[0]) <= self._parsed:
            self._first_pending += len(self._pending.popleft())
        return numbered

    def _numbered(self, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
        position = batch.schema.get_field_index("line_number")
        lines = batch.column(position).to_numpy(zero_copy_only=False)
        numbers = pa.array(rows[lines - 1 - self._first_pending], pa.int64())
        arrays = [numbers if n == position else array for n, array in enumerate(batch.columns)]
        return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
