"""Time: the days of Paris as they really are, of 23, 24 or 25 hours, and how busy each hour is.

Moments are whole milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from dev.traffic.draw import Draw, Weighted

ZONE = ZoneInfo("Europe/Paris")  # of OVH's European clusters
HOUR = 3_600_000
MINUTE = 60_000
SECOND = 1_000
# How busy each local hour is, and each day of the week from Monday on.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 14, 16, 15, 13, 13, 14, 15, 16, 18, 22, 22, 14, 6)
_WEEKDAYS = (1.05, 1.0, 1.0, 0.95, 0.9, 1.1, 1.25)
_MAILED_EVERY = 14  # days: a newsletter goes out on a Thursday
_MAILED_ON = 11  # ordinals of every second Thursday leave 11 when divided by 14
_MAILED = 1.5  # times as many visits on that day
# Not %b: the name of a month depends on the machine's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weight(day: date) -> float:
    """How busy a day is; an average one has about 1."""
    return _WEEKDAYS[day.weekday()] * (_MAILED if is_mailed(day) else 1.0)


def is_mailed(day: date) -> bool:
    """Whether a newsletter goes out on that day: every second Thursday."""
    return day.toordinal() % _MAILED_EVERY == _MAILED_ON


@dataclass(frozen=True)
class Day:
    """A local day: its number in the period, its first moment, and the first one after it."""

    number: int
    date: date
    start: int
    end: int
    hours: Weighted[int]

    def moment(self, draw: Draw) -> int:
        """Any moment of the day, the busy hours being more likely."""
        return draw.of(self.hours) + int(draw.share() * HOUR)

    def spread(self, draw: Draw) -> int:
        """Any moment of the day, each as likely."""
        return self.start + int(draw.share() * (self.end - self.start))


def days(first: date, count: int) -> Iterator[Day]:
    """The days of a period."""
    for number in range(count):
        day = first + timedelta(days=number)
        start, end = _midnight(day), _midnight(day + timedelta(days=1))
        hours = {moment: float(_HOURS[local(moment).hour]) for moment in range(start, end, HOUR)}
        yield Day(number, day, start, end, Weighted(hours))


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) * SECOND


def local(moment: int) -> datetime:
    """What clocks in Paris show, with the offset; the hour that is skipped in spring never comes."""
    return utc(moment).astimezone(ZONE)


def utc(moment: int) -> datetime:
    """The moment as a time of UTC."""
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=moment)


def stamp(moment: int) -> str:
    """The moment as Apache logs it, ``01/Mar/2026:08:14:02 +0100``: whole seconds of Paris."""
    hour, rest = divmod(moment, HOUR)
    before, after = _stamped_hour(hour)
    return f"{before}{rest // MINUTE:02}:{rest % MINUTE // SECOND:02}{after}"


def logged(moment: int) -> datetime:
    """The time of UTC that a stamp tells: whole seconds."""
    return utc(moment // SECOND * SECOND)


@lru_cache(maxsize=256)
def _stamped_hour(hour: int) -> tuple[str, str]:
    shown = local(hour * HOUR)
    return f"{shown.day:02}/{_MONTHS[shown.month - 1]}/{shown.year}:{shown.hour:02}:", f" {shown:%z}"


@lru_cache(maxsize=4096)
def minutes_behind_utc(zone: str, hour: int) -> int:
    """UTC minus local time in minutes, as JavaScript's ``getTimezoneOffset`` tells it, in an hour counted from 1970."""
    offset = utc(hour * HOUR).astimezone(ZoneInfo(zone)).utcoffset()
    return -int(offset.total_seconds()) // 60 if offset is not None else 0
