"""A day's file brought to this machine as the host keeps it: whole, verified, counted."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ovh_weblogs.errors import LogDamaged, SettingsError
from ovh_weblogs.gunzip import MAGIC, Readable
from ovh_weblogs.hosting.dayfile import Validators
from ovh_weblogs.hosting.loghost import LogHost
from ovh_weblogs.settings import MAX_DAY_BYTES
from ovh_weblogs.unpack import Unpacked

_CHUNK = 1 << 20  # bytes
_ATTEMPTS = 2  # what was damaged on the way, or rewritten while it was read, is whole the next time
_LEVEL = 6  # the usual one
_GZIP_WINDOW = 31  # zlib's code for "gzip header and trailer"


class NoRoom(SettingsError):
    """The folder of temporary files is full or cannot be written."""


@dataclass(frozen=True)
class Fetched:
    """A day's file that lies on this machine, packed with gzip.

    Attributes:
        path: Where it is.
        size: Bytes of the file.
        sha256: Of the file, in hexadecimal digits.
        lines: Lines of its content, blank ones and an unfinished last one included.
        validators: What the host tells its state by.
    """

    path: Path
    size: int
    sha256: str
    lines: int
    validators: Validators


def fetch(
    host: LogHost, day: date, folder: Path, known: Validators | None = None, *, max_bytes: int = MAX_DAY_BYTES
) -> Fetched | None:
    """Fetch a day; length, end and checksum of its gzip content are verified. Memory does not depend on its size.

    A file that the host sends as plain text under its .gz name is packed here, so that it vouches for itself.

    Args:
        host: Where it is.
        day: The day.
        folder: For the file, which replaces the one of the call before.
        known: The state that the caller has.
        max_bytes: Bytes that it may unpack to.

    Returns:
        The file; None where the host has the known state still, and sent nothing.

    Raises:
        LogMissing: The host has no such file.
        LogDamaged: It is damaged there, or unpacks to more than it may.
        NoRoom: The folder is full.
        OvhLogsError: The host refuses, or cannot be reached.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _fetched(host, day, folder, known, max_bytes)
        except LogDamaged:
            if attempt == _ATTEMPTS:
                raise
    return None


def _fetched(host: LogHost, day: date, folder: Path, known: Validators | None, max_bytes: int) -> Fetched | None:
    path = folder / "day"
    with _written(path) as keep, host.day(day, known=known, keep=keep) as content:
        if content.unchanged:
            return None
        lines = _lines(Unpacked(content, content.name, max_bytes=max_bytes))
    with path.open("rb") as file:
        if file.read(len(MAGIC)) == MAGIC:
            return Fetched(path, content.raw_bytes, content.sha256, lines, content.validators)
    path = _packed(path, folder / "packed")
    digest = hashlib.sha256()
    for data in _pieces(path):
        digest.update(data)
    return Fetched(path, path.stat().st_size, digest.hexdigest(), lines, content.validators)


def _lines(content: Readable) -> int:
    lines, last = 0, b"\n"
    while data := content.read(_CHUNK):
        lines += data.count(b"\n")
        last = data[-1:]
    return lines + (last != b"\n")


def _packed(source: Path, target: Path) -> Path:
    """The file's content as gzip, the same bytes each time."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    with _written(target) as write:
        for data in _pieces(source):
            write(packer.compress(data))
        write(packer.flush())
    return target


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data


@contextmanager
def _written(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Gives what appends to a new file.

    Raises:
        NoRoom: It cannot be made, or does not fit.
    """
    with _roomy(path):
        file = path.open("wb")

    def write(data: bytes) -> None:
        with _roomy(path):
            file.write(data)

    try:
        yield write
    except BaseException:
        with suppress(OSError):
            file.close()
        raise
    with _roomy(path):
        file.close()


@contextmanager
def _roomy(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise NoRoom(
            f"A day's file does not fit into {path.parent.parent}, the place for temporary files ({cause.strerror})",
            fix="make room there for the largest day, or have another temp_folder named in the plugin's settings",
        ) from cause
