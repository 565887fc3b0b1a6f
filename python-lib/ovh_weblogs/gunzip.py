"""Gzip, read as a stream: every member, every checksum, bounded memory.

The fast engine is isal (about twice zlib's speed); without it zlib does the same work.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from ovh_weblogs.errors import LogDamaged

try:
    from isal import isal_zlib

    _ENGINE: Any = isal_zlib
except ImportError:  # no wheel for the platform: the same results, more slowly
    _ENGINE = zlib

MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20  # bytes; also the bound on what one call decompresses, so that a bomb stays small in memory
_GZIP_WINDOW = 31  # zlib's code for "gzip header and trailer, checked"


class Inflater:
    """Turns the bytes of a gzip file, or of a plain one, into its content, piece by piece.

    Which of the two it is, is told by the first two bytes. Feed it every piece in order, then call ``finish``.

    Args:
        name: What the user knows the file by, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._head = b""
        self._plain = False
        self._member: Any = None
        self._between = False

    @property
    def complete(self) -> bool:
        """Whether the content could end here: a plain file anywhere, a gzip file after a whole member."""
        return self._plain or self._between or (self._member is None and self._head != MAGIC[: len(self._head) or 1])

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Content of this piece, in blocks of at most 1 MiB.

        Raises:
            LogDamaged: A checksum is wrong, or bytes that are no gzip follow a member.
        """
        if self._member is None and not self._plain and not self._between:
            data = self._head + data
            self._head = b""
            if len(data) < len(MAGIC):
                self._head = data
                return
            if data[: len(MAGIC)] != MAGIC:
                self._plain = True
        if self._plain:
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
            try:
                block = self._member.decompress(data, BLOCK)
            except (zlib.error, _ENGINE.error) as cause:
                raise LogDamaged(
                    f"{self._name} is damaged ({cause})",
                    fix="fetch the file again; if it stays so, ask OVH's support for the day",
                ) from cause
            if block:
                yield block
            if self._member.eof:
                data, self._between = self._member.unused_data, True
            else:
                data = self._member.unconsumed_tail
                if not data and len(block) == BLOCK:
                    yield from self._drain()

    def _drain(self) -> Iterator[bytes]:
        """What the engine still holds after it took all input (isal keeps some inside)."""
        while not self._member.eof:
            block = self._member.decompress(b"", BLOCK)
            if not block:
                return
            yield block
        self._between = True

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
        self._member, self._between = _ENGINE.decompressobj(_GZIP_WINDOW), False
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
