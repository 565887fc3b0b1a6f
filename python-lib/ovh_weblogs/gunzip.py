"""Gzip, read as a stream: every member, every checksum, bounded memory.

The fast engine is isal (about twice zlib's speed); without it zlib does the same work. Both let other threads run
meanwhile: of isal only this class does, ``isal_zlib.decompressobj`` holds the interpreter.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from ovh_weblogs.errors import LogDamaged

try:
    from isal import igzip_lib

    _ISAL: Any = igzip_lib
except ImportError:  # no wheel for the platform: the same results, more slowly
    _ISAL = None

MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20  # bytes
_PIECE = 1 << 20  # bytes that one call decompresses at most, so that a bomb stays small in memory
_GZIP_WINDOW = 31  # zlib's code for "gzip header and trailer, checked"
_ERROR: type[Exception] = _ISAL.error if _ISAL else zlib.error


class Decompressor(Protocol):
    """What unpacks one stream, as bz2's, lzma's and isal's classes do."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended, and was whole."""

    @property
    def needs_input(self) -> bool:
        """Whether it gives nothing more before it gets more."""

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """The next bytes of the content, so many at most; the rest of the data is kept."""


class _ZlibMember:
    """zlib's decompressor, with the interface of isal's, bz2's and lzma's: it keeps what it could not use yet."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP_WINDOW)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the stream's end was met."""
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next bytes of the content, so many at most; the rest of the data is kept."""
        block = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        # Where the block is full, the rest of the input may hold more of it, or zlib itself.
        self.needs_input = not self._zlib.unconsumed_tail and len(block) < max_length
        return block


def _member() -> Decompressor:
    if _ISAL is None:
        return _ZlibMember()
    member: Decompressor = _ISAL.IgzipDecompressor(flag=_ISAL.DECOMP_GZIP)
    return member


class Inflater:
    """Turns the bytes of a gzip file, or of a plain one, into its content, piece by piece.

    Which of the two it is, is told by the first two bytes. Feed it every piece in order, then call ``finish``.

    Args:
        name: What the user knows the file by, for messages.

    Attributes:
        plain: Whether it is known to be a plain one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._head = b""
        self.plain = False
        self._member: Decompressor | None = None
        self._between = False

    @property
    def complete(self) -> bool:
        """Whether the content could end here: a plain file anywhere, a gzip file after a whole member."""
        return self.plain or self._between or (self._member is None and self._head != MAGIC[: len(self._head) or 1])

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Content of this piece, in blocks of at most 1 MiB, or the piece itself where the file is plain.

        Raises:
            LogDamaged: A checksum is wrong, or bytes that are no gzip follow a member.
        """
        if self._member is None and not self.plain and not self._between:
            data = self._head + data
            self._head = b""
            if len(data) < len(MAGIC):
                self._head = data
                return
            if data[: len(MAGIC)] != MAGIC:
                self.plain = True
        if self.plain:
            yield data
        else:
            yield from self._inflate(data)

    def finish(self) -> Iterator[bytes]:
        """The rest, at the end of the file.

        Raises:
            LogDamaged: The gzip content stops before its end.
        """
        if not self.complete:
            raise LogDamaged(
                f"{self._name} stops in the middle of its gzip content",
                fix="fetch the file again; if it stays so, ask OVH's support for the day",
            )
        if self._head:
            yield self._head

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member is None or self._between:
                data = self._head + data
                self._head = b""
                data = self._next_member(data)
                continue
            yield from self._pieces(self._member, data)
            data = b""
            if self._member.eof:
                data, self._between = self._member.unused_data, True

    def _pieces(self, member: Decompressor, data: bytes) -> Iterator[bytes]:
        """What the member makes of the data, up to its own end."""
        while True:
            try:
                piece = member.decompress(data, _PIECE)
            except _ERROR as cause:
                raise LogDamaged(
                    f"{self._name} is damaged ({cause})",
                    fix="fetch the file again; if it stays so, ask OVH's support for the day",
                ) from cause
            if piece:
                yield piece
            if member.eof or member.needs_input:
                return
            data = b""

    def _next_member(self, data: bytes) -> bytes:
        # Zero bytes may pad a member to a block of tape (gzip's own manual); anything else must be a new member.
        rest = data.lstrip(b"\0") if self._between else data
        if not rest:
            return b""
        if len(rest) < len(MAGIC):
            self._head = rest
            return b""
        if rest[: len(MAGIC)] != MAGIC:
            raise LogDamaged(
                f"{self._name} holds bytes that are no gzip after the end of its content",
                fix="fetch the file again; if it stays so, ask OVH's support for the day",
            )
        self._member, self._between = _member(), False
        return rest


class Readable(Protocol):
    """Any binary file object: ``read(n)`` gives at most n bytes, b"" at the end."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes."""


def read_blocks(stream: Readable, name: str, *, first: int = BLOCK, block: int = BLOCK) -> Iterator[bytes]:
    """The content of a gzip or plain binary stream, in pieces; the stream is not closed.

    Args:
        stream: Any object whose ``read(n)`` gives at most n bytes and b"" at the end.
        name: What the user knows the file by, for messages.
        first: Bytes of the first read; small, so that a preview of ten rows fetches little.
        block: Bytes of every later read.

    Raises:
        LogDamaged: The gzip content is cut, or a checksum is wrong.
    """
    inflater = Inflater(name)
    size = first
    while data := stream.read(size):
        yield from inflater.feed(data)
        size = block
    yield from inflater.finish()
