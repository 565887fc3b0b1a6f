"""Which reader a file's lines are for: that of access logs, that of the WT1 tracker, or each of them for its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Protocol

import numpy as np
import pyarrow as pa

from ovh_weblogs.ahead import ahead
from ovh_weblogs.errors import SettingsError
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing import formats
from ovh_weblogs.parsing.access import AUTO, AccessReader, Parsed
from ovh_weblogs.parsing.blocks import TOO_LONG, Block, read_lines_in_blocks
from ovh_weblogs.parsing.tracker import WT1, TrackerReader
from ovh_weblogs.parsing.trackerlayout import claims


def parse(
    stream: Readable,
    *,
    source_file: str = "",
    line_format: str = AUTO,
    custom_format: str | None = None,
    base_url: str | None = None,
    timezone: str | None = None,
    read_ahead: bool = False,
) -> Generator[Parsed, None, None]:
    """Hits and rejects of an access log or of a tracker's file, block by block, in bounded memory.

    Args:
        stream: A binary file object, gzip or plain (told by its first bytes); it is not closed.
        source_file: The file's name, for the column and for messages.
        line_format: ovh, combined, vhost_combined, common, wt1; or auto: of these, the one that each line has. There a
            line is the tracker's if it is a header of it or begins with its timestamps, OVH's if its second field names
            a host (a name with a dot, or an IP), and Apache's if not.
        custom_format: A LogFormat string of Apache or a log_format string of nginx instead; empty for none.
        base_url: Scheme and host of lines without a host, such as https://www.example.com.
        timezone: IANA name of the zone of times without offset, which only a custom format can have.
        read_ahead: Whether the next block is read and unpacked in another thread while one is parsed.

    Raises:
        SettingsError: An argument is wrong.
        LogDamaged: The gzip content is cut or damaged.
    """
    known = (AUTO, *formats.FORMATS, WT1)
    if not custom_format and line_format not in known:
        raise SettingsError(f"line_format '{line_format[:40]}' is not known", fix=f"choose one of {', '.join(known)}")
    tracker = TrackerReader(source_file=source_file)
    access = AccessReader(
        source_file=source_file,
        line_format=AUTO if line_format == WT1 else line_format,
        custom_format=custom_format,
        base_url=base_url,
        timezone=timezone,
    )
    reader: _Reader = access
    if not custom_format and line_format in (AUTO, WT1):
        reader = tracker if line_format == WT1 else MixedReader(access, tracker)
    blocks = read_lines_in_blocks(stream, source_file or "The log")
    return _parsed(reader, ahead(blocks) if read_ahead else blocks)


def _parsed(reader: _Reader, blocks: Generator[Block, None, None]) -> Generator[Parsed, None, None]:
    with closing(blocks):  # at once, where only some are asked for: who gave the stream is about to close it
        for block in blocks:
            yield from reader.read(block)


class _Reader(Protocol):
    def read(self, block: Block) -> Iterator[Parsed]:
        """The rows of a block, in parts where it has very many lines."""


class MixedReader:
    """Reads a file by the reader whose its first line is; lines which that one refuses by the other, if they are its.

    So a file of one kind costs no more than with its own reader. The reason of a refused line is that of the file's
    own. A refused line that begins with the tracker's timestamps is no access line, whatever else it holds.

    Args:
        access: For access lines.
        tracker: For the tracker's.
    """

    def __init__(self, access: AccessReader, tracker: TrackerReader) -> None:
        self._access = access
        self._tracker = tracker
        self._is_tracker: bool | None = None

    def read(self, block: Block) -> Iterator[Parsed]:
        """The rows of a block, in parts where it has very many lines."""
        if self._is_tracker is None:
            self._is_tracker = _first_line_claimed(block.data)
        own, other = (self._tracker, self._access) if self._is_tracker else (self._access, self._tracker)
        for parsed in own.read(block):
            yield self._with_others(parsed, other) if parsed.rejects.num_rows else parsed

    def _with_others(self, parsed: Parsed, other: _Reader) -> Parsed:
        """What is read of the refused lines by the other reader, put in the order of lines."""
        refused = zip(*(parsed.rejects.column(name).to_pylist() for name in ("reason", "line")), strict=True)
        places = [
            place
            for place, (reason, line) in enumerate(refused)
            if reason != TOO_LONG and claims(line) is not self._is_tracker
        ]
        if not places:
            return parsed
        lines = parsed.rejects.column("line").take(pa.array(places)).to_pylist()
        # As a block of their own they are read at the other's full speed.
        parts = list(other.read(Block(b"\n".join((*lines, b"")), 0, len(lines))))
        numbers = parsed.rejects.column("line_number").to_numpy()
        hits = [_numbered(part.hits, numbers[places]) for part in parts]
        again = [place for part in parts for place in part.rejects.column("line_number").to_pylist()]
        kept = np.ones(len(numbers), np.bool_)
        kept[places] = False
        kept[[places[place] for place in again]] = True
        return Parsed(
            _in_order([parsed.hits, *hits]),
            parsed.rejects.filter(pa.array(kept)),
            parsed.lines,
            parsed.blanks + sum(part.blanks for part in parts),
        )


def _first_line_claimed(data: bytes) -> bool | None:
    """Whether the first line that is not blank is the tracker's; None where all are blank."""
    text = len(data) - len(data.lstrip())
    return claims(data, data.rfind(b"\n", 0, text) + 1) if text < len(data) else None


def _numbered(hits: pa.RecordBatch, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.RecordBatch:
    """Hits whose line numbers index the numbers that they have in the file."""
    place = hits.schema.get_field_index("line_number")
    arrays = list(hits.columns)
    arrays[place] = pa.array(numbers[hits.column(place).to_numpy()])
    return pa.RecordBatch.from_arrays(arrays, schema=hits.schema)


def _in_order(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    merged = pa.Table.from_batches(batches).sort_by("line_number").combine_chunks()
    return merged.to_batches()[0] if merged.num_rows else batches[0]
