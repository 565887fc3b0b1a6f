"""A byte stream cut into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ovh_weblogs.gunzip import Readable, read_blocks

MAX_LINE = 16 << 20  # bytes; a longer line is refused, and its rest is passed over in bounded memory
_FIRST_READ = 64 << 10  # bytes: ten rows of a preview need little
_READ = 1 << 20


@dataclass(frozen=True)
class Line:
    """One line: its number in the file (from 1), its bytes without the newline, and whether it was cut at MAX_LINE."""

    number: int
    content: bytes
    too_long: bool = False


def line_blocks(stream: Readable, name: str, *, first: int = _FIRST_READ, size: int = _READ) -> Iterator[list[Line]]:
    """The lines of a gzip or plain stream, some at a time.

    A line ends at a line feed only; a carriage return before it is not part of the line. The last line may lack its
    line feed. The stream is not closed.

    Args:
        stream: Any object with ``read(n)``.
        name: The file's name, for messages.
        first: Bytes of the first read.
        size: Bytes of every later read.

    Raises:
        LogDamaged: The gzip content is cut or damaged.
    """
    pending, number, skipping = b"", 0, False
    for piece in read_blocks(stream, name, first=first, block=size):
        rest = piece
        if skipping:
            _, newline, rest = piece.partition(b"\n")
            if not newline:
                continue
            skipping = False
        complete, newline, tail = rest.rpartition(b"\n")
        block: list[Line] = []
        if newline:
            block = _numbered((pending + complete).split(b"\n"), number)
            number += len(block)
            pending = tail
        else:
            pending += rest
        if len(pending) > MAX_LINE:
            number += 1
            block.append(Line(number, pending[:MAX_LINE], too_long=True))
            pending, skipping = b"", True
        if block:
            yield block
    if pending:
        yield _numbered([pending], number)


def _numbered(lines: list[bytes], before: int) -> list[Line]:
    return [
        Line(number, line[:-1] if line.endswith(b"\r") else line, too_long=len(line) > MAX_LINE)
        for number, line in enumerate(lines, before + 1)
    ]


def text_of(line: bytes) -> str:
    r"""The line as text: UTF-8, or Latin-1 where it is not; a NUL byte is shown as ``\x00``."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", "\\x00") if "\0" in text else text
