"""Files of lines cut into parts that are read at the same time, each line by one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ovh_weblogs.errors import InputError
from ovh_weblogs.logfiles import AUTO, TRACKER, parse_stream
from ovh_weblogs.parsing import Parsed
from ovh_weblogs.parsing.trackerlayout import claims
from ovh_weblogs.settings import ParseSettings
from ovh_weblogs.unpack import Unpacked, is_plain

SPLIT = 128 << 20  # bytes of plain text, as Spark itself cuts files: some seconds of parsing and enrichment
_HEAD = 64 << 10
_READ = 256 << 10


@dataclass(frozen=True)
class Place:
    """A file of lines: the name that stands in source_file, where it is, and its bytes as it is stored."""

    name: str
    path: str
    size: int = 0


@dataclass(frozen=True)
class Part:
    """The lines of a file that begin at the bytes from ``begin`` up to ``end``, left out; to its end without one."""

    file: Place
    begin: int = 0
    end: int | None = None

    @property
    def size(self) -> int:
        """Bytes as they are stored."""
        return (self.file.size if self.end is None else self.end) - self.begin

    def there(self, path: str) -> Part:
        """The same lines of the file where it is found under another path."""
        return replace(self, file=replace(self.file, path=path))


def parts(files: Iterable[Place], settings: ParseSettings, *, size: int = SPLIT) -> list[Part]:
    """Every file as one part, or as several where it is long and plain; their sizes are known then.

    A packed file is read from its start only. A tracker's has a header of which all that follows depends.

    Args:
        files: They are looked into.
        settings: How they will be read.
        size: Bytes of a part.
    """
    found = []
    for place in files:
        length = Path(place.path).stat().st_size
        file = replace(place, size=length)
        if length <= size or length > settings.max_day_bytes or not _may_be_cut(file, settings):
            found.append(Part(file))
        else:
            found += [Part(file, begin, min(begin + size, length)) for begin in range(0, length, size)]
    return found


def _may_be_cut(file: Place, settings: ParseSettings) -> bool:
    with Path(file.path).open("rb") as stream:
        head = stream.read(_HEAD)
    return is_plain(head) and not _is_trackers(head, settings)


def _is_trackers(head: bytes, settings: ParseSettings) -> bool:
    """Whether a file that begins so may be a tracker's: a header that is not known, too, tells of what follows it."""
    if settings.custom_format:
        return False
    if settings.tracker_columns or settings.line_format == TRACKER:
        return True
    return settings.line_format == AUTO and any(map(claims, head.split(b"\n")))


def parse_part(part: Part, path: str, settings: ParseSettings) -> Iterator[Parsed]:
    """Every line of a part; line_number counts from 1 within it.

    Args:
        part: Which lines.
        path: Where its file is on this machine.
        settings: How lines are read.

    Raises:
        InputError: The file is not there.
        LogDamaged: It is cut, damaged, or unpacks to more than it may.
    """
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 - closed below
    except OSError as cause:
        raise InputError(
            f"{part.file.name} cannot be read at {path} on this machine of Spark's ({cause.strerror})",
            fix="see that the folders of spark.local.dir have room there and nothing empties them, and build again",
        ) from cause
    with stream:
        lines = Lines(stream, part.begin, part.end)
        whole = part.end is None
        content = Unpacked(lines, part.file.name, max_bytes=settings.max_day_bytes) if whole else lines
        with closing(parse_stream(content, part.file.name, settings)) as blocks:
            yield from blocks


class Lines:
    """The bytes of those lines of a file that begin within bounds.

    A line belongs to the part in which its first byte is: so the reading begins after the first line feed at or after
    the byte before ``begin``, and ends with the first one at or after the byte before ``end``.

    Args:
        stream: The file; it is not closed.
        begin: The first byte at which a line may begin.
        end: The byte at which no line begins any more; None for the end of the file.
    """

    def __init__(self, stream: BinaryIO, begin: int, end: int | None) -> None:
        self._stream = stream
        self._left = None if end is None else end - begin  # bytes up to ``end``; the last line goes on beyond them
        self._over = False
        self._rest = b""
        if begin:
            stream.seek(begin - 1)
            self._pass_over()

    def _pass_over(self) -> None:
        """Leave out the line that began before, whose last byte may be the very one before ``begin``."""
        passed = -1  # the byte before ``begin`` is none of ours
        while not self._is_behind(passed) and (piece := self._stream.read(_READ)):
            at = piece.find(b"\n")
            if at >= 0:
                self._rest = piece[at + 1 :]
                passed += at + 1
                break
            passed += len(piece)
        self._take(passed)

    def _is_behind(self, passed: int) -> bool:
        return self._left is not None and passed >= self._left

    def _take(self, count: int) -> None:
        if self._left is not None:
            self._left -= count
            self._over = self._left <= 0

    def read(self, size: int = _READ, /) -> bytes:
        """At most so many bytes; none at the end."""
        if self._over:
            return b""
        data = self._rest[:size] or self._stream.read(size)
        self._rest = self._rest[size:]
        if self._left is None or len(data) < self._left:
            self._take(len(data))
            return data
        end = data.find(b"\n", self._left - 1)  # of the line that holds the last byte before ``end``
        if end < 0:
            self._left = 1  # it goes on: any line feed ends it
            return data
        self._over = True
        return data[: end + 1]


def before(parts_of: Sequence[Part], lines: Sequence[int]) -> list[int]:
    """How many lines of its file stand before each part, of parts in order whose numbers of lines are known."""
    found, file, count = [], None, 0
    for part, number in zip(parts_of, lines, strict=True):
        if part.file != file:
            file, count = part.file, 0
        found.append(count)
        count += number
    return found
