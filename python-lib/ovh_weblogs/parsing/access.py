"""Access logs: each line to a hit or to a reject."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.parsing import columns, formats, values
from ovh_weblogs.parsing.blocks import BLOCK, MAX_LINE, TOO_LONG, Block, in_parts
from ovh_weblogs.parsing.custom import compile_custom_format
from ovh_weblogs.parsing.explain import explain
from ovh_weblogs.parsing.marks import Flags, Ints, find_lines, line_bounds
from ovh_weblogs.parsing.scan import Scanned, scan
from ovh_weblogs.parsing.shape import shape_of
from ovh_weblogs.parsing.slow import LineReader, Row
from ovh_weblogs.parsing.times import zone_of

logger = logging.getLogger(__name__)

AUTO = "auto"
_KEPT = 16 << 20  # bytes; more than a block and all that is made of it need
_EXPLAINED = 100  # lines at the head of a file, from which the log says how it is read
_FEW = 64  # lines; so few are read sooner one by one than by another scan of the block


@dataclass(frozen=True)
class Parsed:
    """A block of lines: hits and rejects of the full declared schemas, maybe of no rows, in the order of lines.

    ``lines`` counts all lines of the block, ``blanks`` those that hold nothing: hits + rejects + blanks = lines.
    A tracker's header counts as a blank line, since it holds no event.
    """

    hits: pa.RecordBatch
    rejects: pa.RecordBatch
    lines: int
    blanks: int


class AccessReader:
    """Reads blocks of lines; arguments as ``parsing.parse`` has them.

    Args:
        vectorised: Whether usual lines are read all at once; the rows are the same without it.

    Raises:
        SettingsError: An argument is wrong.
    """

    def __init__(
        self,
        *,
        source_file: str = "",
        line_format: str = AUTO,
        custom_format: str | None = None,
        base_url: str | None = None,
        timezone: str | None = None,
        vectorised: bool = True,
    ) -> None:
        # glibc learns from the largest piece of memory that is given back how much to keep for the next block. Without
        # this it would return most to the system after each one, and touch it anew: a tenth of the time.
        bytearray(_KEPT)
        zone = zone_of(timezone)
        self._source_file = source_file or None
        self._site = values.Site.of(base_url)
        self._formats = (compile_custom_format(custom_format, zone),) if custom_format else _formats(line_format)
        self._lines = LineReader(self._formats, self._site, zone)
        shapes = [(form, shape_of(form)) for form in self._formats] if vectorised else []
        self._explained = len(self._formats) == 1
        self._shapes = [(form, shape) for form, shape in shapes if shape is not None]

    def read(self, block: Block) -> Iterator[Parsed]:
        """The rows of a block, in parts where it has very many lines."""
        if block.too_long:
            refused = columns.rejects([(block.first_line, TOO_LONG, block.data)], self._source_file)
            yield Parsed(columns.hits(b"", 1, (), (), self._source_file), refused, 1, 0)
            return
        if not self._explained:
            self._explained = True
            logger.info("%s: %s", self._source_file or "The log", explain(_first_lines(block.data)))
        for part in in_parts(block):
            yield self._parsed(part)

    def _parsed(self, block: Block) -> Parsed:
        # A much longer block is one very long line, mostly: its special bytes would fill the memory.
        if self._shapes and len(block.data) <= 2 * BLOCK:
            starts, ends, scanned = self._scanned(block.data)
        else:
            starts, ends, scanned = *line_bounds(block.data), []
        left = ends > starts
        for some in scanned:
            left[some.lines] = False
        found, refused = self._one_by_one(block, starts, ends, np.flatnonzero(left))
        hits = columns.hits(block.data, block.first_line, scanned, found, self._source_file)
        blanks = len(starts) - hits.num_rows - len(refused)
        return Parsed(hits, columns.rejects(refused, self._source_file), len(starts), blanks)

    def _scanned(self, data: bytes) -> tuple[Ints, Ints, list[Scanned]]:
        """Where the lines begin and end, and what the scan finds in them, format after format."""
        found: list[Scanned] = []
        lines = find_lines(data, self._shapes[0][1].separators)  # of formats that compete, all are the same
        left: Flags = lines.ends > lines.starts
        taken: dict[str, int] = {}
        for form, shape in self._shapes:
            if found and np.count_nonzero(left) < _FEW:
                break
            some = scan(lines, form, shape, self._site, left, competing=len(self._formats) > 1)
            if some is not None:
                left[some.lines] = False
                found.append(some)
                taken[form.name] = len(some.lines)
        # A file's lines are mostly alike: the next block is first scanned for the format of most of these.
        self._shapes.sort(key=lambda pair: -taken.get(pair[0].name, 0))
        return lines.starts, lines.ends, found

    def _one_by_one(
        self, block: Block, starts: Ints, ends: Ints, positions: Ints
    ) -> tuple[list[tuple[int, Row]], list[tuple[int, str, bytes]]]:
        found: list[tuple[int, Row]] = []
        refused: list[tuple[int, str, bytes]] = []
        bounds = (positions.tolist(), starts[positions].tolist(), ends[positions].tolist())
        for position, start, end in zip(*bounds, strict=True):
            line = block.data[start:end]
            if len(line) > MAX_LINE:
                refused.append((block.first_line + position, TOO_LONG, line[:MAX_LINE]))
            elif not line.isspace():
                row = self._lines.row(line)
                if isinstance(row, Row):
                    found.append((position, row))
                else:
                    refused.append((block.first_line + position, row, line))
        return found, refused


def _formats(line_format: str) -> tuple[formats.Format, ...]:
    if line_format == AUTO:
        return formats.AUTO
    if line_format in formats.FORMATS:
        return (formats.FORMATS[line_format],)
    known = ", ".join((AUTO, *formats.FORMATS))
    raise SettingsError(f"line_format '{line_format[:40]}' is not known", fix=f"choose one of {known}")


def _first_lines(data: bytes) -> list[bytes]:
    """Lines at the head of a block; without the last, which may be cut, unless it is the only one."""
    lines = data[: _EXPLAINED << 10].split(b"\n")
    return lines[:-1][:_EXPLAINED] or lines
