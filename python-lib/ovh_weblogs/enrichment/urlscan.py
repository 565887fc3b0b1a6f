"""The usual URLs of a column taken apart all at once, with numpy: their bytes are looked at, but no text is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_SLASH, _COLON, _QUESTION, _NUMBER_SIGN, _BLANK, _DELETE = b"/:?# \x7f"
_PIECE = 1 << 17  # bytes looked at in one go: what is made of them stays in the processor's cache
_END = pa.repeat("-", 1)


def holding(array: pa.Array, signs: bytes) -> pa.BooleanArray:
    """Which texts hold one of some signs of ASCII; never null."""
    held = np.zeros(len(array), np.bool_)
    if pc.max(pc.binary_length(array)).as_py():  # else there may be no buffer of bytes
        offsets = np.frombuffer(array.buffers()[1], np.int32, len(array) + 1, array.offset * np.int32().itemsize)
        text = np.frombuffer(array.buffers()[2], np.uint8, offsets[-1] - offsets[0], offsets[0])
        places = _found(text, lambda piece: reduce(np.bitwise_or, (piece == sign for sign in signs)))
        held[np.searchsorted(offsets, places + offsets[0], side="right") - 1] = True
    return pc.and_(pa.array(held), array.is_valid())


@dataclass(frozen=True)
class Scanned:
    """Parts of each URL, null where empty or absent; those that are ``left`` have null parts, and need another look.

    ``origin`` is scheme and authority as they are written, which may be wrong; null where the URL begins with its path.
    """

    origin: pa.Array
    path: pa.Array
    querystring: pa.Array
    anchor: pa.Array
    left: pa.BooleanArray


def scan(array: pa.Array) -> Scanned:
    """The parts of texts ``scheme://authority``, with or without more, and of those that begin with a slash.

    Of other texts, and of those with control characters, none.
    """
    array = pa.concat_arrays([array, _END])  # a copy that begins where its buffers do; no text ends where they end
    count = len(array) - 1
    offsets = np.frombuffer(array.buffers()[1], np.int32, count + 2).astype(np.int64)
    text = np.frombuffer(array.buffers()[2], np.uint8, offsets[-1])
    starts, ends = offsets[:count], offsets[1:-1]
    marks = _found(text, lambda piece: (piece == _QUESTION) | (piece == _NUMBER_SIGN))
    anchors = marks[text[marks] == _NUMBER_SIGN]
    more, anchor = (np.minimum(_next(places, starts, len(text)), ends) for places in (marks, anchors))
    origins = _origins(text, starts, more)
    bare = (text[starts] == _SLASH) & (ends > starts)
    usual = bare | (origins > starts)
    odd = _found(text, lambda piece: (piece < _BLANK) | (piece == _DELETE))
    usual[np.searchsorted(ends, odd, side="right")] = False
    present = array.is_valid().to_numpy(zero_copy_only=False)[:count]
    usual &= present

    def part(begin: Ints, end: Ints) -> pa.Array:
        return _texts(array.buffers()[2], begin, end, usual & (end > begin))

    return Scanned(
        origin=part(starts, origins),
        path=part(origins, more),
        querystring=part(np.minimum(more + 1, anchor), anchor),
        anchor=part(np.minimum(anchor + 1, ends), ends),
        left=pa.array(present & ~usual),
    )


def _found(text: Bytes, told: Callable[[Bytes], Flags]) -> Ints:
    """Places of the bytes that are told of, in order."""
    starts = range(0, len(text), _PIECE)
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *(np.flatnonzero(told(text[at : at + _PIECE])) + at for at in starts)])


def _next(places: Ints, starts: Ints, beyond: int) -> Ints:
    """The first of the places, which are in order, from each start on; ``beyond`` where there is none."""
    following: Ints = np.append(places, beyond)[np.searchsorted(places, starts)]
    return following


def _origins(text: Bytes, starts: Ints, more: Ints) -> Ints:
    """Where scheme and authority of each URL end; its start, where it does not begin with ``scheme://``.

    ``more`` is where its query or anchor begins.
    """
    slashes = np.append(_found(text, lambda piece: piece == _SLASH), [len(text)] * 3)
    number = np.searchsorted(slashes, starts)
    first, second, third = slashes[number], slashes[number + 1], slashes[number + 2]
    named = (first > starts) & (text[first - 1] == _COLON) & (second == first + 1) & (second < more)
    ends: Ints = np.where(named, np.minimum(third, more), starts)
    return ends


def _texts(content: pa.Buffer, starts: Ints, ends: Ints, present: Flags) -> pa.Array:
    """Texts of a buffer, each copied once; null where not present."""
    offsets = np.empty(2 * len(starts) + 1, np.int32)  # every other text is what lies between two
    offsets[0:-1:2], offsets[1::2], offsets[-1] = starts, ends, ends[-1] if len(ends) else 0
    both = pa.StringArray.from_buffers(2 * len(starts), pa.py_buffer(offsets), content)
    return both.take(pa.array(np.arange(0, 2 * len(starts), 2), mask=~present))
