"""Access logs: each line to a hit or to a reject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing import values
from ovh_weblogs.parsing.blocks import Line, line_blocks, text_of
from ovh_weblogs.parsing.formats import COMBINED, COMMON, FORMATS, OVH, VHOST_COMBINED, Format, compile_log_format
from ovh_weblogs.schema import HITS, REJECTS, SERVER_HITS

AUTO = "auto"
_HOST = re.compile(r"(?:[^\s:]+\.[^\s:]*|localhost|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_NAME_AND_PORT = re.compile(r"[^:]+:\d+")  # an IPv6 address has more colons
_STATUS = re.compile(r"[0-9]{1,3}")
_BYTES = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Parsed:
    """A block of lines: hits and rejects of the full declared schemas, maybe of no rows, in the order of lines.

    ``lines`` counts all lines of the block, ``blanks`` those that hold nothing: hits + rejects + blanks = lines.
    """

    hits: pa.RecordBatch
    rejects: pa.RecordBatch
    lines: int
    blanks: int


class _Reader:
    """Turns lines into rows by one format, or (auto) by the first that fits, the last used being tried first."""

    def __init__(self, formats: tuple[Format, ...], base_url: str | None) -> None:
        self._formats = list(formats)
        self._auto = len(formats) > 1
        self._scheme, self._host = values.base_of(base_url)

    def row(self, line: Line) -> tuple[Any, ...] | str:
        """Values of the columns from server_ts to request; or why the line is refused."""
        if line.too_long:
            return "longer than 16 MiB"
        text = text_of(line.content)
        reason = ""
        for position, form in enumerate(self._formats):
            found = form.match(text)
            if isinstance(found, str) or (self._auto and not _plausible(form, found)):
                reason = reason or (found if isinstance(found, str) else "fields before the time do not fit")
                continue
            if position:
                self._formats.insert(0, self._formats.pop(position))
            return self._values(found)
        return reason

    def _values(self, found: dict[str, str]) -> tuple[Any, ...] | str:
        time = values.epoch_micros(found["time"])
        if time is None:
            return "the time does not exist"
        status, size = found.get("status", "-"), found.get("bytes", "-")
        if status != "-" and not _STATUS.fullmatch(status):
            return "the status is no number"
        if size != "-" and not _BYTES.fullmatch(size):
            return "the size is no number"
        host = values.virtual_host(found.get("vhost")) or self._host
        request = values.request(found.get("request", ""))
        target = request.target
        return (
            time,
            values.clean(found.get("client_addr")),
            host,
            values.clean(found.get("user")),
            request.method,
            None if target is None else values.location(target, host, self._scheme),
            request.protocol,
            None if status == "-" else int(status),
            None if size == "-" else int(size),
            values.clean(found.get("referer")),
            values.clean(found.get("useragent")),
            request.other,
        )


_ROW = tuple(name for name in SERVER_HITS.names if name not in ("log_family", "source_file", "line_number"))


def _plausible(form: Format, found: dict[str, str]) -> bool:
    """Whether the second field of a line, which OVH uses for the host and others for ident, speaks for the format."""
    if form is OVH:
        return _HOST.fullmatch(found["vhost"]) is not None and not _NAME_AND_PORT.fullmatch(found["client_addr"])
    if form is VHOST_COMBINED:
        return _NAME_AND_PORT.fullmatch(found["vhost"]) is not None
    return not _NAME_AND_PORT.fullmatch(found["client_addr"]) and not _HOST.fullmatch(found[""])


def formats_of(line_format: str, custom_format: str | None) -> tuple[Format, ...]:
    """The formats that a line may have.

    Raises:
        SettingsError: A name or a directive is not known.
    """
    if custom_format:
        return (compile_log_format(custom_format),)
    if line_format == AUTO:
        return (OVH, COMBINED, VHOST_COMBINED, COMMON)
    if line_format in FORMATS:
        return (FORMATS[line_format],)
    raise SettingsError(f"line_format '{line_format[:40]}' is not known", fix=f"choose {AUTO}, {', '.join(FORMATS)}")


def parse(
    stream: Readable,
    *,
    source_file: str = "",
    line_format: str = AUTO,
    custom_format: str | None = None,
    base_url: str | None = None,
    timezone: str | None = None,
) -> Iterator[Parsed]:
    """Hits and rejects of an access log, block by block, in bounded memory.

    Args:
        stream: A binary file object, gzip or plain (told by its first bytes); it is not closed.
        source_file: The file's name, for the column and for messages.
        line_format: auto, ovh, combined, vhost_combined or common.
        custom_format: An Apache LogFormat string instead.
        base_url: Scheme and host of lines without a host, such as https://www.example.com.
        timezone: Of formats whose times have no offset; those known here all have one.

    Raises:
        SettingsError: An argument is wrong.
        LogDamaged: The gzip content is cut or damaged.
    """
    del timezone  # every format that is known here logs its offset
    reader = _Reader(formats_of(line_format, custom_format), base_url)
    for block in line_blocks(stream, source_file or "The log"):
        yield _parsed(block, reader, source_file or None)


def _parsed(block: list[Line], reader: _Reader, source_file: str | None) -> Parsed:
    rows: list[tuple[Any, ...]] = []
    numbers: list[int] = []
    refused: list[tuple[int, str, bytes]] = []
    for line in block:
        if not line.content or line.content.isspace():
            continue
        row = reader.row(line)
        if isinstance(row, str):
            refused.append((line.number, row, line.content))
        else:
            rows.append(row)
            numbers.append(line.number)
    return Parsed(
        hits=_hits(rows, numbers, source_file),
        rejects=_rejects(refused, source_file),
        lines=len(block),
        blanks=len(block) - len(rows) - len(refused),
    )


def _hits(rows: list[tuple[Any, ...]], numbers: list[int], source_file: str | None) -> pa.RecordBatch:
    count = len(rows)
    found: dict[str, Any] = dict(zip(_ROW, zip(*rows, strict=True), strict=True)) if rows else {}
    found |= {"log_family": ["server"] * count, "source_file": [source_file] * count, "line_number": numbers}
    arrays = []
    for column in HITS.columns:
        values_ = found.get(column.name)
        if values_ is None:
            arrays.append(pa.nulls(count, column.arrow.type))
        elif column.name == "server_ts":
            arrays.append(pa.array(values_, pa.int64()).cast(column.arrow.type))
        else:
            arrays.append(pa.array(values_, column.arrow.type))
    return pa.RecordBatch.from_arrays(arrays, schema=HITS.arrow)


def _rejects(refused: list[tuple[int, str, bytes]], source_file: str | None) -> pa.RecordBatch:
    numbers, reasons, lines = zip(*refused, strict=True) if refused else ((), (), ())
    columns = ([source_file] * len(refused), numbers, reasons, lines)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, REJECTS.arrow, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=REJECTS.arrow)
