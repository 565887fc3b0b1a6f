"""Times as logs write them, to microseconds since 1970 (UTC)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from ovh_weblogs.errors import SettingsError

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_MAX_OFFSET = timedelta(hours=14)  # the widest zone there is (Kiribati)
_HALF_YEAR = timedelta(days=183)

# The letters of C's strftime that logs are written with. Own names of months: strptime's depend on the locale.
_PARTS = {
    "a": "[A-Za-z]{3}",
    "b": "(?P<month_name>[A-Za-z]{3})",
    "d": "(?P<day>[0-9]{2})",
    "e": "(?P<day>[ 0-9][0-9])",
    "f": r"(?:\.(?P<fraction>[0-9]{1,6}))?",  # ours: a fraction of a second with its point, if there is one
    "m": "(?P<month>[0-9]{2})",
    "Y": "(?P<year>[0-9]{4})",
    "H": "(?P<hour>[0-9]{2})",
    "M": "(?P<minute>[0-9]{2})",
    "S": "(?P<second>[0-9]{2})",
    "z": "(?P<offset>[+-][0-9]{4})",
    ":z": "(?P<offset>[+-][0-9]{2}:[0-9]{2})",  # as GNU's date writes it: the form of ISO 8601
    "s": "(?P<epoch>[0-9]{1,11})",  # seconds since 1970
    "3": "(?P<fraction>[0-9]{3})",  # ours: milliseconds of a second
    "6": "(?P<fraction>[0-9]{6})",  # ours: microseconds of a second
    "%": "%",
}
_SHORT = {"%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%R": "%H:%M"}
_GROUP = re.compile(r"\?P<(\w+)>")
_NEEDED = {"year", "day", "hour", "minute", "second"}
_LETTER = re.compile(r"%(:z|.)", re.DOTALL)
# How many characters each letter stands for, where that never changes and none of them is a blank.
_WIDTHS = {"a": 3, "b": 3, "d": 2, "m": 2, "Y": 4, "H": 2, "M": 2, "S": 2, "z": 5, ":z": 6}
# The clock of a day, or the seconds since 1970, with a fraction of a second; and how each is written at its beginning.
_CLOCK = re.compile("(%H:%M:%S|%s)(?:([.,]?)%([36]))?")
_BEGINNINGS = {"%H:%M:%S": "00:00:00", "%s": "0000000000"}


@dataclass(frozen=True)
class TimeShape:
    """How a time is written, in the letters of strftime (without locale), such as ``%d/%b/%Y:%H:%M:%S %z``."""

    form: str

    @cached_property
    def pattern(self) -> str:
        """A regular expression of fixed-length parts, so linear on any text.

        Raises:
            SettingsError: A letter is not known, or stands twice.
        """
        form = self._long
        pieces: list[str] = []
        at = 0
        for found in _LETTER.finditer(form):
            part = _PARTS.get(found[1])
            if part is None or set(_GROUP.findall(part)) & set(_GROUP.findall("".join(pieces))):
                raise SettingsError(
                    f"The time '{self.form}' of the custom format holds {found[0]}, unknown or there twice",
                    fix="write it with %d %e %b %m %Y %H %M %S %z, %T or %F, or as sec, msec or usec",
                )
            pieces += [re.escape(form[at : found.start()]), part]
            at = found.end()
        return "".join((*pieces, re.escape(form[at:])))

    @cached_property
    def _long(self) -> str:
        form = self.form
        for short, long in _SHORT.items():
            form = form.replace(short, long)
        return form

    @property
    def zoned(self) -> bool:
        """Whether the time needs no zone from elsewhere: it names its offset from UTC, or counts from 1970."""
        return bool({"offset", "epoch"} & set(_GROUP.findall(self.pattern)))

    @cached_property
    def frame(self) -> tuple[bytes, bytes, bytes] | None:
        """What stands before the clock of a time with offset, the clock with its fraction, and what stands after it.

        None where widths may change. The clock is written as at its beginning: ``00:00:00``, ``00:00:00.000``; seconds
        since 1970 have the ten digits of 2001 to 2286. Around it, a zero byte stands for each character that is not the
        same in every such time.
        """
        found = _CLOCK.search(self._long)
        around = (self._long[: found.start()], self._long[found.end() :]) if found else ()
        if found is None or not self.zoned or not set(_LETTER.findall("".join(around))) <= set(_WIDTHS):
            return None
        start, end = (_LETTER.sub(lambda letter: "\0" * _WIDTHS[letter[1]], part).encode() for part in around)
        return start, f"{_BEGINNINGS[found[1]]}{found[2] or ''}{'0' * int(found[3] or 0)}".encode(), end

    @cached_property
    def dated(self) -> bool:
        """Whether the time says all that makes an instant: seconds since 1970, or date with year and clock."""
        groups = set(_GROUP.findall(self.pattern))
        return "epoch" in groups or (groups >= _NEEDED and bool(groups & {"month", "month_name"}))

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern)

    def micros(self, text: str, zone: tzinfo | None = None, day: date | None = None) -> int | None:
        """Microseconds since 1970; None for a time that does not exist, or lacks what nothing else tells.

        Args:
            text: A text that the pattern matches.
            zone: Of times without offset. An hour that DST repeats is taken as the first of the two; one that it
                leaves out counts on from the hour before.
            day: A day near the time, for times without year.
        """
        return _micros(self, text, zone, day)


CLF = TimeShape("%d/%b/%Y:%H:%M:%S %z")


@lru_cache(maxsize=8192)
def _micros(shape: TimeShape, text: str, zone: tzinfo | None, day: date | None) -> int | None:
    found = shape.compiled.fullmatch(text)
    if found is None:
        return None
    parts = {name: value for name, value in found.groupdict().items() if value is not None}
    try:
        if "epoch" in parts:
            return int(parts["epoch"]) * 1_000_000 + int(parts.get("fraction", "0").ljust(6, "0"))
        local = _local(parts, day)
        zone = _offset(parts["offset"]) if "offset" in parts else zone
        if local is None or zone is None:
            return None
        return (local.replace(tzinfo=zone).astimezone(timezone.utc) - _EPOCH) // _MICROSECOND
    except (KeyError, ValueError, OverflowError):  # no such month, no such day, no such year
        return None


def _local(parts: dict[str, str], day: date | None) -> datetime | None:
    month = _MONTHS[parts["month_name"]] if "month_name" in parts else int(parts["month"])
    # A leap second ends its minute: the second before it, as clocks without leap seconds repeat it.
    second = min(int(parts["second"]), 59) if parts["second"] == "60" else int(parts["second"])
    clock = (int(parts["hour"]), int(parts["minute"]), second, int(parts.get("fraction", "0").ljust(6, "0")))
    if "year" in parts:
        return datetime(int(parts["year"]), month, int(parts["day"]), *clock)  # noqa: DTZ001 - its zone comes next
    if day is None:
        return None
    for year in (day.year, day.year - 1, day.year + 1):  # the files of New Year's Day and Eve hold lines of both years
        try:
            local = datetime(year, month, int(parts["day"]), *clock)  # noqa: DTZ001 - the same
        except ValueError:  # 29 February, or a year beyond the calendar
            continue
        if abs(local.date() - day) <= _HALF_YEAR:
            return local
    return None


def _offset(text: str) -> timezone:
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > _MAX_OFFSET:  # noqa: PLR2004 - an hour has sixty minutes
        raise ValueError(text)
    return timezone(offset if text[0] == "+" else -offset)


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of that IANA name; None without a name.

    Raises:
        SettingsError: There is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    # KeyError: unknown; ValueError: no such key can be; OSError: a folder of zones, such as "Europe".
    except (KeyError, ValueError, OSError) as cause:
        raise SettingsError(
            f"timezone '{name[:40]}' is not known", fix="write an IANA name such as Europe/Paris"
        ) from cause
