"""Logs other than web: line by line, with the time at its head where one is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import pyarrow as pa

from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing.blocks import MAX_LINE, Block, read_lines_in_blocks
from ovh_weblogs.parsing.times import CLF, TimeShape
from ovh_weblogs.parsing.values import decoded, without_nul
from ovh_weblogs.schema import LINES

_HEAD = 400  # characters in which a time is looked for
_DATE_IN_NAME = re.compile(r"(?<![0-9])([0-9]{2})-([0-9]{2})-([0-9]{4})(?![0-9])")
_CUT = " [cut here: the line is longer than 16 MiB]"

# Shapes at the head of OVH's error, cron, out, FTP and SSH logs (OVH guides; Apache 2.2 and 2.4; xferlog; syslog).
_SHAPES = tuple(
    (re.compile(rf"\[?({shape.pattern})\b\]?"), shape)
    for shape in (
        TimeShape("%Y-%m-%d %T%f"),
        TimeShape("%Y-%m-%dT%T%f"),
        TimeShape("%a %b %e %T%f %Y"),
        TimeShape("%b %e %T"),
    )
)
# Pure-FTPd's alternative log: a time in brackets after the first fields.
_BRACKETED = re.compile(rf"[^\[\]]{{0,300}}\[({CLF.pattern})\]")


@dataclass(frozen=True)
class Lines:
    """A block of lines: ``rows`` of ``schema.LINES``, and the number of blank lines among them."""

    rows: pa.RecordBatch
    blanks: int


def read_lines(stream: Readable, *, source_file: str, zone: ZoneInfo) -> Iterator[Lines]:
    """Every line but blank ones, in blocks; line numbers count blank lines, too.

    A line beyond 16 MiB is cut there and says so at its end.

    Args:
        stream: A binary file object, gzip or plain; it is not closed.
        source_file: The file's name; a date in it (DD-MM-YYYY) gives the year to times that have none.
        zone: The zone of times that name none. An hour that DST repeats is taken as the first of the two; a time that
            DST leaves out counts on from the hour before.

    Raises:
        LogDamaged: The gzip content is cut or damaged.
    """
    day = _day_of(source_file)
    for block in read_lines_in_blocks(stream, source_file or "The log"):
        numbered = list(_texts(block))
        texts = [text for _, text in numbered]
        times = [_time(text[:_HEAD], zone, day) for text in texts]
        arrays = [
            pa.array(times, pa.int64()).cast(LINES.arrow.field("server_ts").type),
            pa.array(texts, pa.string()),
            pa.array([source_file or None] * len(texts), pa.string()),
            pa.array([number for number, _ in numbered], pa.int64()),
        ]
        yield Lines(pa.RecordBatch.from_arrays(arrays, schema=LINES.arrow), block.lines - len(texts))


def _texts(block: Block) -> Iterator[tuple[int, str]]:
    lines = block.data.removesuffix(b"\n").split(b"\n")
    for number, line in enumerate(lines, block.first_line):
        cut = block.too_long or len(line) > MAX_LINE
        if cut or line.strip():
            yield number, without_nul(decoded(line[:MAX_LINE].removesuffix(b"\r"))) + (_CUT if cut else "")


def _day_of(source_file: str) -> date | None:
    found = _DATE_IN_NAME.search(source_file)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _time(head: str, zone: ZoneInfo, day: date | None) -> int | None:
    for pattern, shape in _SHAPES:
        found = pattern.match(head)
        if found:
            return shape.micros(found[1], zone, day)
    found = _BRACKETED.match(head)
    return CLF.micros(found[1]) if found else None
