"""Packed bytes kept while who reads is busy: the network need not wait for what is made of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from ovh_weblogs.errors import OvhLogsError

_MOST = 8 << 20  # bytes: a usual day whole, several times as many once they are unpacked


def held_back(chunks: Iterator[bytes], busy: Callable[[], bool], *, most: int = _MOST) -> Iterator[bytes]:
    """The same chunks, those later that come while who takes them is busy.

    Args:
        chunks: As they come.
        busy: Whether who takes them would rather have the next one later; asked again when another has come.
        most: Bytes that are held at most; with more, a chunk is handed on even so.

    Raises:
        OvhLogsError: As ``chunks`` does, once all before it was handed on.
    """
    held: deque[bytes] = deque()
    size = 0
    try:
        for chunk in chunks:
            held.append(chunk)
            size += len(chunk)
            while held and (size > most or not busy()):
                size -= len(held[0])
                yield held.popleft()
    except OvhLogsError:
        yield from held
        raise
    yield from held
