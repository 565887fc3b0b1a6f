"""Packed files read as streams: gzip, bzip2, xz and Zstandard, told by their first bytes; bounded memory for each."""

from __future__ import annotations

import bz2
import io
import lzma
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from ovh_weblogs.errors import LogDamaged
from ovh_weblogs.gunzip import MAGIC, Decompressor, Inflater, Readable

FIX = "put a whole copy of the file in its place"
_READ = 256 << 10  # bytes of the packed file at a time
_BLOCK = 256 << 10  # bytes of content at a time, at most; what parsing asks for
_HEAD = 6  # bytes: the longest of the signatures
_TAR, _TAR_END = b"ustar", 262  # what tar's header has before that byte (POSIX.1-1988, 10.1.1, and GNU)
# xz -9 needs 65 MiB to unpack; its largest dictionary, 4 GiB, is for nobody's logs. Arrow holds Zstandard to 128 MiB.
_XZ_MEMORY = 256 << 20
_GZIP, _BZIP2, _XZ, _ZSTD = MAGIC, b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
_ZIP = b"PK\x03\x04"  # an archive of files, whose directory stands at its end: no stream
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)  # RFC 8878, 3.1.2: parallel packers begin with one


class Unpacked:
    """The content of a packed or plain file, as a stream itself.

    Args:
        stream: The file's bytes; ``read(n)`` may give fewer than n. It is not closed.
        name: What the user knows the file by, for messages.
        max_bytes: Bytes that the content may have.
    """

    def __init__(self, stream: Readable, name: str, *, max_bytes: int) -> None:
        self._name = name
        self._left = max_bytes
        self._max = max_bytes
        self._pieces = self._checked(_content(stream, name))
        self._rest = memoryview(b"")

    def read(self, size: int = _BLOCK, /) -> bytes:
        """At most ``size`` bytes of content; none at its end.

        Raises:
            LogDamaged: The file is cut, damaged, packed twice, an archive, or holds more than it may.
        """
        if not self._rest:
            piece = next(self._pieces, b"")
            if len(piece) <= size:
                return piece
            self._rest = memoryview(piece)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)

    def _checked(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._left -= len(piece)
            if self._left < 0:
                raise LogDamaged(
                    f"{self._name} unpacks to more than {self._max / 1e9:g} GB",
                    fix="leave it out if it is no log, or ask an administrator to raise 'Gigabytes of one file' "
                    "in the plugin's settings",
                )
            if piece:
                yield piece


def is_plain(head: bytes) -> bool:
    """Whether a file that begins so is no packed one, nor an archive; its first 262 bytes tell."""
    packed = head.startswith((_GZIP, _BZIP2, _XZ, _ZSTD, _ZIP)) or _SKIPPABLE.match(head) is not None
    return not packed and head[:_TAR_END].find(_TAR) != _TAR_END - len(_TAR)


def _content(stream: Readable, name: str) -> Iterator[bytes]:
    head = _filled(stream, _HEAD)
    source = _Joined(head, stream)
    if head.startswith(_GZIP):
        pieces = _gunzipped(source, name)
    elif head.startswith(_BZIP2):
        pieces = _members(source, name, "bzip2", bz2.BZ2Decompressor)
    elif head.startswith(_XZ):
        pieces = _members(source, name, "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY))
    elif head.startswith(_ZSTD) or _SKIPPABLE.match(head):
        pieces = _zstd(source, name)
    elif head.startswith(_ZIP):
        raise _archive(name, "zip")
    elif head and len(head) < _HEAD and any(magic.startswith(head) for magic in (_GZIP, _BZIP2, _XZ, _ZSTD)):
        raise _cut(name, "packed")
    else:
        pieces = iter(lambda: source.read(_READ), b"")
    yield from _of_lines(pieces, name)


def _of_lines(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The pieces, unless they begin as a gzip file, which what reads the lines would unpack past every bound, or a tar.

    A tar's header fills its fields with zero bytes: that tells it from a line that has the five letters at their place.
    """
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _TAR_END:
            break
    if head.startswith(_GZIP):
        raise LogDamaged(f"{name} is packed twice", fix="unpack it once")
    header = head[:_TAR_END]
    if header.endswith(_TAR) and len(header) == _TAR_END and b"\0" in header:
        raise _archive(name, "tar")
    yield from chain([head], pieces)


def _archive(name: str, kind: str) -> LogDamaged:
    return LogDamaged(f"{name} is a {kind} archive", fix="unpack it, and put the files that are in it in its place")


def _filled(stream: Readable, size: int) -> bytes:
    """Exactly ``size`` bytes, unless the stream ends before."""
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


class _Joined:
    """Bytes that were read already, and the rest of their stream."""

    closed = False  # asked by Arrow, as are the methods below

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream
        self.failure: Exception | None = None

    def read(self, size: int = _READ, /) -> bytes:
        """At most so many bytes. Arrow hides what the stream raises, so that it is kept as ``failure``."""
        data = self._head.read(size)
        if data:
            return data
        try:
            return self._stream.read(size)
        except Exception as failure:
            self.failure = failure
            raise

    def close(self) -> None:
        """Nothing: whoever opened the stream closes it."""


def _gunzipped(source: Readable, name: str) -> Iterator[bytes]:
    inflater = Inflater(name)
    try:
        while data := source.read(_READ):
            yield from inflater.feed(data)
        yield from inflater.finish()
    except LogDamaged as cause:
        raise LogDamaged(cause.problem, fix=FIX) from cause


def _members(source: Readable, name: str, kind: str, begin: Callable[[], Any]) -> Iterator[bytes]:
    """The content of every stream in the file, one after the other, as bzip2 and xz define it."""
    member: Decompressor | None = None
    data = b""
    while True:
        if member is not None and member.eof:
            # xz pads streams with zero bytes (its file format, 2.2).
            data, member = member.unused_data.lstrip(b"\0"), None
        if not data and (member is None or member.needs_input):
            data = source.read(_READ)
            if not data:
                break
            if member is None:
                data = data.lstrip(b"\0")
                continue
        try:
            member = member or begin()
            block = member.decompress(data, _BLOCK)
        except (OSError, EOFError, lzma.LZMAError) as cause:
            raise LogDamaged(f"{name} is damaged ({kind}: {cause})", fix=FIX) from cause
        data = b""
        yield block
    if member is not None:
        raise _cut(name, kind)


def _zstd(source: _Joined, name: str) -> Iterator[bytes]:
    unpacking = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd")
    while True:
        try:
            block = unpacking.read(_BLOCK)
        except OSError as cause:
            if source.failure is not None:
                raise source.failure from None
            if "runcated" in str(cause):
                raise _cut(name, "zstd") from cause
            raise LogDamaged(f"{name} is damaged ({cause})", fix=FIX) from cause
        if not block:
            return
        yield block


def _cut(name: str, kind: str) -> LogDamaged:
    return LogDamaged(f"{name} stops in the middle of its {kind} content", fix=FIX)
