"""The usual lines of the WT1 tracker, all at once: a structural scan with numpy.

It takes only lines whose tabs and quotes stand exactly as a layout has them, without backslash and NUL, of valid UTF-8,
with times, numbers and ids of the usual form. All others are for ``trackerline``, which gives the same rows for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ovh_weblogs.parsing.scan import Bytes, Flags, Ints, Lines
from ovh_weblogs.parsing.trackerlayout import QUOTED, SIZES, Layout

TIMES = ("server_ts", "client_ts")
TEXTS = ("client_addr", "visitor_id", "session_id", *QUOTED, "br_lang", "global_visitor_id")
NUMBERS = (*SIZES, "tz_off")
ABSENT = np.iinfo(np.int64).min  # the scan's number for null

_TAB, _QUOTE, _MINUS, _ZERO = b'\t"-0'
_SPECIAL = bytes(byte in b'\t"\\\0' for byte in range(256))
_ASCII = 128
_TIME = 23  # bytes of 2015-06-02T11:29:50.675
_MARKS = {2: "--T::.", 1: "//-::."}  # by number of timestamps: what stands between the digits
_MARKED = (4, 7, 10, 13, 16, 19)
_DIGITS_AT = [place for place in range(_TIME) if place not in _MARKED]
_ADDRESS = 39  # bytes of the longest IPv6 address
_HEXADECIMAL = np.frombuffer(bytes(chr(byte) in "0123456789abcdefABCDEF" for byte in range(256)), np.bool_)
_OF_ADDRESS = np.frombuffer(bytes(chr(byte) in "0123456789abcdefABCDEF.:" for byte in range(256)), np.bool_)
_GLOBAL_ID = 32
_DIGITS = 9
_NULL = np.frombuffer(b"null", np.uint8)
_INLINED = 16  # columns of parameters; lines with more are left to the other way
_MILLISECOND, _DAY = 1_000, 86_400_000_000


@dataclass(frozen=True)
class Marked:
    """The lines of a block with their special bytes: tabs, quotes, backslashes, NUL.

    Attributes:
        special: Where these bytes stand.
        first: For each line the index of its first among them.
        counts: For each line how many they are; -1 for lines that are no UTF-8.
    """

    text: Bytes
    starts: Ints
    ends: Ints
    special: Ints
    first: Ints
    counts: Ints


@dataclass(frozen=True)
class Scanned:
    """The fields of the lines that the scan takes; ``lines`` are their positions in the block, in order.

    Attributes:
        lines: Shape (n,).
        starts: Shape (TEXTS, n): where each text begins.
        ends: Shape (TEXTS, n): where it ends; where it begins if there is none.
        numbers: Shape (TIMES and NUMBERS, n): microseconds since 1970, and numbers; ABSENT for null.
    """

    lines: Ints
    starts: Ints
    ends: Ints
    numbers: Ints


def mark(lines: Lines) -> Marked:
    """The special bytes of a block's lines."""
    special = np.flatnonzero(np.frombuffer(lines.data.translate(_SPECIAL), np.bool_))
    first = np.searchsorted(special, lines.starts)
    counts = np.searchsorted(special, lines.ends) - first
    if not lines.data.isascii() and not _is_utf8(lines.data):
        # Whoever reads them one by one reads them as Latin-1, where that is what they are.
        odd = np.searchsorted(lines.starts, np.flatnonzero(lines.text >= _ASCII), side="right") - 1
        counts[odd] = -1
    return Marked(lines.text, lines.starts, lines.ends, special, first, counts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def scan(marked: Marked, layouts: Iterable[Layout], start: int, stop: int) -> list[Scanned]:
    """The lines from position ``start`` up to ``stop`` that have the usual shape of a layout."""
    left = np.arange(start, stop)
    found: list[Scanned] = []
    for layout in layouts:
        for global_id in (True, False) if layout.global_ids is None else (layout.global_ids,):
            scanned = _Shape(layout, with_global_id=global_id).scan(marked, left)
            if len(scanned.lines):
                found.append(scanned)
                left = left[~np.isin(left, scanned.lines, assume_unique=True)]
            if not len(left):
                return found
    return found


def join(parts: Sequence[Scanned]) -> Scanned | None:
    """Lines of several scans as one, in the order of lines; None without any."""
    if len(parts) < 2:  # noqa: PLR2004
        return parts[0] if parts else None
    lines = np.concatenate([part.lines for part in parts])
    order = np.argsort(lines, kind="stable")
    starts, ends, numbers = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)[:, order]
        for name in ("starts", "ends", "numbers")
    )
    return Scanned(lines[order], starts, ends, numbers)


class _Shape:
    """The shape of a line: which special bytes it has, one after another, and which of them touch."""

    def __init__(self, layout: Layout, *, with_global_id: bool) -> None:
        self._layout = layout
        self._with_global_id = with_global_id
        heads = self._heads = layout.heads
        self._sizes = heads + 3 * len(QUOTED)  # the index of the tab after the first size
        texts = b"\t" * heads + b'""\t' * len(QUOTED) + b"\t" * len(SIZES) + b'""\t' + b"\t" * with_global_id
        self._codes = np.frombuffer(texts, np.uint8)
        self._opening = np.array([*range(heads, self._sizes, 3), self._sizes + 4])

    def scan(self, marked: Marked, among: Ints) -> Scanned:
        """The lines, among those given, that have the shape."""
        more = marked.counts[among] - len(self._codes)
        most = 3 * _INLINED if self._layout.inlined else 0
        fits = (more >= 0) & (more <= most) & (more % 3 == 0)
        taken, more = among[fits], more[fits]
        at = marked.special[marked.first[taken] + np.arange(len(self._codes))[:, np.newaxis]]
        begin = marked.starts[taken]
        fits = (marked.text[at] == self._codes[:, np.newaxis]).all(axis=0)
        fits &= (at[self._opening] == at[self._opening - 1] + 1).all(axis=0)
        fits &= (at[self._opening + 2] == at[self._opening + 1] + 1).all(axis=0)
        for time in range(self._layout.timestamps):
            fits &= at[time] == begin + _TIME + (_TIME + 1) * time
        end, ended = self._bare_end(marked, taken, more)
        fits &= ended
        if not fits.all():
            taken, at, begin, end = taken[fits], at[:, fits], begin[fits], end[fits]
        return self._fields(marked, taken, at, begin, end)

    def _bare_end(self, marked: Marked, taken: Ints, more: Ints) -> tuple[Ints, Flags]:
        """Where zone and global id end: at the end of the line, or where columns of parameters follow, in quotes."""
        line_end = marked.ends[taken]
        bare_end, ended = line_end.copy(), np.ones(len(taken), np.bool_)
        last = line_end
        for number in range(int(more.max(initial=0)) // 3):
            having = np.flatnonzero(more > 3 * number)
            index = marked.first[taken[having]] + len(self._codes) + 3 * number
            tab, opening, closing = (marked.special[index + place] for place in range(3))
            usual = (marked.text[tab] == _TAB) & (marked.text[opening] == _QUOTE) & (marked.text[closing] == _QUOTE)
            usual &= opening == tab + 1
            if number:
                usual &= tab == last[having]
            else:
                bare_end[having] = tab
                last = bare_end.copy()
            last[having] = closing + 1
            ended[having] &= usual
        return bare_end, ended & (last == line_end)

    def _fields(self, marked: Marked, taken: Ints, at: Ints, begin: Ints, end: Ints) -> Scanned:
        text, heads, sizes = marked.text, self._heads, self._sizes
        tabs = [begin - 1, *at[:heads]]  # field i of the head is between tabs i and i + 1
        spans = {"client_addr": heads - 3 if self._layout.sessions else heads - 2}
        spans["visitor_id"] = spans["client_addr"] + 1
        if self._layout.sessions:
            spans["session_id"] = spans["visitor_id"] + 1
        starts = np.repeat(begin[np.newaxis, :], len(TEXTS), axis=0)
        ends = starts.copy()
        for name, field in spans.items():
            starts[TEXTS.index(name)], ends[TEXTS.index(name)] = tabs[field] + 1, tabs[field + 1]
        quoted = [TEXTS.index(name) for name in (*QUOTED, "br_lang")]
        starts[quoted], ends[quoted] = at[self._opening] + 1, at[self._opening + 1]
        zone_end = at[-1] if self._with_global_id else end
        if self._with_global_id:
            starts[-1], ends[-1] = at[-1] + 1, end
        usual = _is_address(text, starts[0], ends[0]) & _is_global_id(text, starts[-1], ends[-1])
        numbers = np.full((len(TIMES) + len(NUMBERS), len(taken)), ABSENT)
        for time in range(self._layout.timestamps):
            numbers[time], fits = _time(text, tabs[time] + 1, _MARKS[self._layout.timestamps])
            usual &= fits
        for place in range(len(SIZES)):
            numbers[len(TIMES) + place], fits = _whole(text, at[sizes - 1 + place] + 1, at[sizes + place])
            usual &= fits
        numbers[-1], fits = _zone(text, at[sizes + 6] + 1, zone_end)
        usual &= fits
        if usual.all():
            return Scanned(taken, starts, ends, numbers)
        return Scanned(taken[usual], starts[:, usual], ends[:, usual], numbers[:, usual])


def nulls(text: Bytes, starts: Ints, ends: Ints) -> Flags:
    """Which texts are null: empty ones, and the four letters."""
    length = ends - starts
    four = length == 4  # noqa: PLR2004
    if four.any():
        window = starts[four] + np.arange(4)[:, np.newaxis]
        four[four] = (text[window] == _NULL[:, np.newaxis]).all(axis=0)
    absent: Flags = four | (length == 0)
    return absent


def _of_kind(text: Bytes, starts: Ints, length: Ints, kind: Flags, most: int) -> Flags:
    """Whether all bytes of each text are of a kind; no text is longer than ``most``."""
    place = np.arange(most)[:, np.newaxis]
    window = np.minimum(starts + place, len(text) - 1)
    found: Flags = (kind[text[window]] | (place >= length)).all(axis=0)
    return found


def _is_address(text: Bytes, starts: Ints, ends: Ints) -> Flags:
    length = ends - starts
    most = min(int(length.max(initial=0)), _ADDRESS)
    usual: Flags = (length > 0) & (length <= _ADDRESS) & _of_kind(text, starts, length, _OF_ADDRESS, most)
    return usual


def _is_global_id(text: Bytes, starts: Ints, ends: Ints) -> Flags:
    length = ends - starts
    usual = nulls(text, starts, ends)
    digits = length == _GLOBAL_ID
    usual[digits] = _of_kind(text, starts[digits], length[digits], _HEXADECIMAL, _GLOBAL_ID)
    return usual


def _time(text: Bytes, start: Ints, marks: str) -> tuple[Ints, Flags]:
    """Microseconds since 1970 of times that exist; both forms have their digits at the same places."""
    window = text[start + np.arange(_TIME)[:, np.newaxis]]
    usual = np.ones(len(start), np.bool_)
    for place, character in zip(_MARKED, marks, strict=True):
        usual &= window[place] == ord(character)
    digits = window[_DIGITS_AT] - np.uint8(_ZERO)
    usual &= (digits <= 9).all(axis=0)  # noqa: PLR2004
    values = digits.astype(np.int64)
    year = values[0] * 1000 + values[1] * 100 + values[2] * 10 + values[3]
    month, day, hour, minute, second = (values[at] * 10 + values[at + 1] for at in (4, 6, 8, 10, 12))
    millisecond = values[14] * 100 + values[15] * 10 + values[16]
    months = (year - 1970) * 12 + month - 1  # since January 1970
    first, following = (count.astype("M8[M]").astype("M8[D]").astype(np.int64) for count in (months, months + 1))
    usual &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= following - first)  # noqa: PLR2004
    usual &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004
    of_day = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
    return (first + day - 1) * _DAY + of_day * _MILLISECOND, usual


def _whole(text: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers of up to nine digits, without sign."""
    length = ends - starts
    number = np.zeros(len(starts), np.int64)
    usual = (length > 0) & (length <= _DIGITS)
    for place in range(min(int(length.max(initial=0)), _DIGITS)):
        inside = place < length
        digit = text[ends - 1 - place] - np.uint8(_ZERO)
        usual &= (digit <= 9) | ~inside  # noqa: PLR2004
        number += np.where(inside, digit, 0).astype(np.int64) * 10**place
    return number, usual


def _zone(text: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Flags]:
    """Whole numbers with or without minus; ABSENT for null."""
    absent = (ends - starts == 4) & nulls(text, starts, ends)  # noqa: PLR2004 - an empty one is left to the other way
    # The last byte of a line without zone is a tab: never outside of the text.
    negative = text[np.minimum(starts, len(text) - 1)] == _MINUS
    number, usual = _whole(text, starts + negative, ends)
    number = np.where(negative, -number, number)
    number[absent] = ABSENT
    return number, usual | absent
