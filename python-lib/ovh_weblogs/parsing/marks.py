"""Where the lines of a block stand, and its marks: the bytes that end lines or fields, or that no usual line holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]  # in a block, so below 2**31
Flags = npt.NDArray[np.bool_]

_LINE_FEED, _RETURN, _BLANK, _QUOTE, _BACKSLASH, _LAST = b'\n\r "\\~'
_CHUNK = 128 << 10  # bytes; comparing so many at a time keeps the flags in the processor's nearest cache


@dataclass(frozen=True)
class Lines:
    """The lines of a block and its marks, in order.

    Lines begin at ``starts`` and end at ``ends``, line feed and a carriage return before it left out.

    Marks are separators, quotes, line feeds, and all bytes that the scan has no business with: controls, backslash, and
    what is not ASCII. ``marks`` says where they stand. The first mark of each line has the number ``first_mark``, its
    line feed ``last_mark``. ``strong`` has the numbers of all marks but separators; of these, a line has ``strongs``,
    its line feed left out, from number ``first_strong`` on.
    """

    data: bytes
    text: Bytes
    starts: Ints
    ends: Ints
    marks: Places
    first_mark: Ints
    last_mark: Ints
    strong: Ints
    first_strong: Ints
    strongs: Ints
    quoted: Flags  # whether each strong mark is a quote


def find_lines(data: bytes, separators: bytes = b" ") -> Lines:
    """The lines of a block of at least one byte, and its marks.

    Args:
        data: The block.
        separators: What ends fields without quotes; none of them a line feed.
    """
    text = np.frombuffer(data, np.uint8)
    parts = [_marks(text[start : start + _CHUNK], start, separators) for start in range(0, len(text), _CHUNK)]
    marks, codes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if (codes == _RETURN).any():
        kept = ~_returns_before_line_feeds(text, marks, codes)
        marks, codes = marks[kept], codes[kept]
    weak = np.zeros(len(codes), np.bool_)
    for separator in separators:
        weak |= codes == separator
    strong = np.flatnonzero(~weak)
    kinds = codes[strong]
    ends_at = np.flatnonzero(kinds == _LINE_FEED)
    last = strong[ends_at]
    ends = marks[last].astype(np.int64)
    if data[-1] != _LINE_FEED:
        ends_at, last, ends = (
            np.append(a, b) for a, b in ((ends_at, len(strong)), (last, len(marks)), (ends, len(data)))
        )
    first_strong, starts = _after(ends_at), _after(ends)
    returned = (ends > starts) & (text[ends - 1] == _RETURN)
    return Lines(
        data=data,
        text=text,
        starts=starts,
        ends=ends - returned,
        marks=marks,
        first_mark=_after(last),
        last_mark=last,
        strong=strong,
        first_strong=first_strong,
        strongs=ends_at - first_strong,
        quoted=kinds == _QUOTE,
    )


def line_bounds(data: bytes) -> tuple[Ints, Ints]:
    """Where the lines of a block of at least one byte begin and end, as ``find_lines`` has them, at less cost."""
    text = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(text == _LINE_FEED)
    if data[-1] != _LINE_FEED:
        ends = np.append(ends, len(data))
    starts = _after(ends)
    returned = (ends > starts) & (text[ends - 1] == _RETURN)
    return starts, ends - returned


def _after(ends: Ints) -> Ints:
    """Where each line begins, if the one before it ends there: at 0, and right after each end."""
    begins = np.empty_like(ends)
    begins[0] = 0
    np.add(ends[:-1], 1, out=begins[1:])
    return begins


def _marks(part: Bytes, start: int, separators: bytes) -> tuple[Places, Bytes]:
    """Where the marks of a part of the block stand in the block, and what they are."""
    found, other = np.less(part, _BLANK + (_BLANK in separators)), np.empty(len(part), np.bool_)
    np.logical_or(found, np.greater(part, _LAST, out=other), out=found)
    for byte in (_QUOTE, _BACKSLASH, *(byte for byte in separators if byte > _BLANK)):
        np.logical_or(found, np.equal(part, byte, out=other), out=found)
    marks = np.flatnonzero(found)
    return (marks + start).astype(np.int32), part[marks]


def _returns_before_line_feeds(text: Bytes, marks: Places, codes: Bytes) -> Flags:
    following = np.minimum(marks + 1, len(text) - 1)
    last = marks == len(text) - 1
    flags: Flags = (codes == _RETURN) & ((text[following] == _LINE_FEED) | last)
    return flags
