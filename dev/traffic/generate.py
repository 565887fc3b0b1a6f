"""Day after day: who comes, what is asked for, what is logged, what is true of it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from dev.dayfiles import write_day
from dev.traffic import clock, hardlines, interest, rows, site, visits
from dev.traffic.clock import Day
from dev.traffic.draw import Draw
from dev.traffic.files import TrackerFiles, TruthFiles
from dev.traffic.hardlines import HardLine
from dev.traffic.machines import Machines, Staff
from dev.traffic.people import People, Visit
from dev.traffic.reckoning import Reckoning
from dev.traffic.requests import Request
from dev.traffic.rows import Row
from dev.traffic.tracker import Tracker
from dev.traffic.wt1 import Event

FIRST_DAY = date(2026, 3, 1)  # the month with the short night of spring
_USUAL = 70.0  # visitors a day of a site on which robots ask as often as they say
_LATEST = timedelta(hours=1)  # no answer takes longer: lines stamped before that are known when their day is written
_OUTAGE_DAY, _OUTAGE_HOURS, _OUTAGE_SHARE = 17, range(13, 18), 0.8  # the shop's database is down
_NEEDS_DATABASE = ("home", "collection", "product", "search")


class _Entry(NamedTuple):
    """One line of the access log before it is written: where it stands, and what it is; moments in milliseconds."""

    ended: int
    number: int
    begun: int
    what: Request | HardLine

    def content(self) -> bytes:
        """The line's bytes."""
        if isinstance(self.what, HardLine):
            return self.what.content(clock.stamp(self.begun))
        return self.what.line.encode()

    def row(self, content: bytes) -> Row:
        """The truth of it."""
        if isinstance(self.what, HardLine):
            return rows.of_hard_line(self.what, self.begun, content)
        return rows.of_request(self.what)


@dataclass
class Written:
    """What was written below ``folder``: ``ovh/`` as the log host keeps it, ``wt1/``, ``truth/``.

    ``lines`` and ``files`` count by family: server and tracker; a tracker's headers count as lines. ``blanks`` are
    lines of the server's that hold nothing.
    """

    folder: Path
    days: list[date] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=lambda: {"server": 0, "tracker": 0})
    files: dict[str, int] = field(default_factory=lambda: {"server": 0, "tracker": 0})
    blanks: int = 0


def generate(
    out: Path,
    *,
    start: date = FIRST_DAY,
    count: int = 30,
    visitors: int = 2000,
    seed: int = 1,
    progress: Callable[[date, Written], None] = lambda _day, _written: None,
) -> Written:
    """Write the traffic of a period, and the truth about it.

    Args:
        out: The folder; what an earlier run left there is removed.
        start: The first day.
        count: How many days.
        visitors: How many people come in all; robots grow with the square root of people a day.
        seed: Another seed, another month; the same arguments give the same lines on every machine.
        progress: Told of each day when it is written.
    """
    period, written = list(clock.days(start, count)), Written(out)
    for left in (out / "ovh" / site.ROOT, out / "wt1" / "tracker", out / "truth"):
        shutil.rmtree(left, ignore_errors=True)
    with TruthFiles(out / "truth") as truth:
        traffic = _Traffic(period, visitors, seed, written, truth)
        for day in period:
            traffic.write(day)
            progress(day.date, written)
        traffic.end()
        truth.outlook(_outlook(period))
    return written


class _Traffic:
    """The site from one day to the next."""

    def __init__(self, period: list[Day], visitors: int, seed: int, written: Written, truth: TruthFiles) -> None:
        self._seed = seed
        self._busy = math.sqrt(visitors / len(period) / _USUAL)
        self._people = People(period, visitors, seed)
        self._machines, self._staff = Machines(self._busy, seed), Staff(seed)
        self._tracker, self._tracker_files = Tracker(seed), TrackerFiles(written.folder / "wt1")
        self._entries: list[_Entry] = []
        self._events: list[Event] = []
        self._meant: dict[int, Visit] = {}
        self._reckoned = {family: Reckoning(self._meant) for family in ("server", "tracker")}
        self._written, self._truth, self._made = written, truth, 0

    def write(self, day: Day) -> None:
        """One day: its file of the access log, the tracker's files that are complete, the truth about both."""
        draw = Draw(f"{self._seed} {day.date}")
        for request in self._asked(day, draw):
            self._log(request.ended, request.begun, request)
        self._log_hard_lines(day, draw)
        self._access_log(day)
        self._events += self._tracker.oddities(day.number, day.moment(draw), draw)
        self._events.sort(key=lambda event: event.moment)
        cut = next((n for n, event in enumerate(self._events) if event.moment >= day.end), len(self._events))
        self._keep("tracker", self._tracker_files.write(day, self._events[:cut]))
        self._events = self._events[cut:]

    def end(self) -> None:
        """Close what is open; what would come after the period is left in a file that is not finished."""
        self._keep("tracker", self._tracker_files.close())
        self._tracker_files.leave_unfinished(self._events)
        for reckoning in self._reckoned.values():
            self._truth.add("sessions", reckoning.settled(datetime.max.replace(tzinfo=timezone.utc)))
            self._truth.add("visitors", reckoning.visitors())

    def _asked(self, day: Day, draw: Draw) -> Iterator[Request]:
        for visit in self._people.visits(day, draw):
            self._meant[visit.number] = visit
            asked = [_disturbed(request, day, draw) for request in visits.requests(visit, draw)]
            self._events += self._tracker.events(visit.person, asked, draw, bought=visit.bought)
            yield from asked
        for request in (*self._machines.requests(day, draw), *self._staff.requests(day, draw)):
            yield _disturbed(request, day, draw)
            if request.resource.kind == "static" and draw.chance(0.002):
                yield request  # browsers and robots do ask twice: equal lines are no mistake

    def _log(self, ended: int, begun: int, what: Request | HardLine) -> None:
        self._entries.append(_Entry(ended, self._made, begun, what))
        self._made += 1

    def _log_hard_lines(self, day: Day, draw: Draw) -> None:
        """A few of every sort, one kind after the other."""
        for kinds, a_day in ((hardlines.HITS, 4.0), (hardlines.REFUSED, 0.6), (hardlines.BLANK, 0.4)):
            first, last = (int(a_day * self._busy * number) for number in (day.number, day.number + 1))
            for number in range(first, last):
                moment = day.spread(draw)
                self._log(moment + 5, moment, kinds[number % len(kinds)])

    def _access_log(self, day: Day) -> None:
        """A line stands in the file of the day on which its answer ended, at the place of that moment."""
        today = sorted(entry for entry in self._entries if entry.ended < day.end)
        self._entries = [entry for entry in self._entries if entry.ended >= day.end]
        contents = [entry.content() for entry in today]
        path = write_day(self._written.folder / "ovh", site.ROOT, day.date, contents)
        found = [
            {**entry.row(content), "source_file": path.name, "line_number": number}
            for number, (entry, content) in enumerate(zip(today, contents, strict=True), 1)
        ]
        self._written.days.append(day.date)
        self._keep("server", found, until=clock.utc(day.end) - _LATEST)

    def _keep(self, family: str, found: list[Row], until: datetime | None = None) -> None:
        """Write rows of truth, and the sessions that are over at ``until``, or else at the last of the rows."""
        if not found:
            return
        reckoning = self._reckoned[family]
        self._truth.add("lines", found)
        reckoning.add(found)
        self._truth.add("sessions", reckoning.settled(until or found[-1]["server_ts"]))
        self._written.lines[family] += len(found)
        self._written.blanks += sum(row["kind"] == "blank" for row in found)
        self._written.files[family] += len({row["source_file"] for row in found})


def _disturbed(request: Request, day: Day, draw: Draw) -> Request:
    """The request as it is answered while the database is down."""
    if day.number != _OUTAGE_DAY or request.resource.category not in _NEEDS_DATABASE or request.status != 200:
        return request
    if clock.local(request.begun).hour in _OUTAGE_HOURS and draw.chance(_OUTAGE_SHARE):
        return request.answered(500 if draw.chance(0.2) else 503, 312)
    return request


def _outlook(period: Iterable[Day]) -> pa.Table:
    """Probability of a purchase within the seven days after each day, by the state of somebody at its end."""
    found: dict[str, list[object]] = {
        name: [] for name in ("day", "is_phone", "is_warm", "interest", "absence", "probability")
    }
    for day in period:
        coming = [clock.weight(day.date + timedelta(days=ahead)) for ahead in range(1, interest.HORIZON + 1)]
        for (segment, level, absence), probability in interest.outlook(coming).items():
            values = (day.date, segment.phone, segment.warm, level, absence, probability)
            for column, value in zip(found.values(), values, strict=True):
                column.append(value)
    return pa.table(found)
