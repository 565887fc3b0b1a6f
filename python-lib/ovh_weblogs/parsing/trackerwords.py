"""Texts of many lines at once to values, eight bytes at a time: times, whole numbers, addresses, ids.

A word is eight bytes of a block from any place, the first byte the lowest. No function looks beyond the block's end:
behind what it is asked for, the tracker's line has bytes enough.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ovh_weblogs.parsing.scan import Flags, Ints

Words = npt.NDArray[np.uint64]

TIME = 23  # bytes of 2015-06-02T11:29:50.675
ABSENT = np.iinfo(np.int64).min  # the number for null
_MINUS = ord("-")
_DIGITS = 8
_GLOBAL_ID = 32
_SHORT, _LONG = 16, 40  # bytes: of an IPv4 address and some of IPv6; of the longest there is, and one more
_DAY = 86_400_000  # milliseconds
_ZEROS = np.uint64(0x3030303030303030)
# The bytes of a word that its last 0 to 8 digits take.
_KEPT = np.array([(2**64 - 1) >> 8 * (8 - digits) << 8 * (8 - digits) for digits in range(9)], np.uint64)
# Neighbours are put together, three times: digits to tens, those to thousands, those to the number.
_PAIRS = (
    (np.uint64(2561), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(6553601), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(42949672960001), np.uint64(32), np.uint64(0x00000000FFFFFFFF)),
)
# A byte above 9 reaches its highest bit with 0x76 added; what one of 0x8A and above carries over changes no answer.
_TO_HIGH, _HIGH = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
_NULL = int.from_bytes(b"null", "little")
_NO_HEXADECIMAL = bytes(chr(byte) not in "0123456789abcdefABCDEF" for byte in range(256))
_NO_ADDRESS = bytes(chr(byte) not in "0123456789abcdefABCDEF.:" for byte in range(256))
# For each length of a text, the bytes of its words that are its own, as a table of 0 and 1 by word and length.
_WITHIN = np.ascontiguousarray((np.arange(_LONG) < np.arange(_LONG + 1)[:, np.newaxis]).view(np.uint64).T)
_ALL = np.frombuffer(bytes([1] * 8), np.uint64)[0]
# A time's 24 bytes with the tab after it: what stands between the digits, and how much more each byte may be.
_ISO, _OLD = (
    np.frombuffer(form, np.uint64)[:, np.newaxis]
    for form in (b"0000-00-00T00:00:00.000\t", b"0000/00/00-00:00:00.000\t")
)
_HIGHEST = np.frombuffer(
    b"\x09\x09\x09\x09\0\x01\x09\0\x03\x09\0\x02\x09\0\x05\x09\0\x05\x09\0\x09\x09\x09\0", np.uint8
)


def words_of(data: bytes) -> Words:
    """The word from each place of a block on; the block has at least eight bytes."""
    words: Words = np.ndarray((len(data) - 7,), "<u8", data, 0, (1,))
    return words


def times(words: Words, starts: Ints, *, old: bool) -> tuple[Ints, Flags]:
    """Microseconds since 1970 of times with a tab after them, and whether they are of the form and exist."""
    digits = _window(words, starts, 3) ^ (_OLD if old else _ISO)
    usual = (digits.view(np.uint8).reshape(3, -1, 8) <= _HIGHEST.reshape(3, 1, 8)).view(np.uint64) == _ALL
    # What stands between the digits counts as zeros: YYYY0MM0, DD0hh0mm, 0ss0mmm0.
    month, minute, millisecond = _numbers(digits)
    year, month = month // 10_000, month % 10_000 // 10
    day, hour, minute = minute // 1_000_000, minute // 1_000 % 1_000, minute % 1_000
    milliseconds = (hour * 60 + minute) * 60_000 + millisecond // 100_000 * 1_000 + millisecond % 100_000 // 10
    months = (year - 1970) * 12 + month - 1  # since January 1970
    first, following = (count.astype("M8[M]").astype("M8[D]").astype(np.int64) for count in (months, months + 1))
    exists = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= following - first)  # noqa: PLR2004
    exists &= milliseconds < _DAY
    return ((first + day - 1) * _DAY + milliseconds) * 1000, exists & usual[0, :, 0] & usual[1, :, 0] & usual[2, :, 0]


def _numbers(digits: Words) -> Ints:
    """Numbers of eight digits each, the first the highest; each byte is a digit's value."""
    number = digits
    for factor, bits, kept in _PAIRS:
        number = (number * factor >> bits) & kept
    return number.astype(np.int64)


def whole(words: Words, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers of up to eight digits, without sign, and whether they are; eight bytes or more end with each."""
    length = ends - starts
    usual = (length > 0) & (length <= _DIGITS)
    digits = (words[ends - 8] ^ _ZEROS) & _KEPT[np.where(usual, length, 0)]
    usual &= ((digits | (digits + _TO_HIGH)) & _HIGH) == 0
    return _numbers(digits), usual


def zones(words: Words, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers, with a minus or without, or ABSENT for null; and whether they are some."""
    begin = words[np.minimum(starts - 7, len(words) - 1)]  # an empty one may be the block's end
    minus = begin >> np.uint64(56) == _MINUS
    number, usual = whole(words, starts + minus, ends)
    absent = (ends > starts) & nulls(words, starts, ends)  # an empty one is left to the other way
    return np.where(absent, ABSENT, np.where(minus, -number, number)), usual | absent


def nulls(words: Words, starts: Ints, ends: Ints) -> Flags:
    """Which texts are null: empty ones, and the four letters; at least four bytes before them."""
    length = ends - starts
    absent: Flags = length == 0
    four = np.flatnonzero(length == 4)  # noqa: PLR2004
    if len(four):
        absent[four] = words[ends[four] - 8] >> np.uint64(32) == _NULL
    return absent


def addresses(words: Words, starts: Ints, ends: Ints) -> Flags:
    """Which texts are of an address's bytes, and not longer than one; at least 35 bytes of their line after them."""
    length = ends - starts
    usual = (length > 0) & (length < _LONG)
    short = length <= _SHORT
    usual[short] &= _without(_NO_ADDRESS, words, starts[short], length[short], _SHORT)
    long = np.flatnonzero(usual & ~short)
    if len(long):
        usual[long] = _without(_NO_ADDRESS, words, starts[long], length[long], _LONG)
    return usual


def global_ids(words: Words, starts: Ints, ends: Ints) -> Flags:
    """Which texts are null or 32 hexadecimal digits."""
    usual = nulls(words, starts, ends)
    full = np.flatnonzero(ends - starts == _GLOBAL_ID)
    usual[full] = _without(_NO_HEXADECIMAL, words, starts[full], np.full(len(full), _GLOBAL_ID), _GLOBAL_ID)
    return usual


def _window(words: Words, starts: Ints, count: int) -> Words:
    """So many words from each place on, shape (count, places)."""
    found: Words = words[starts + 8 * np.arange(count)[:, np.newaxis]]
    return found


def _without(kind: bytes, words: Words, starts: Ints, length: Ints, width: int) -> Flags:
    """Which texts, none longer than ``width``, hold no byte of a kind (a table of 0 and 1)."""
    content = _window(words, starts, width // 8).tobytes().translate(kind)
    of_kind = np.frombuffer(content, np.uint64).reshape(width // 8, -1) & _WITHIN[: width // 8, length]
    found: Flags = (of_kind == 0).all(axis=0)
    return found
