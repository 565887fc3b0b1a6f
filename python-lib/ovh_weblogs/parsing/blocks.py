"""A byte stream cut into blocks of whole lines, in bounded memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from ovh_weblogs.gunzip import Readable, read_blocks

MAX_LINE = 16 << 20  # bytes; a longer line is refused, and its rest is passed over in bounded memory
FIRST_BLOCK = 256 << 10  # bytes of text: ten rows of a preview need little
BLOCK = 2 << 20  # bytes of text: stays in the processor's cache, and is thousands of lines
TOO_LONG = "longer than 16 MiB"  # why such a line is refused
_LINE_FEED = 10
_MANY = 64 << 10  # lines; a block of more, very short ones is taken apart, so that rows stay few in memory
_CHUNK = 64 << 10  # bytes; flags of so many stay in the processor's nearest cache
_FIRST_READ = 64 << 10
_READ = 256 << 10


@dataclass(frozen=True)
class Block:
    """Whole lines of a file.

    Every line ends with its line feed, but perhaps the last one of the file. ``first_line`` is the number of the first
    in the file, from 1; ``lines`` how many there are. With ``too_long`` the block is the start of one line that exceeds
    the limit.
    """

    data: bytes
    first_line: int
    lines: int
    too_long: bool = False


def count_lines(data: bytes) -> int:
    """Number of lines; a line feed at the very end begins no other."""
    return _line_feeds(data) + (not data.endswith(b"\n"))


def _line_feeds(data: bytes) -> int:
    text = np.frombuffer(data, np.uint8)
    parts = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
    return sum(int(np.count_nonzero(part == _LINE_FEED)) for part in parts)


def read_lines_in_blocks(
    stream: Readable,
    name: str,
    *,
    first: int = FIRST_BLOCK,
    size: int = BLOCK,
    max_line: int = MAX_LINE,
    read: int = _READ,
) -> Generator[Block, None, None]:
    """The content of a gzip or plain stream as blocks of about ``size`` bytes. The stream is not closed.

    Args:
        stream: Any object with ``read(n)``.
        name: The file's name, for messages.
        first: Bytes of the first block.
        size: Bytes of every later block; a block is longer where one line is.
        max_line: Bytes that a line may have, its line feed left out.
        read: Bytes of each read after the first.

    Raises:
        LogDamaged: The gzip content is cut or damaged.
    """
    cutter = _Cutter(first, size, max_line)
    for piece in read_blocks(stream, name, first=min(_FIRST_READ, read), block=read):
        yield from cutter.feed(piece)
    yield from cutter.finish()


def in_parts(block: Block) -> Iterator[Block]:
    """The block, or its halves (and so on) where it has too many lines."""
    middle = len(block.data) // 2
    cut = block.data.find(b"\n", middle) + 1
    if block.lines <= _MANY or not 0 < cut < len(block.data):
        yield block
        return
    before = count_lines(block.data[:cut])
    yield from in_parts(Block(block.data[:cut], block.first_line, before))
    yield from in_parts(Block(block.data[cut:], block.first_line + before, block.lines - before))


class _Cutter:
    """Pieces of any size in, blocks of whole lines out."""

    def __init__(self, first: int, size: int, max_line: int) -> None:
        self._target = first
        self._size = size
        self._max_line = max_line
        self._pieces: list[bytes] = []
        self._held = 0
        self._line_feeds = 0  # in the pieces held: counted while a piece is still in the processor's cache
        self._line = 1
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[Block]:
        """The blocks that this piece completes."""
        if self._skipping:
            _, line_feed, piece = piece.partition(b"\n")
            self._skipping = not line_feed
        while self._held + len(piece) >= self._target:
            cut = _end_of_line(piece, self._target - self._held)
            if not cut:
                break
            yield self._block(piece[:cut])
            piece = piece[cut:]
        if piece:
            self._hold(piece)
            if self._held > self._max_line:
                yield from self._long_line()

    def finish(self) -> Iterator[Block]:
        """What is left at the end of the file."""
        if self._held:
            yield self._block(b"")

    def _block(self, last: bytes) -> Block:
        self._hold(last)
        data = b"".join(self._pieces)
        block = Block(data, self._line, self._line_feeds + (not data.endswith(b"\n")))
        self._line += block.lines
        self._let_go()
        self._target = self._size
        return block

    def _hold(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._held += len(piece)
        self._line_feeds += _line_feeds(piece)

    def _let_go(self) -> None:
        self._pieces, self._held, self._line_feeds = [], 0, 0

    def _long_line(self) -> Iterator[Block]:
        """Let whole lines go; if what is left is a line beyond the limit, let its start go and skip its rest."""
        held = b"".join(self._pieces)
        cut = held.rfind(b"\n") + 1
        self._let_go()
        self._hold(held[:cut])
        if cut:
            yield self._block(b"")
        rest = held[cut:]
        if len(rest) > self._max_line:
            yield Block(rest[: self._max_line], self._line, 1, too_long=True)
            self._line += 1
            self._skipping, rest = True, b""
        self._let_go()
        self._hold(rest)


def _end_of_line(piece: bytes, wanted: int) -> int:
    """Where to cut: after the last line feed within the bytes wanted, else after the next; 0 without any."""
    return piece.rfind(b"\n", 0, max(wanted, 0)) + 1 or piece.find(b"\n") + 1
