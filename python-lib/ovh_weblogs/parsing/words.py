"""Values out of the bytes of many lines at once, eight bytes at a time.

A *word* is the eight bytes from a position on, as one number whose lowest digits are the first byte. What is asked for
beyond the block is some other word of it: a line that leads there is refused by what else is checked of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ovh_weblogs.parsing.marks import Bytes, Flags, Ints
from ovh_weblogs.parsing.shape import Joint

Words = npt.NDArray[np.uint64]

WORD = 8  # bytes
METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH")
PROTOCOLS = ("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/2", "HTTP/3")
ABSENT = -1  # in place of a number, for "-"

_BLANK, _DASH, _SLASH, _ZERO, _COLON = b" -/0:"
_CLOCK = b"00:00:00"
_NINE = 9
_SECOND = 1_000_000  # microseconds
_LATEST = 32_503_680_000_000_000  # the year 3000, in microseconds; later years take the other way
_MANY_DIGITS = 8  # longer numbers are left to the patterns
_EPOCH_DIGITS = 10  # of seconds since 1970, from 2001 to 2286


class Span(NamedTuple):
    """One text of each line: from ``starts`` up to ``ends``."""

    starts: Ints
    ends: Ints


def words_of(data: bytes) -> Words:
    """The word at each position of a block, nothing copied; the block has eight bytes at least."""
    words: Words = np.ndarray((len(data) - WORD + 1,), "<u8", data, 0, (1,))
    return words


def _at(words: Words, positions: Ints) -> Words:
    # Not take, which makes a copy of all words first: they overlap.
    found: Words = words[np.minimum(positions, len(words) - 1)]
    return found


def _word(text: bytes) -> np.uint64:
    number: np.uint64 = np.uint64(int.from_bytes(text, "little"))
    return number


def _mask(length: int) -> np.uint64:
    number: np.uint64 = np.uint64((1 << 8 * length) - 1)
    return number


def spells(words: Words, at: Ints, text: bytes) -> Flags:
    """Whether that text, of one byte at least, stands at each position."""
    fits = np.ones(len(at), np.bool_)
    for begin in range(0, len(text), WORD):
        part = text[begin : begin + WORD]
        found = _at(words, at + begin)
        fits &= (found if len(part) == WORD else found & _mask(len(part))) == _word(part)
    return fits


def instants(data: bytes, words: Words, at: Ints, joint: Joint) -> tuple[Ints, Flags]:
    """Microseconds since 1970 of the times within joints that begin at these positions.

    The characters of the joint around the clock are compared from line to line: where they change, they are read anew.
    """
    _, clock, _ = joint.parts
    before, middle, stop = accumulate(map(len, joint.parts))
    changed = np.ones(len(at), np.bool_)
    changed[1:] = False
    for offset, length in (*_pieces(0, before), *_pieces(middle, stop)):
        part = _at(words, at + offset) & _mask(length)
        changed[1:] |= part[1:] != part[:-1]
    runs = np.flatnonzero(changed)  # mostly one: a file holds one day
    days = [
        midnight(joint, data[begin : begin + before], data[begin + middle : begin + stop])
        for begin in at[runs].tolist()
    ]
    day = np.repeat(np.array(days, np.int64), np.diff(np.append(runs, len(at))))
    since, usable = _since(words, at + before, clock)
    return day + since, usable & (day >= 0)


def _pieces(start: int, stop: int) -> Iterator[tuple[int, int]]:
    for begin in range(start, stop, WORD):
        yield begin, min(WORD, stop - begin)


@lru_cache(maxsize=1024)
def midnight(joint: Joint, before: bytes, after: bytes) -> int:
    """Where the clocks within a joint begin, in microseconds since 1970; -1 where that is not what surrounds them.

    That is the start of the day that the joint names, or that of 1970.
    """
    start, end = len(joint.before), len(after) - len(joint.after)
    if joint.time is None or before[:start] != joint.before or after[end:] != joint.after:
        return -1
    micros = joint.time.micros((before[start:] + joint.parts[1] + after[:end]).decode("latin-1"))
    return micros if micros is not None and 0 <= micros < _LATEST else -1


def _since(words: Words, at: Ints, clock: bytes) -> tuple[Ints, Flags]:
    """Microseconds by the clocks at these positions, which are written as that one is at its beginning."""
    if clock.startswith(_CLOCK):
        width = len(_CLOCK)
        seconds, usable = _clock(_at(words, at))
    else:
        width = _EPOCH_DIGITS
        seconds, usable = _whole(words, at, width)
    point = clock[width:].rstrip(b"0")
    digits = len(clock) - width - len(point)
    if point:
        usable &= spells(words, at + width, point)
    if not digits:
        return seconds * _SECOND, usable
    fraction, fits = _whole(words, at + width + len(point), digits)
    return seconds * _SECOND + fraction * (_SECOND // 10**digits), usable & fits


def _whole(words: Words, at: Ints, digits: int) -> tuple[Ints, Flags]:
    """The whole numbers of so many digits at these positions."""
    first = min(digits, _MANY_DIGITS)
    found, usable = numbers(words, Span(at, at + first))
    if digits == first:
        return found, usable
    rest, fits = numbers(words, Span(at + first, at + digits))
    return found * 10 ** (digits - first) + rest, usable & fits


def _clock(word: Words) -> tuple[Ints, Flags]:
    """Seconds since midnight, from the words ``08:14:02``."""
    digits = word.astype("<u8", copy=False).view(np.uint8).reshape(-1, WORD).T - np.uint8(_ZERO)
    hours, minutes, seconds = (digits[place] * np.uint8(10) + digits[place + 1] for place in (0, 3, 6))
    colon = np.uint8(_COLON - _ZERO)
    usable = (digits[[0, 1, 3, 4, 6, 7]] <= _NINE).all(axis=0) & (digits[2] == colon) & (digits[5] == colon)
    usable &= (hours < 24) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004 - of a day, an hour, a minute
    return hours.astype(np.int64) * 3600 + minutes.astype(np.int64) * 60 + seconds, usable


def numbers(words: Words, span: Span) -> tuple[Ints, Flags]:
    """The numbers that the texts of a span are, of up to eight digits; ABSENT for a dash."""
    length = span.ends - span.starts
    usable = (length >= 1) & (length <= _MANY_DIGITS) & (span.ends >= WORD)
    unwanted = (8 * (WORD - np.clip(length, 1, WORD))).astype(np.uint64)
    word = _at(words, span.ends - WORD) >> unwanted << unwanted  # what stands before the text becomes zeros
    absent = word == np.uint64(_DASH << 56)
    # A digit with these bits turned is its value; any other ASCII character is more than nine. No sum passes a byte.
    digits = word ^ (np.uint64(0x3030303030303030) >> unwanted << unwanted)
    odd = (digits + np.uint64(0x7676767676767676)) & np.uint64(0x8080808080808080)
    usable &= (odd == 0) | absent
    # Pairs of digits, then of pairs, then of fours: each step adds neighbours, the first one worth more.
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    found = ((fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)).astype(np.int64)
    found[absent] = ABSENT
    return found, usable


def requests(text: Bytes, words: Words, span: Span) -> tuple[Ints, Ints, Span, Flags]:
    """Method and protocol of request lines, as indices of METHODS and PROTOCOLS, and the target between them."""
    method, starts = _methods(words, span.starts)
    last = _at(words, span.ends - WORD)
    protocol = np.full(len(last), -1, np.int64)
    ends = span.ends - WORD - 1
    for code, name in enumerate(PROTOCOLS):
        if len(name) == WORD:
            protocol[last == _word(name.encode())] = code
        elif (protocol < 0).any():
            fits = last >> np.uint64(8) == _word(b" " + name.encode())
            protocol[fits] = code
            ends[fits] += WORD - len(name)
    usable = (method >= 0) & (protocol >= 0) & (ends > starts)
    usable &= (text[starts] == _SLASH) & (text[np.maximum(ends, 0)] == _BLANK)
    return method, protocol, Span(starts, ends), usable


def _methods(words: Words, starts: Ints) -> tuple[Ints, Ints]:
    """The method that stands there with a blank after it, and where that ends."""
    method, after = np.full(len(starts), -1, np.int64), starts.copy()
    left, begin = np.arange(len(starts)), _at(words, starts)
    for code, name in enumerate(METHODS):
        length = len(name) + 1
        fits = begin & _mask(length) == _word(f"{name} ".encode())
        method[left[fits]] = code
        after[left[fits]] += length
        left, begin = left[~fits], begin[~fits]
        if not len(left):
            break
    return method, after
