"""The bytes of a file, never whole in memory, and what faults make of them."""

from __future__ import annotations

import functools
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from dev.ovhsim.faults import Fault

_LATE_LINE = b'198.51.100.9 changed.example - [01/Jan/2026:00:00:00 +0100] "GET /late HTTP/1.1" 200 1 "-" "-"\n'
_TRAILER = 8  # CRC-32 and length, four bytes each


@dataclass
class Content:
    """Bytes as they are served: a prefix, the first ``stop`` bytes of a file, a suffix."""

    file: BinaryIO
    stop: int
    mark: str
    modified: float
    prefix: bytes = b""
    suffix: bytes = b""

    @classmethod
    def of(cls, path: Path, *, plain: bool) -> Content:
        """The bytes on disk, or the text that they hold.

        Raises:
            EOFError, OSError, zlib.error: There is no such file; the text is asked for, and the file is damaged.
        """
        stat = path.stat()
        mark = f"{stat.st_size:x}-{stat.st_mtime_ns // 1000:x}"
        if not plain:
            return cls(path.open("rb"), stat.st_size, mark, stat.st_mtime)
        file = cast("BinaryIO", gzip.GzipFile(path, "rb"))
        return cls(file, _text_size(path, mark), f"{mark}-text", stat.st_mtime)

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.prefix) + self.stop + len(self.suffix)

    def blocks(self, start: int, end: int, step: int) -> Iterator[bytes]:
        """A part, in blocks of at most ``step`` bytes; ends early if the file has been cut meanwhile."""
        while start < end:
            block = self._read(start, min(step, end - start))
            if not block:
                return
            start += len(block)
            yield block

    def _read(self, position: int, number: int) -> bytes:
        if position < len(self.prefix):
            return self.prefix[position : position + number]
        position -= len(self.prefix)
        if position < self.stop:
            self.file.seek(position)
            return self.file.read(min(number, self.stop - position))
        position -= self.stop
        return self.suffix[position : position + number]

    def alter(self, fault: Fault, *, plain: bool) -> None:
        """Make what a fault of the file asks for."""
        if fault.kind == "cut_gzip":
            self.stop = min(fault.at or self.stop // 2, max(self.stop - 1, 0))
        elif fault.kind == "bad_crc":
            self.stop = max(self.stop - _TRAILER, 0)
            self.file.seek(self.stop)
            trailer = self.file.read(_TRAILER)
            self.suffix = bytes(byte ^ 0xFF for byte in trailer[:1]) + trailer[1:]
        elif fault.kind == "restarted":
            self.prefix, self.stop = _LATE_LINE, 0
        elif fault.kind == "grown":
            self.suffix = _LATE_LINE
        elif fault.kind == "garbage":
            self.suffix = b"<!-- end -->"
        else:
            self.prefix = _LATE_LINE if plain else gzip.compress(_LATE_LINE, mtime=0)
        if not fault.same_etag:
            self.mark += f"-{fault.kind}-{fault.at}"
            self.modified += 1.0

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


@functools.lru_cache(maxsize=256)
def _text_size(path: Path, _mark: str) -> int:
    """Length of the text; asked for each state of a file once, since it takes reading it."""
    with gzip.open(path, "rb") as file:
        return file.seek(0, os.SEEK_END)
