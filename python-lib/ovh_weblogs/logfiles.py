"""Files of raw logs that are there already: parsed one after the other, counted, judged."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ovh_weblogs.errors import InputError, LogDamaged
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.parsing import Parsed, parse
from ovh_weblogs.schema import HITS, SERVER_HITS, Column
from ovh_weblogs.settings import ParseSettings
from ovh_weblogs.unpack import FIX, Unpacked

AUTO, TRACKER = "auto", "wt1"
_COPIED = 1 << 20  # bytes at a time
_HEAD = 64 << 10  # bytes of text from which a tracker's file is told


@dataclass
class Totals:
    """What a read came to: hits + rejects + blanks = lines; ``worst`` is the file with most rejects of several."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    hits: int = 0
    rejects: int = 0
    blanks: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    worst: tuple[int, str] = (0, "")

    def __str__(self) -> str:
        text = (
            f"{self.files} files, {self.bytes} bytes, {self.lines} lines: "
            f"{self.hits} hits, {self.rejects} rejects, {self.blanks} blanks"
        )
        return text + "".join(f"; {count} x {reason}" for reason, count in self.reasons.most_common(5))

    @property
    def counts(self) -> dict[str, int]:
        """The numbers by name, as metrics have them."""
        names = ("lines", "hits", "rejects", "blanks", "files")
        return {name: getattr(self, name) for name in names}

    def add(self, parsed: Parsed) -> None:
        """Count a block of lines."""
        self.lines += parsed.lines
        self.hits += parsed.hits.num_rows
        self.rejects += parsed.rejects.num_rows
        self.blanks += parsed.blanks
        if parsed.rejects.num_rows:
            self.reasons.update(parsed.rejects.column("reason").to_pylist())

    def judge(self, limit: float, what: str, *, fix: str) -> None:
        """Refuse a read of which too much was refused to be this kind of log.

        Args:
            limit: The share of refused lines, of those that are not blank, that is still right.
            what: What was read, as the user knows it.
            fix: What the user can do.

        Raises:
            InputError: More than the limit; with the counts and the most frequent reasons.
        """
        share = self.rejects / max(self.hits + self.rejects, 1)
        if share > limit:
            reasons = ", ".join(f"{count} x {reason}" for reason, count in self.reasons.most_common(3))
            where = f"; {self.worst[0]} of them in {self.worst[1]}" if self.files > 1 and self.worst[0] else ""
            raise InputError(
                f"{self.rejects} of {self.lines} lines of {what} were refused "
                f"({share:.1%}, allowed are {limit:.1%}; mostly: {reasons}{where})",
                fix=fix,
            )


@dataclass(frozen=True)
class LogFile:
    """A file of lines, packed or plain.

    ``name`` stands in source_file and in messages; ``start`` opens the file anew. ``size`` in bytes and ``sha256`` are
    those of the file as it is stored, where they are known: a file that turns out otherwise is damaged.
    """

    name: str
    start: Callable[[], AbstractContextManager[Readable]]
    size: int | None = None
    sha256: str | None = None


def check_settings(settings: ParseSettings) -> None:
    """Find out that settings are wrong before anything is read or written.

    Raises:
        SettingsError: The format, the base URL or the time zone cannot be used.
    """
    parse_stream(io.BytesIO(), "", settings)


def parse_stream(
    stream: Readable, name: str, settings: ParseSettings, *, read_ahead: bool = False
) -> Generator[Parsed, None, None]:
    """Every line of a stream, by the settings; wrong ones are found out at once.

    With ``read_ahead`` another thread reads the stream.

    Raises:
        SettingsError: The settings cannot be used.
    """
    return parse(
        stream,
        source_file=name,
        line_format=settings.line_format,
        custom_format=settings.custom_format,
        base_url=settings.base_url,
        timezone=settings.timezone,
        read_ahead=read_ahead,
    )


def parse_files(files: Iterable[LogFile], settings: ParseSettings, totals: Totals) -> Iterator[Parsed]:
    """Every line of every file, in their order, in blocks of bounded size.

    Args:
        files: What to read.
        settings: How lines are read.
        totals: Counted up while reading.

    Raises:
        SettingsError: The settings cannot be used.
        LogDamaged: A file is cut, damaged, not the one that was listed, or unpacks to more than it may.
    """
    for file in files:
        before = totals.rejects
        with file.start() as stream:
            stored = _Stored(stream, file)
            content = Unpacked(stored, file.name, max_bytes=settings.max_day_bytes)
            with closing(parse_stream(content, file.name, settings, read_ahead=True)) as parts:
                for parsed in parts:
                    totals.add(parsed)
                    yield parsed
            stored.check()
        totals.worst = max(totals.worst, (totals.rejects - before, file.name))
        totals.files += 1
        totals.bytes += stored.size


def copied(file: LogFile, target: Path) -> None:
    """Copy a file as it is stored; it is all that was listed.

    Raises:
        LogDamaged: It is cut, or not the one that was listed.
    """
    with file.start() as stream, target.open("wb") as copy:
        stored = _Stored(stream, file)
        while data := stored.read(_COPIED):
            copy.write(data)
        stored.check()


def has_tracker_lines(files: Iterable[LogFile], settings: ParseSettings) -> bool:
    """Whether any of the files begins as a tracker's, so that its columns are needed; 64 KiB of each tell.

    Raises:
        LogDamaged: A file is cut or damaged near its start.
    """
    for file in files:
        with file.start() as stream:
            content = Unpacked(stream, file.name, max_bytes=settings.max_day_bytes)
            if begins_as_tracker(_start(content), settings):
                return True
    return False


def begins_as_tracker(text: bytes, settings: ParseSettings) -> bool:
    """Whether lines of a tracker are among these, the first of a file."""
    whole = text[: text.rfind(b"\n") + 1] or text
    parsed = parse_stream(io.BytesIO(whole), "", settings)
    return any(_is_tracker(block.hits).true_count for block in parsed)


def columns(*, tracker: bool) -> tuple[Column, ...]:
    """Columns of hits: of access logs, or also those that only a tracker fills."""
    return HITS.columns if tracker else SERVER_HITS.columns


def only_server(hits: pa.RecordBatch) -> pa.RecordBatch:
    """Hits with the columns of access logs.

    Raises:
        InputError: A tracker's hit is among them: columns of it would be lost.
    """
    tracker = _is_tracker(hits)
    if tracker.true_count:
        row = hits.filter(tracker).select(["source_file", "line_number"]).slice(0, 1).to_pylist()[0]
        raise InputError(
            f"{row['source_file']} begins as an access log and has a tracker's line as number {row['line_number']}",
            fix="choose 'Told by each line, with the columns of a tracker' as 'Format of lines'",
        )
    return hits.select(list(SERVER_HITS.names))


def _is_tracker(hits: pa.RecordBatch) -> pa.BooleanArray:
    return pc.equal(hits.column("log_family"), "tracker")


def _start(content: Unpacked) -> bytes:
    data = b""
    while len(data) < _HEAD and (more := content.read(_HEAD - len(data))):
        data += more
    return data


class _Stored:
    """A file's bytes as they are stored, on their way; counted and, where it matters, hashed."""

    def __init__(self, stream: Readable, file: LogFile) -> None:
        self._stream = stream
        self._file = file
        self._hash = hashlib.sha256() if file.sha256 is not None else None
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.size += len(data)
        if self._hash is not None:
            self._hash.update(data)
        return data

    def check(self) -> None:
        """Raise LogDamaged where these were not the bytes that were announced."""
        expected = self._file.size
        # A log that is still written may have grown since it was listed; fewer bytes are a broken transfer.
        if expected is not None and (self.size < expected or (self._hash is not None and self.size != expected)):
            raise LogDamaged(f"{self._file.name} has {self.size} bytes in place of {expected}", fix=FIX)
        if self._hash is not None and self._hash.hexdigest() != str(self._file.sha256).lower():
            raise LogDamaged(f"{self._file.name} is not the file of which its SHA-256 was noted", fix=FIX)
