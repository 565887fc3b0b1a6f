"""The usual lines of the WT1 tracker, all at once: a structural scan with numpy.

It takes only lines whose tabs and quotes stand exactly as a layout has them, without backslash and control characters,
of valid UTF-8, with times, numbers and ids of the usual form. All others are for ``trackerline``, which gives the same
rows for these, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ovh_weblogs.parsing import trackerwords
from ovh_weblogs.parsing.marks import Bytes, Flags, Ints
from ovh_weblogs.parsing.trackerlayout import QUOTED, SIZES, Layout
from ovh_weblogs.parsing.trackerwords import TIME

TIMES = ("server_ts", "client_ts")
TEXTS = ("client_addr", "visitor_id", "session_id", *QUOTED, "br_lang", "global_visitor_id")
NUMBERS = (*SIZES, "tz_off")

_TAB, _LINE_FEED, _RETURN, _QUOTE, _BACKSLASH = b'\t\n\r"\\'
_TOUCHING = 128  # added to a tab or quote that follows a quote or tab at once
_ASCII = 128
_INLINED = 16  # columns of parameters; lines with more are left to the other way
_LEFT_OUT = -1  # number of special bytes of lines that are not for the scan


@dataclass(frozen=True)
class Lines:
    """The lines of a block (line feed, and carriage return before it, left out) and its special bytes.

    Attributes:
        starts: Where each line begins.
        ends: Where it ends.
        special: Where tabs, quotes, line feeds and the control characters below them stand; line feeds only, of a
            block that is not to be scanned.
        codes: These bytes, with ``_TOUCHING`` added to a quote right after a tab and to a tab right after a quote.
        first: For each line the index of its first special byte.
        counts: For each line how many it has, its line feed left out; -1 for lines that are not for the scan.
    """

    data: bytes
    starts: Ints
    ends: Ints
    special: Ints
    codes: Bytes
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

    def only(self, wanted: Flags) -> Scanned:
        """These lines without those not wanted."""
        if wanted.all():
            return self
        return Scanned(self.lines[wanted], *(values[:, wanted] for values in (self.starts, self.ends, self.numbers)))


def find_lines(data: bytes, *, to_scan: bool = True) -> Lines:
    """The lines of a block of at least one byte; only with ``to_scan`` are special bytes sought but line feeds."""
    text = np.frombuffer(data, np.uint8)
    special = np.flatnonzero((text <= _LINE_FEED) | (text == _QUOTE) if to_scan else text == _LINE_FEED)
    codes = text[special]
    ends_at = np.flatnonzero(codes == _LINE_FEED)
    ends = special[ends_at]
    if data[-1] != _LINE_FEED:
        ends_at, ends = np.append(ends_at, len(special)), np.append(ends, len(data))
    first = np.concatenate(([0], ends_at[:-1] + 1))
    starts = np.concatenate(([0], ends[:-1] + 1))
    returned = (ends > starts) & (text[ends - 1] == _RETURN)
    counts = ends_at - first
    if to_scan:
        touching = (codes[1:] + codes[:-1] == _TAB + _QUOTE) & (special[1:] == special[:-1] + 1)
        codes[1:] += _TOUCHING * touching.astype(np.uint8)
        counts[np.searchsorted(starts, _others(data, text), side="right") - 1] = _LEFT_OUT
    return Lines(data, starts, ends - returned, special, codes, first, counts)


def _others(data: bytes, text: Bytes) -> Ints:
    """Where bytes stand whose lines are not for the scan: backslashes, and what is no UTF-8 maybe."""
    found = np.flatnonzero(text == _BACKSLASH) if b"\\" in data else np.empty(0, np.int64)
    if not data.isascii() and not _is_utf8(data):
        # Which of the lines it is will be seen one by one.
        found = np.append(found, np.flatnonzero(text >= _ASCII))
    return found


def _is_utf8(data: bytes) -> bool:
    """Whether the whole is UTF-8; decoding it would take as much memory again."""
    offsets = pa.py_buffer(np.array([0, len(data)], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def scan(lines: Lines, layouts: Iterable[Layout], start: int, stop: int) -> list[Scanned]:
    """The lines from position ``start`` up to ``stop`` that have the usual shape of a layout."""
    left = np.arange(start, stop)
    found: list[Scanned] = []
    for layout in layouts:
        for global_id in (True, False) if layout.global_ids is None else (layout.global_ids,):
            scanned = _Shape(layout, with_global_id=global_id).scan(lines, left)
            if scanned is not None:
                found.append(scanned)
                left = left[~np.isin(left, scanned.lines, assume_unique=True)]
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
        touching_tab, touching_quote = _TAB + _TOUCHING, _QUOTE + _TOUCHING
        self._text = bytes((touching_quote, _QUOTE, touching_tab))
        self._inlined = bytes((_TAB, touching_quote, _QUOTE)), bytes((touching_tab, touching_quote, _QUOTE))
        self._sizes = layout.heads + 3 * len(QUOTED)  # the index of the tab after the first size
        self._codes = b"\t" * layout.heads + self._text * len(QUOTED) + b"\t" * len(SIZES) + self._text
        self._codes += b"\t" * with_global_id
        self._opening = np.array([*range(layout.heads, self._sizes, 3), self._sizes + len(SIZES)])

    def scan(self, lines: Lines, among: Ints) -> Scanned | None:
        """The lines, among those given, that have the shape; None without any."""
        counts = lines.counts[among]
        parts = [
            self._shaped(lines, among[counts == count], count - len(self._codes)) for count in self._fitting(counts)
        ]
        if not parts:
            return None
        taken, end = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(taken, kind="stable")
        taken, end = taken[order], end[order]
        at = lines.special[lines.first[taken] + np.arange(len(self._codes))[:, np.newaxis]]
        usual = np.ones(len(taken), np.bool_)
        for time in range(self._layout.timestamps):
            usual &= at[time] == lines.starts[taken] + TIME + (TIME + 1) * time
        if not usual.all():
            taken, at, end = taken[usual], at[:, usual], end[usual]
        return self._fields(lines, taken, at, end) if len(taken) else None

    def _fitting(self, counts: Ints) -> list[int]:
        """How many special bytes the lines of the shape may have, as columns of parameters follow or not."""
        more = np.unique(counts) - len(self._codes)
        most = 3 * _INLINED if self._layout.inlined else 0
        return [len(self._codes) + int(count) for count in more if 0 <= count <= most and count % 3 == 0]

    def _shaped(self, lines: Lines, among: Ints, more: int) -> tuple[Ints, Ints]:
        """The lines, among those with so many special bytes more, whose bytes fit; where zone and global id end."""
        codes = self._codes + self._inlined[0] * (more > 0) + self._inlined[1] * (more // 3 - 1)
        # No code is a NUL, which such texts could not end in.
        begin = np.ndarray((len(lines.codes) - len(codes) + 1,), f"S{len(codes)}", lines.codes.data, 0, (1,))
        taken = among[begin[lines.first[among]] == codes]
        end = lines.ends[taken]
        if not more:
            return taken, end
        closed = lines.special[lines.first[taken] + len(codes) - 1] == end - 1
        return taken[closed], lines.special[lines.first[taken[closed]] + len(self._codes)]

    def _fields(self, lines: Lines, taken: Ints, at: Ints, end: Ints) -> Scanned:
        data, times, begin = lines.data, self._layout.timestamps, lines.starts[taken]
        starts, ends = self._texts(begin, at, end)
        usual = trackerwords.addresses(data, starts[0], ends[0])
        if self._with_global_id:
            usual &= trackerwords.global_ids(data, starts[-1], ends[-1])
        numbers = np.full((len(TIMES) + len(NUMBERS), len(taken)), trackerwords.ABSENT)
        time_starts = np.concatenate([begin, begin + TIME + 1][:times])
        micros, fits = trackerwords.times(data, time_starts, old=times == 1)
        numbers[:times] = micros.reshape(times, -1)
        usual &= fits.reshape(times, -1).all(axis=0)
        sizes = at[self._sizes - 1 : self._sizes + len(SIZES)]
        numbers[len(TIMES) : -1], fits = trackerwords.whole(data, sizes[:-1] + 1, sizes[1:])
        usual &= fits.all(axis=0)
        zone = self._sizes + len(SIZES) + 2
        numbers[-1], fits = trackerwords.zones(data, at[zone] + 1, at[-1] if self._with_global_id else end)
        return Scanned(taken, starts, ends, numbers).only(usual & fits)

    def _texts(self, begin: Ints, at: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Where texts begin and end, in the order of TEXTS; those that the layout has not are empty."""
        absent = begin[np.newaxis, :]
        heads = at[self._layout.timestamps - 1 : self._layout.heads]  # from the tab before the address on
        names = len(heads) - 1
        none = np.repeat(absent, 3 - names, axis=0)
        first = at[self._opening] + 1, at[self._opening + 1]
        last = (at[-1:] + 1, end[np.newaxis, :]) if self._with_global_id else (absent, absent)
        starts = np.concatenate((heads[:-1] + 1, none, first[0], last[0]))
        return starts, np.concatenate((heads[1:], none, first[1], last[1]))
