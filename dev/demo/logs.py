"""Real access logs, file by file, to the days that their lines belong to."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from dev.demo.errors import DemoFailed

VHOST = b"www.example.com"
# Names of logs: access.log, access.log.1, access_log, logs.txt, any .gz but archives. READMEs and the like are no logs.
_LOG_NAME = re.compile(r"(?!.*\.tar\.gz$).*(?:\.(?:log|txt|gz)|[._-]log)(?:\.\d+)?", re.IGNORECASE)
_GZIP = b"\x1f\x8b"
_TIME = re.compile(rb"\[(\d\d)/([A-Z][a-z]{2})/(\d{4}):\d\d:\d\d:\d\d [+-]\d{4}\]")
# Combined lines have "-" (ident) where OVH's have the host.
_NO_HOST = re.compile(rb"(\S+) - ([^\[]*\[)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}
_FIRST_YEAR = 1995  # there is no older httpd
_PIECE = 1 << 20  # bytes read at a time: a line may be of any length
_HEAD = "head"  # spool of lines before a file's first time
_HELD = 8 << 20  # bytes held in memory before they go to the spool


def log_files(logs: Path) -> list[Path]:
    """The files below the folder that are named like logs, in order of their paths; or the one file.

    Raises:
        DemoFailed: There is no such folder or file.
    """
    if logs.is_file():
        return [logs]
    if not logs.is_dir():
        raise DemoFailed(f"There is no folder {logs}: name one that holds access logs.")
    found = (path for path in logs.rglob("*") if _LOG_NAME.fullmatch(path.name) and not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())


class Router:
    """Sends each line to the spool of its day: the day of its own local time.

    A line without a time stays with the line before it, or with the first line that has one; lines of a day that is not
    over go with yesterday's. Nothing is dropped, unless a whole file holds no access line.

    Args:
        spool: A folder for one plain file per day.
        today: The first day that is not over.
    """

    def __init__(self, spool: Path, today: date) -> None:
        self._spool = spool
        self._last = today - timedelta(days=1)
        self._held: dict[str, list[bytes]] = {}
        self._size = 0

    def read(self, path: Path) -> bool:
        """Take in a file; False when there is no access line in it, and nothing was taken.

        Raises:
            DemoFailed: It is damaged or cannot be read.
        """
        day: date | None = None
        with _opened(path) as stream:
            whole = True  # whether the piece before ended its line
            while piece := stream.readline(_PIECE):
                if whole:
                    dated = self._day(piece)
                    if day is None and dated is not None:
                        self._rename(_HEAD, dated.isoformat())
                    day = dated or day
                    piece = _NO_HOST.sub(rb"\1 %b \2" % VHOST, piece, count=1) if _NO_HOST.match(piece) else piece
                whole = piece.endswith(b"\n")
                self._keep(day.isoformat() if day else _HEAD, piece)
            if not whole:
                self._keep(day.isoformat() if day else _HEAD, b"\n")
        if day is None:
            self._drop(_HEAD)
        return day is not None

    def days(self) -> list[date]:
        """The days that have lines, in order."""
        self._flush()
        return sorted(date.fromisoformat(path.name) for path in self._spool.iterdir())

    def lines(self, day: date) -> Iterator[bytes]:
        """The day's lines without their newlines, in the order of files and lines; the spool is emptied by it."""
        path = self._spool / day.isoformat()
        with path.open("rb") as file:
            for line in file:
                yield line[:-1]
        path.unlink()

    def _day(self, line: bytes) -> date | None:
        found = _TIME.search(line)
        if found is None or int(found[3]) < _FIRST_YEAR:
            return None
        try:
            return min(date(int(found[3]), _MONTHS[found[2]], int(found[1])), self._last)
        except (KeyError, ValueError):  # such as 31/Feb
            return None

    def _keep(self, name: str, piece: bytes) -> None:
        self._held.setdefault(name, []).append(piece)
        self._size += len(piece)
        if self._size > _HELD:
            self._flush()

    def _flush(self) -> None:
        for name, pieces in self._held.items():
            with (self._spool / name).open("ab") as file:
                file.writelines(pieces)
        self._held, self._size = {}, 0

    def _rename(self, old: str, new: str) -> None:
        """What stood before the first line with a time goes to that line's day."""
        self._flush()
        source = self._spool / old
        if source.exists():
            with source.open("rb") as lines, (self._spool / new).open("ab") as target:
                while block := lines.read(_PIECE):
                    target.write(block)
            source.unlink()

    def _drop(self, name: str) -> None:
        self._flush()
        (self._spool / name).unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file's content, unpacked where it begins like gzip.

    Raises:
        DemoFailed: It is damaged or cannot be read.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DemoFailed(f"{path} is a damaged gzip file: get it again, or take it out of the folder.") from None
    except PermissionError:
        raise DemoFailed(f"{path} may not be read: change its permissions, or take it out of the folder.") from None
