"""Days by the clocks of a zone, as whole numbers: databases disagree on zones, and some know none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache

DAY_US = 86_400_000_000
_FIRST, _LAST = 2000, 2040  # years whose changes are looked for; before and after them, the offset stays
_STEP = timedelta(days=7)  # no zone changes its offset twice within so short a time
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Offsets = Sequence[tuple[int, int]]


@cache
def offsets(zone: tzinfo, first: int = _FIRST, last: int = _LAST) -> tuple[tuple[int, int], ...]:
    """Local time minus UTC in microseconds, each with the instant from which it holds, in microseconds since 1970.

    Args:
        zone: Whose clocks.
        first: The year that it begins with; the first offset holds for what is earlier, too.
        last: The year before which it ends.
    """
    moment, end = datetime(first, 1, 1, tzinfo=timezone.utc), datetime(last, 1, 1, tzinfo=timezone.utc)
    found = [(_micros(moment), _offset(zone, moment))]
    while moment < end:
        after = moment + _STEP
        if _offset(zone, after) != found[-1][1]:
            change = _change(zone, moment, after)
            found.append((_micros(change), _offset(zone, change)))
        moment = after
    return tuple(found)


def local(instant: str, known: Offsets) -> str:
    """SQL of what the clocks show at a column's instants, in microseconds: a search in the offsets, by halves."""
    return f"{instant} + {_searched(instant, known)}"


def bounds(day: date, zone: tzinfo) -> tuple[int, int]:
    """The first instant of a local day, and that of the next one, in microseconds since 1970."""
    midnights = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    begin, end = (_micros(midnight) for midnight in midnights)
    return begin, end


def days_later(instant: int, days: int, zone: tzinfo) -> int:
    """The instant at which the clocks of a zone show the same, so many days later, in microseconds since 1970.

    Args:
        instant: In microseconds since 1970.
        days: How many; below 0 for earlier.
        zone: Whose clocks.
    """
    try:
        return _micros((_EPOCH + timedelta(microseconds=instant)).astimezone(zone) + timedelta(days=days))
    except OverflowError:
        return instant + days * DAY_US  # no calendar goes beyond the years 1 to 9999


def day_end(instant: int, zone: tzinfo) -> int:
    """The end of the local day of an instant, both in microseconds since 1970."""
    try:
        return bounds((_EPOCH + timedelta(microseconds=instant)).astimezone(zone).date(), zone)[1]
    except OverflowError:
        return instant - instant % DAY_US + DAY_US


def _searched(instant: str, known: Offsets) -> str:
    if len(known) == 1:
        return str(known[0][1])
    half = len(known) // 2
    earlier, later = _searched(instant, known[:half]), _searched(instant, known[half:])
    return f"CASE WHEN {instant} < {known[half][0]} THEN {earlier} ELSE {later} END"


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second of the later offset."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: tzinfo, moment: datetime) -> int:
    return (moment.astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
