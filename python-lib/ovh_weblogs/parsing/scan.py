"""The usual lines of a block, all at once: a structural scan with numpy.

It takes only lines whose every byte it has checked: printable ASCII without backslash, six quotes, a time of the usual
form, a usual method and protocol. All others are for the patterns of ``slow``, which give the same rows for these, too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ovh_weblogs.parsing.times import CLF

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LINE_FEED, _RETURN, _BLANK, _QUOTE, _DASH, _SLASH, _ZERO = b'\n\r "-/0'
# Bytes that end a line or a field, or that the scan leaves to others: controls, quote, backslash, DEL, non-ASCII.
_SPECIAL = bytes(byte < _BLANK or byte > ord("~") or byte in b'"\\' for byte in range(256))
_LINE_FEEDS = bytes(byte == _LINE_FEED for byte in range(256))
_MIN_LINE = 64  # bytes; shorter lines are rare, and this keeps every window below inside the block
_ADDRESS = 40  # bytes of the longest IPv6 address and a blank
_USER = 32
_MAX_DIGITS = 15
_LATEST = 32_503_680_000_000_000  # the year 3000, in microseconds; later years take the other way
_SECOND = 1_000_000

METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH")
PROTOCOLS = ("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/2", "HTTP/3")


@dataclass(frozen=True)
class Lines:
    """Where the lines of a block begin and end (line feed and carriage return left out), and its special bytes."""

    data: bytes
    text: Bytes
    starts: Ints
    ends: Ints
    special: Ints
    first_special: Ints
    specials: Ints


class Span(NamedTuple):
    """One text of each line: from ``starts`` up to ``ends``."""

    starts: Ints
    ends: Ints


@dataclass(frozen=True)
class Scanned:
    """The fields of the lines that the scan takes; ``lines`` are their positions in the block, in order.

    ``method`` and ``protocol`` index METHODS and PROTOCOLS; ``size`` is -1 for "-".
    """

    lines: Ints
    seconds_of_day: Ints
    day: Ints
    client_addr: Span
    second: Span
    user: Span
    target: Span
    referer: Span
    useragent: Span
    method: Ints
    protocol: Ints
    status: Ints
    size: Ints

    @property
    def server_ts(self) -> Ints:
        """Microseconds since 1970."""
        return self.day + self.seconds_of_day * _SECOND

    def only(self, wanted: Flags) -> Scanned:
        """These lines without those not wanted."""
        kept: dict[str, Any] = {item.name: _only(getattr(self, item.name), wanted) for item in fields(self)}
        return replace(self, **kept)


def _only(values: Ints | Span, wanted: Flags) -> Ints | Span:
    if isinstance(values, Span):
        return Span(values.starts[wanted], values.ends[wanted])
    return values[wanted]


def find_lines(data: bytes, *, to_scan: bool = True) -> Lines:
    """The lines of a block of at least one byte; only with ``to_scan`` are special bytes sought but line feeds."""
    text = np.frombuffer(data, np.uint8)
    special = np.flatnonzero(np.frombuffer(data.translate(_SPECIAL if to_scan else _LINE_FEEDS), np.bool_))
    codes = text[special]
    if (codes == _RETURN).any():
        special = special[~_returns_before_line_feeds(text, special, codes)]
        codes = text[special]
    ends_at = np.flatnonzero(codes == _LINE_FEED)
    ends = special[ends_at]
    if data[-1] != _LINE_FEED:
        ends_at, ends = np.append(ends_at, len(special)), np.append(ends, len(data))
    first = np.concatenate(([0], ends_at[:-1] + 1))
    starts = np.concatenate(([0], ends[:-1] + 1))
    returned = (ends > starts) & (text[ends - 1] == _RETURN)
    return Lines(data, text, starts, ends - returned, special, first, ends_at - first)


def _returns_before_line_feeds(text: Bytes, special: Ints, codes: Bytes) -> Flags:
    following = np.minimum(special + 1, len(text) - 1)
    last = special == len(text) - 1
    flags: Flags = (codes == _RETURN) & ((text[following] == _LINE_FEED) | last)
    return flags


def scan(lines: Lines) -> Scanned | None:
    """The lines that have the usual shape of OVH's and the combined format; None when there are none."""
    taken, quotes = _six_quotes(lines)
    if not len(taken):
        return None
    text, starts = lines.text, lines.starts[taken]
    eights = np.ndarray((len(lines.data) - 7,), "<u8", lines.data, 0, (1,))  # the eight bytes from each position
    client, second, user, head_ok = _head(text, starts, quotes[0] - 30)
    day, seconds, time_ok = _time(lines.data, eights, quotes[0])
    method, protocol, target, request_ok = _request(text, eights, quotes[0], quotes[1])
    status, size, result_ok = _result(text, quotes[1], quotes[2])
    found = Scanned(
        lines=taken,
        seconds_of_day=seconds,
        day=day,
        client_addr=client,
        second=second,
        user=user,
        target=target,
        referer=Span(quotes[2] + 1, quotes[3]),
        useragent=Span(quotes[4] + 1, quotes[5]),
        method=method,
        protocol=protocol,
        status=status,
        size=size,
    )
    usual = head_ok & time_ok & request_ok & result_ok
    return found if usual.all() else found.only(usual)


def _six_quotes(lines: Lines) -> tuple[Ints, Ints]:
    """Lines with six quotes as far apart as their format has them and no other special byte; where those stand."""
    taken = np.flatnonzero((lines.specials == 6) & (lines.ends - lines.starts >= _MIN_LINE))  # noqa: PLR2004
    quotes = lines.special[lines.first_special[taken] + np.arange(6)[:, np.newaxis]]
    apart = quotes[1:] - quotes[:-1]
    # Before: 'a b c [' and the time; inside: at least 'GET / HTTP/2', ' 200 5 ', ' '.
    shaped = (quotes[0] - lines.starts[taken] >= 35) & (apart[0] >= 13) & (apart[1] >= 8) & (apart[3] == 2)  # noqa: PLR2004
    shaped &= (quotes[5] == lines.ends[taken] - 1) & (lines.text[quotes] == _QUOTE).all(axis=0)
    shaped &= lines.text[quotes[3] + 1] == _BLANK
    return taken[shaped], quotes[:, shaped]


def _windows(text: Bytes, width: int) -> npt.NDArray[np.uint8]:
    return np.lib.stride_tricks.as_strided(text, (max(len(text) - width + 1, 0), width), (1, 1), writeable=False)


def _head(text: Bytes, starts: Ints, close: Ints) -> tuple[Span, Span, Span, Flags]:
    """Address, second field and user; ``close`` is where the blank before the time's bracket stands."""
    blank = _windows(text, _ADDRESS)[starts] == _BLANK
    length = blank.argmax(axis=1)  # 0 where there is none
    client = Span(starts, starts + length)
    nobody = (text[close - 1] == _DASH) & (text[close - 2] == _BLANK)
    second_end = close - 2
    named = np.flatnonzero(~nobody)
    usable = length >= 2  # noqa: PLR2004 - "-" and other single characters are left to the patterns
    if len(named):
        window = close[named] - _USER
        blank = _windows(text, _USER)[np.maximum(window, 0)][:, ::-1] == _BLANK
        second_end[named] = close[named] - 1 - blank.argmax(axis=1)
        usable[named] &= (window >= 0) & blank.any(axis=1)
    second = Span(client.ends + 1, second_end)
    usable &= second.ends > second.starts
    return client, second, Span(second_end + 1, close), usable


def _time(data: bytes, eights: npt.NDArray[np.uint64], quote: Ints) -> tuple[Ints, Ints, Flags]:
    """Start of the day and seconds since then, from `` [05/Mar/2024:08:14:02 +0100] `` before the quote."""
    frame = (eights[quote - 30], eights[quote - 24], eights[quote - 8])
    changed = np.ones(len(quote), np.bool_)
    changed[1:] = (frame[0][1:] != frame[0][:-1]) | (frame[1][1:] != frame[1][:-1]) | (frame[2][1:] != frame[2][:-1])
    runs = np.flatnonzero(changed)  # mostly one: a file holds one day
    midnights = [_midnight(data[at - 30 : at - 16] + data[at - 8 : at]) for at in quote[runs].tolist()]
    day = np.repeat(np.array(midnights, np.int64), np.diff(np.append(runs, len(quote))))
    digits = eights[quote - 16].view(np.uint8).reshape(-1, 8).T - np.uint8(_ZERO)
    pairs = [digits[at].astype(np.int64) * 10 + digits[at + 1] for at in (0, 3, 6)]
    colon = np.uint8(ord(":") - _ZERO)
    usable = (digits[[0, 1, 3, 4, 6, 7]] <= 9).all(axis=0) & (digits[2] == colon) & (digits[5] == colon)  # noqa: PLR2004
    usable &= (day >= 0) & (pairs[0] < 24) & (pairs[1] < 60) & (pairs[2] < 60)  # noqa: PLR2004
    return day, pairs[0] * 3600 + pairs[1] * 60 + pairs[2], usable


@lru_cache(maxsize=1024)
def _midnight(frame: bytes) -> int:
    """The start of the day in `` [05/Mar/2024: +0100] ``, in microseconds since 1970; -1 where that is not its form."""
    if frame[:2] != b" [" or frame[13:15] != b": " or frame[20:] != b"] ":
        return -1
    micros = CLF.micros((frame[2:13] + b":00:00:00" + frame[14:20]).decode("ascii"))
    return micros if micros is not None and 0 <= micros < _LATEST else -1


def _request(
    text: Bytes, eights: npt.NDArray[np.uint64], opening: Ints, closing: Ints
) -> tuple[Ints, Ints, Span, Flags]:
    """Method, protocol and the target between them."""
    begin = eights[opening + 1]
    method = np.full(len(opening), -1, np.int64)
    start = opening + 1
    for code, name in enumerate(METHODS):
        fits = (begin & np.uint64(_mask(len(name) + 1))) == np.uint64(_eight(name + " "))
        method[fits] = code
        start[fits] += len(name) + 1
        if (method >= 0).all():
            break
    protocol = np.full(len(opening), -1, np.int64)
    end = closing - 9
    long, short = eights[closing - 8], eights[closing - 7]
    for code, name in enumerate(PROTOCOLS):
        if len(name) == 8:  # noqa: PLR2004
            protocol[(long == np.uint64(_eight(name))) & (text[end] == _BLANK)] = code
        elif (protocol < 0).any():
            fits = short == np.uint64(_eight(f' {name}"'))
            protocol[fits] = code
            end = np.where(fits, closing - 7, end)
    usable = (method >= 0) & (protocol >= 0) & (text[start] == _SLASH) & (end > start)
    return method, protocol, Span(start, end), usable


def _mask(length: int) -> int:
    return int(256**length) - 1


def _eight(word: str) -> int:
    return int.from_bytes(word.encode("ascii"), "little")


def _result(text: Bytes, closing: Ints, opening: Ints) -> tuple[Ints, Ints, Flags]:
    """Status and size, from ``" 200 512 "`` between two quotes; size -1 for a dash."""
    digits = [text[closing + at] - np.uint8(_ZERO) for at in (2, 3, 4)]
    status = digits[0].astype(np.int64) * 100 + digits[1].astype(np.int64) * 10 + digits[2]
    usable = (digits[0] <= 9) & (digits[1] <= 9) & (digits[2] <= 9)  # noqa: PLR2004
    for blank in (closing + 1, closing + 5, opening - 1):
        usable &= text[blank] == _BLANK
    length = opening - closing - 7
    nothing = (length == 1) & (text[opening - 2] == _DASH)
    size = np.zeros(len(closing), np.int64)
    usable &= length <= _MAX_DIGITS
    for place in range(min(int(length.max()), _MAX_DIGITS)):
        inside = place < length
        digit = text[opening - 2 - place] - np.uint8(_ZERO)
        usable &= (digit <= 9) | ~inside | nothing  # noqa: PLR2004
        size += np.where(inside, digit, 0).astype(np.int64) * 10**place
    size[nothing] = -1
    return status, size, usable
