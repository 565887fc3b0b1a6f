"""What has to hold for any bytes at all."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from ovh_weblogs import pipeline
from ovh_weblogs.errors import LogDamaged
from ovh_weblogs.parsing.access import AccessReader
from ovh_weblogs.parsing.blocks import Block
from ovh_weblogs.parsing.reading import MixedReader
from ovh_weblogs.parsing.tracker import TrackerReader

FORMATS = ("auto", "ovh", "combined", "vhost_combined", "common", "wt1")
CUSTOM = (
    '%h %l %u %t "%r" %>s %b',
    '%{%Y-%m-%d %H:%M:%S}t %a "%r" %>s %O "%{User-Agent}i" %D',
    '%v;%h;%u;%t;"%r";%>s;%b;"%{Referer}i"',
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    "$time_iso8601|$host|$remote_addr|$request_method|$request_uri|$server_protocol|$status|$bytes_sent|$request_time",
    "$msec\t$remote_addr\t$request\t$status\t$bytes_sent\t$http_user_agent",
)


class PropertyBroken(AssertionError):
    """What did not hold, and how it showed."""


@dataclass(frozen=True)
class Choice:
    """How the bytes are read: a format of ours, or a custom one."""

    line_format: str = "auto"
    custom_format: str | None = None

    @classmethod
    def of(cls, number: int) -> Choice:
        """One of all choices, by any number."""
        place = number % (len(FORMATS) + len(CUSTOM))
        if place < len(FORMATS):
            return cls(FORMATS[place])
        return cls(custom_format=CUSTOM[place - len(FORMATS)])

    def reader(self, *, vectorised: bool) -> AccessReader | TrackerReader | MixedReader:
        """A reader of it."""
        tracker = TrackerReader(source_file="f", vectorised=vectorised)
        if self.line_format == "wt1":
            return tracker
        access = AccessReader(
            source_file="f",
            line_format=self.line_format,
            custom_format=self.custom_format,
            timezone="Europe/Paris" if self.custom_format else None,
            vectorised=vectorised,
        )
        return MixedReader(access, tracker) if self == Choice() else access


def check(data: bytes, choice: Choice) -> None:
    """Read the bytes, fast and slow.

    Raises:
        PropertyBroken: A line was lost, merged or changed, or the two ways do not agree.
    """
    lines = data.split(b"\n")[: None if data and not data.endswith(b"\n") else -1]
    if not lines:
        return
    block = Block(data, 1, len(lines))
    fast, slow = (list(choice.reader(vectorised=way).read(block)) for way in (True, False))
    hits, rejects = _together([part.hits for part in fast]), _together([part.rejects for part in fast])
    blanks = sum(part.blanks for part in fast)
    if hits.num_rows + rejects.num_rows + blanks != len(lines):
        raise PropertyBroken(
            f"{hits.num_rows} hits + {rejects.num_rows} rejects + {blanks} blanks of {len(lines)} lines"
        )
    for name, ours, theirs in (
        ("hits", hits, _together([part.hits for part in slow])),
        ("rejects", rejects, _together([part.rejects for part in slow])),
    ):
        if not ours.equals(theirs):
            raise PropertyBroken(f"{name} differ between the fast way and the slow one: {_difference(ours, theirs)}")
    _check_numbers(hits, rejects, len(lines))
    for reject in rejects.to_pylist():
        if reject["line"] != lines[reject["line_number"] - 1].removesuffix(b"\r"):
            raise PropertyBroken(f"the reject of line {reject['line_number']} is not that line")
    _check_cells(hits)
    for event in pipeline.enrich(hits.to_batches()):
        if event.num_rows and event.column("visitor_id").null_count:
            raise PropertyBroken("a hit has no visitor")


def check_stream(data: bytes, line_format: str = "auto") -> None:
    """Read the bytes as a file, whatever they are: gzip, plain, cut, damaged.

    Raises:
        PropertyBroken: Lines do not add up.
    """
    try:
        for part in pipeline.parse(io.BytesIO(data), source_file="f", line_format=line_format):
            if part.hits.num_rows + part.rejects.num_rows + part.blanks != part.lines:
                raise PropertyBroken("lines do not add up")
    except LogDamaged:
        return  # said in a sentence: that is what cut and damaged gzip is for


def _together(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(batches)


def _check_numbers(hits: pa.Table, rejects: pa.Table, count: int) -> None:
    numbers = sorted(hits.column("line_number").to_pylist() + rejects.column("line_number").to_pylist())
    if len(set(numbers)) != len(numbers) or (numbers and not 1 <= numbers[0] <= numbers[-1] <= count):
        raise PropertyBroken(f"line numbers are wrong: {numbers}")


def _check_cells(hits: pa.Table) -> None:
    hits.validate(full=True)
    for field in hits.schema:
        if pa.types.is_string(field.type):
            cells = set(hits.column(field.name).to_pylist())
            if "" in cells or any("\0" in cell for cell in cells if cell):
                raise PropertyBroken(f"a cell of {field.name} is empty or holds a NUL")


def _difference(ours: pa.Table, theirs: pa.Table) -> str:
    if ours.num_rows != theirs.num_rows:
        return f"{ours.num_rows} and {theirs.num_rows} rows"
    for one, other in zip(ours.to_pylist(), theirs.to_pylist(), strict=True):
        found = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
        if found:
            return str(found)
    return "types"
