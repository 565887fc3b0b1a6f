"""Access logs: each line to a hit or to a reject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing import columns, formats, values
from ovh_weblogs.parsing.blocks import BLOCK, MAX_LINE, TOO_LONG, Block, in_parts, read_lines_in_blocks
from ovh_weblogs.parsing.columns import Hosts
from ovh_weblogs.parsing.logformat import compile_log_format
from ovh_weblogs.parsing.scan import Ints, Lines, Scanned, find_lines, scan
from ovh_weblogs.parsing.slow import LineReader, Row
from ovh_weblogs.parsing.times import zone_of

AUTO = "auto"
_SCANNED = (formats.OVH, formats.COMBINED)


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


def parse(
    stream: Readable,
    *,
    source_file: str = "",
    line_format: str = AUTO,
    custom_format: str | None = None,
    base_url: str | None = None,
    timezone: str | None = None,
) -> Iterator[Parsed]:
    """Hits and rejects of an access log, block by block, in bounded memory; ``parsing.parse`` reads a tracker's, too.

    Args:
        stream: A binary file object, gzip or plain (told by its first bytes); it is not closed.
        source_file: The file's name, for the column and for messages.
        line_format: ovh, combined, vhost_combined, common; or auto: of these, the one that each line has. There a line
            is OVH's if its second field names a host (a name with a dot, or an IP), and Apache's if not.
        custom_format: An Apache LogFormat string instead; empty for none.
        base_url: Scheme and host of lines without a host, such as https://www.example.com.
        timezone: IANA name of the zone of times without offset, which only a custom format can have.

    Raises:
        SettingsError: An argument is wrong.
        LogDamaged: The gzip content is cut or damaged.
    """
    reader = AccessReader(
        source_file=source_file,
        line_format=line_format,
        custom_format=custom_format,
        base_url=base_url,
        timezone=timezone,
    )
    blocks = read_lines_in_blocks(stream, source_file or "The log")
    return (parsed for block in blocks for parsed in reader.read(block))


class AccessReader:
    """Reads blocks of lines; arguments as ``parse`` has them.

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
        zone = zone_of(timezone)
        self._source_file = source_file or None
        self._site = values.Site.of(base_url)
        self._formats = (compile_log_format(custom_format, zone),) if custom_format else _formats(line_format)
        self._lines = LineReader(self._formats, self._site, zone)
        self._vectorised = vectorised and any(form in _SCANNED for form in self._formats)

    def read(self, block: Block) -> Iterator[Parsed]:
        """The rows of a block, in parts where it has very many lines."""
        if block.too_long:
            refused = columns.rejects([(block.first_line, TOO_LONG, block.data)], self._source_file)
            yield Parsed(columns.hits(b"", 1, None, (), self._source_file), refused, 1, 0)
            return
        for part in in_parts(block):
            yield self._parsed(part)

    def _parsed(self, block: Block) -> Parsed:
        # A much longer block is one very long line, mostly: its special bytes would fill the memory.
        to_scan = self._vectorised and len(block.data) <= 2 * BLOCK
        lines = find_lines(block.data, to_scan=to_scan)
        count = len(lines.starts)
        scanned = self._scanned(lines) if to_scan else None
        left = lines.ends > lines.starts
        if scanned is not None:
            left[scanned[0].lines] = False
        found, refused = self._one_by_one(block, lines, np.flatnonzero(left))
        hits = columns.hits(block.data, block.first_line, scanned, found, self._source_file)
        blanks = count - hits.num_rows - len(refused)
        return Parsed(hits, columns.rejects(refused, self._source_file), count, blanks)

    def _one_by_one(
        self, block: Block, lines: Lines, positions: Ints
    ) -> tuple[list[tuple[int, Row]], list[tuple[int, str, bytes]]]:
        found: list[tuple[int, Row]] = []
        refused: list[tuple[int, str, bytes]] = []
        starts, ends = lines.starts[positions].tolist(), lines.ends[positions].tolist()
        for position, start, end in zip(positions.tolist(), starts, ends, strict=True):
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

    def _scanned(self, lines: Lines) -> tuple[Scanned, Hosts] | None:
        """What the scan finds, with the hosts that the second fields name; lines whose second field is odd left out."""
        scanned = scan(lines)
        if scanned is None or not len(scanned.lines):
            return None
        texts, codes = columns.distinct(lines.data, scanned.second)
        # A blank shows that more than one field stands here; the patterns know which is which.
        usual = np.array([" " not in text for text in texts], np.bool_)
        if not usual.all():
            wanted = usual[codes]
            scanned, codes = scanned.only(wanted), codes[wanted]
            if not len(codes):
                return None
        hosts = tuple(self._host(text) for text in texts)
        return scanned, Hosts(hosts, tuple(self._site.prefix(host) for host in hosts), codes)

    def _host(self, second: str) -> str | None:
        named = formats.OVH in self._formats and (len(self._formats) == 1 or formats.names_host(second))
        return (values.virtual_host(second) if named else None) or self._site.host


def _formats(line_format: str) -> tuple[formats.Format, ...]:
    if line_format == AUTO:
        return formats.AUTO
    if line_format in formats.FORMATS:
        return (formats.FORMATS[line_format],)
    known = ", ".join((AUTO, *formats.FORMATS))
    raise SettingsError(f"line_format '{line_format[:40]}' is not known", fix=f"choose one of {known}")
