"""When a log host shows which file: its days end at local midnight, and a day is published on the next one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from dev.ovhsim.options import Options


class Clock:
    """What time it is on the host: the machine's time, or one that was set and stands still."""

    def __init__(self) -> None:
        self._set: datetime | None = None

    def now(self) -> datetime:
        """The moment, with its zone."""
        return self._set or datetime.now(timezone.utc)

    def set(self, moment: datetime | None) -> None:
        """Stand still at a moment; None: go with the machine.

        Raises:
            ValueError: The moment has no zone.
        """
        if moment is not None and moment.tzinfo is None:
            raise ValueError("A moment needs its zone.")
        self._set = moment


class Hours:
    """What the options say of times, asked for a day and the moment.

    Args:
        options: Those of the host.
        clock: Its clock.
    """

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._zone = ZoneInfo(options.zone)

    def published(self, day: date) -> bool:
        """Whether the daily file is shown."""
        return self._options.published is None or self._reached(day, self._options.published)

    def rewritten(self, day: date) -> bool:
        """Whether the daily file is shown in its last state."""
        return self._options.rewritten is None or self._reached(day, self._options.rewritten)

    def begun(self, day: date) -> bool:
        """Whether the day has begun: before, nothing of it can be logged."""
        return self._midnight(day) <= self._clock.now()

    def over(self, day: date) -> bool:
        """Whether the day has ended."""
        return self._midnight(day + timedelta(days=1)) <= self._clock.now()

    def live_ended(self, day: date) -> bool:
        """Whether the live file is no longer what it was during its day."""
        kept = self._options.live_kept
        return kept is not None and self._midnight(day + timedelta(days=1)) + kept <= self._clock.now()

    def due(self, moment: datetime) -> bool:
        """Whether what was logged at that moment stands in the live file."""
        return moment + self._options.live_delay <= self._clock.now()

    def _reached(self, day: date, hour: time) -> bool:
        """Whether it is that hour of the day after."""
        return datetime.combine(day + timedelta(days=1), hour, self._zone) <= self._clock.now()

    def _midnight(self, day: date) -> datetime:
        """As an instant: what is added to it is true time, whatever clocks are put forward or back."""
        return datetime.combine(day, time(), self._zone).astimezone(timezone.utc)
