"""Files of the WT1 tracker: each line to a hit or to a reject; headers say how the lines after them are read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ovh_weblogs.parsing import columns, trackercolumns, trackerline, trackerscan, values
from ovh_weblogs.parsing.access import Parsed
from ovh_weblogs.parsing.blocks import BLOCK, MAX_LINE, TOO_LONG, Block, in_parts
from ovh_weblogs.parsing.marks import Ints
from ovh_weblogs.parsing.trackerlayout import HEADERLESS, Layout, is_header
from ovh_weblogs.parsing.trackerline import TrackerRow
from ovh_weblogs.parsing.trackerscan import Lines, Scanned, find_lines

WT1 = "wt1"
_NUMBER_SIGN = ord("#")
_FEW = 16  # lines; fewer between two headers are not worth a scan
_UNKNOWN_HEADER = "a header with columns that are not the tracker's"
_AFTER_UNKNOWN_HEADER = "the header before it has columns that are not the tracker's"

_Found = list[tuple[int, TrackerRow]]
_Refused = list[tuple[int, str, bytes]]


class TrackerReader:
    """Reads blocks of lines, in the order of the file.

    A header names the columns of the lines after it, up to the next; before the first, each line's shape tells. It
    counts as a blank line, since it holds no event. One that names other columns than the tracker's is refused, and so
    are the lines after it: nobody knows what their fields are.

    Args:
        source_file: The file's name, for the column.
        vectorised: Whether usual lines are read all at once; the rows are the same without it.
    """

    def __init__(self, *, source_file: str = "", vectorised: bool = True) -> None:
        self._source_file = source_file or None
        self._vectorised = vectorised
        self._layouts: tuple[Layout, ...] = HEADERLESS

    def read(self, block: Block) -> Iterator[Parsed]:
        """The rows of a block, in parts where it has very many lines."""
        if block.too_long:
            refused = [(block.first_line, TOO_LONG, block.data)]
            yield self._parsed_as(block, 1, None, [], refused)
            return
        for part in in_parts(block):
            yield self._parsed(part)

    def _parsed(self, block: Block) -> Parsed:
        # A much longer block is one very long line, mostly: its special bytes would fill the memory.
        to_scan = self._vectorised and len(block.data) <= 2 * BLOCK
        lines = find_lines(block.data, to_scan=to_scan)
        scans: list[Scanned] = []
        found: _Found = []
        refused: _Refused = []
        headers = self._headers(lines)
        starts = [0, *(position + 1 for position in headers)]
        stops = [*headers, len(lines.starts)]
        for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            if number:
                refused += self._header(block, lines, start - 1)
            scanned = trackerscan.scan(lines, self._layouts, start, stop) if to_scan and stop - start > _FEW else []
            scans += scanned
            left = lines.ends[start:stop] > lines.starts[start:stop]
            for part in scanned:
                left[part.lines - start] = False
            self._one_by_one(block, lines, start + np.flatnonzero(left), found, refused)
        return self._parsed_as(block, len(lines.starts), trackerscan.join(scans), found, refused)

    def _parsed_as(self, block: Block, count: int, scanned: Scanned | None, found: _Found, refused: _Refused) -> Parsed:
        hits: pa.RecordBatch = trackercolumns.hits(block.data, block.first_line, scanned, found, self._source_file)
        rejects = columns.rejects(refused, self._source_file)
        return Parsed(hits, rejects, count, count - hits.num_rows - len(refused))

    def _headers(self, lines: Lines) -> list[int]:
        """The positions of the lines that begin as headers do."""
        begin = np.frombuffer(lines.data, np.uint8)[lines.starts] == _NUMBER_SIGN
        candidates = np.flatnonzero(begin & (lines.ends - lines.starts <= MAX_LINE)).tolist()
        return [at for at in candidates if is_header(lines.data[lines.starts[at] : lines.ends[at]])]

    def _header(self, block: Block, lines: Lines, position: int) -> _Refused:
        """Read the lines after a header as it says; the header itself where it names no layout."""
        line = block.data[lines.starts[position] : lines.ends[position]]
        layout = Layout.of_header(values.decoded(line))
        self._layouts = () if layout is None else (layout,)
        return [] if layout else [(block.first_line + position, _UNKNOWN_HEADER, line)]

    def _one_by_one(self, block: Block, lines: Lines, positions: Ints, found: _Found, refused: _Refused) -> None:
        starts, ends = lines.starts[positions].tolist(), lines.ends[positions].tolist()
        for position, start, end in zip(positions.tolist(), starts, ends, strict=True):
            line = block.data[start:end]
            if len(line) > MAX_LINE:
                refused.append((block.first_line + position, TOO_LONG, line[:MAX_LINE]))
            elif not line.isspace():
                row = trackerline.row(line, self._layouts) if self._layouts else _AFTER_UNKNOWN_HEADER
                if isinstance(row, TrackerRow):
                    found.append((position, row))
                else:
                    refused.append((block.first_line + position, row, line))
