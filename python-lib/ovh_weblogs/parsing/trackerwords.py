"""Texts of many lines at once to values, eight bytes at a time: times, whole numbers, addresses, ids.

A word is eight bytes of a block, the first byte the lowest. No function looks beyond the block: around what it is asked
for, the tracker's lines have bytes enough.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ovh_weblogs.parsing.marks import Flags, Ints

Words = npt.NDArray[np.uint64]

TIME = 23  # bytes of 2015-06-02T11:29:50.675
ABSENT = np.iinfo(np.int64).min  # the number for null
_MINUS = ord("-")
_DIGITS = 8
_GLOBAL_ID = 32
_SHORT, _LONG = 16, 40  # bytes: of an IPv4 address and some of IPv6; of the longest there is, and one more
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
# For each length of a text, the bytes of its words that are its own: 1 for each.
_WITHIN = (np.arange(_LONG) < np.arange(_LONG + 1)[:, np.newaxis]).view(np.uint64)
# A time's 24 bytes with the tab after it: what stands between the digits, and how much more each byte may be.
_ISO, _OLD = (np.frombuffer(form, np.uint64) for form in (b"0000-00-00T00:00:00.000\t", b"0000/00/00-00:00:00.000\t"))
_HIGHEST = np.array([9, 9, 9, 9, 0, 1, 9, 0, 3, 9, 0, 2, 9, 0, 5, 9, 0, 5, 9, 0, 9, 9, 9, 0], np.uint8)
_DAY = 86_400_000  # milliseconds
# Days from 1970 to the first of each month up to the year 2100; other times are left to the other way.
_FIRSTS = np.arange("1970-01", "2100-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)


def _words(data: bytes, starts: Ints, count: int) -> Words:
    """So many words from each place on; a further axis holds them. Elements of that many bytes are copied fastest."""
    size = 8 * count
    elements = np.ndarray((len(data) - size + 1,), f"V{size}", data, 0, (1,))[starts]
    words: Words = elements.view(np.uint64).reshape(*starts.shape, count)
    return words


def times(data: bytes, starts: Ints, *, old: bool) -> tuple[Ints, Flags]:
    """Microseconds since 1970 of times with a tab after them; and whether they are of the form, exist, and not odd."""
    digits = _words(data, starts, 3) ^ (_OLD if old else _ISO)
    usual = _none(digits.view(np.uint8) > _HIGHEST)
    # What stands between the digits counts as zeros: YYYY0MM0, DD0hh0mm, 0ss0mmm0.
    month, minute, millisecond = _numbers(np.ascontiguousarray(digits.T))
    months = (month // 10_000 - 1970) * 12 + month % 10_000 // 10 - 1
    day, hour, minute = minute // 1_000_000, minute // 1_000 % 1_000, minute % 1_000
    milliseconds = (hour * 60 + minute) * 60_000 + millisecond // 100_000 * 1_000 + millisecond % 100_000 // 10
    usual &= (months >= 0) & (months < len(_FIRSTS) - 1) & (month % 10_000 <= 120) & (month % 10_000 > 0)  # noqa: PLR2004
    months[~usual] = 0
    usual &= (day > 0) & (day <= _FIRSTS[months + 1] - _FIRSTS[months]) & (milliseconds < _DAY)
    return ((_FIRSTS[months] + day - 1) * _DAY + milliseconds) * 1000, usual


def whole(data: bytes, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers of up to eight digits, without sign, and whether they are; eight bytes or more end with each."""
    length = ends - starts
    usual = (length > 0) & (length <= _DIGITS)
    digits = (_words(data, ends - 8, 1)[..., 0] ^ _ZEROS) & _KEPT[np.where(usual, length, 0)]
    usual &= ((digits | (digits + _TO_HIGH)) & _HIGH) == 0
    return _numbers(digits), usual


def zones(data: bytes, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers, with a minus or without, or ABSENT for null; and whether they are some."""
    text = np.frombuffer(data, np.uint8)
    minus = text[np.minimum(starts, len(text) - 1)] == _MINUS  # an empty one may be the block's end
    number, usual = whole(data, starts + minus, ends)
    absent = (ends > starts) & nulls(data, starts, ends)  # an empty one is left to the other way
    return np.where(absent, ABSENT, np.where(minus, -number, number)), usual | absent


def nulls(data: bytes, starts: Ints, ends: Ints) -> Flags:
    """Which texts are null: empty ones, and the four letters; at least four bytes before them."""
    length = ends - starts
    absent: Flags = length == 0
    four = np.flatnonzero(length == 4)  # noqa: PLR2004
    if len(four):
        absent[four] = _words(data, ends[four] - 8, 1)[:, 0] >> np.uint64(32) == _NULL
    return absent


def addresses(data: bytes, starts: Ints, ends: Ints) -> Flags:
    """Which texts are of an address's bytes, and not longer than one; at least 35 bytes of their line after them."""
    length = ends - starts
    usual = (length > 0) & (length < _LONG)
    short = length <= _SHORT
    usual[short] &= _without(_NO_ADDRESS, data, starts[short], length[short], _SHORT)
    long = np.flatnonzero(usual & ~short)
    if len(long):
        usual[long] = _without(_NO_ADDRESS, data, starts[long], length[long], _LONG)
    return usual


def global_ids(data: bytes, starts: Ints, ends: Ints) -> Flags:
    """Which texts are null or 32 hexadecimal digits."""
    usual = nulls(data, starts, ends)
    full = np.flatnonzero(ends - starts == _GLOBAL_ID)
    usual[full] = _without(_NO_HEXADECIMAL, data, starts[full], None, _GLOBAL_ID)
    return usual


def _numbers(digits: Words) -> Ints:
    """Numbers of eight digits each, the first the highest; each byte is a digit's value."""
    for factor, bits, kept in _PAIRS:
        digits = (digits * factor >> bits) & kept
    return digits.astype(np.int64)


def _without(kind: bytes, data: bytes, starts: Ints, length: Ints | None, width: int) -> Flags:
    """Which texts hold no byte of a kind (a table of 0 and 1); all are as long as ``width``, or as ``length`` says."""
    content = _words(data, starts, width // 8).tobytes().translate(kind)
    of_kind = np.frombuffer(content, np.bool_).reshape(len(starts), width)
    return _none(
        of_kind if length is None else (of_kind.view(np.uint64) & _WITHIN[length, : width // 8]).view(np.bool_)
    )


def _none(flags: Flags) -> Flags:
    """Which rows have no flag; a row has eight, or a multiple of it."""
    words = flags.view(np.uint64)
    any_flag = words[:, 0]
    for column in range(1, words.shape[1]):
        any_flag = any_flag | words[:, column]
    none: Flags = any_flag == 0
    return none
