"""The days of a log host: which are there, and their lines; today's, too, from its live file."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timezone
from itertools import chain

import pyarrow as pa

from ovh_weblogs import parsing
from ovh_weblogs.errors import LogMissing, SettingsError
from ovh_weblogs.gunzip import Readable
from ovh_weblogs.hosting import (
    LIVE_KINDS,
    Account,
    AheadFile,
    DayFile,
    LiveFile,
    LogHost,
    Opener,
    fetch_ahead,
    located,
)
from ovh_weblogs.logfiles import Totals
from ovh_weblogs.parsing import parse
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import ApiAccess, Kind, Source
from ovh_weblogs.unpack import Unpacked

logger = guarded_logger(__name__)

_File = DayFile | LiveFile | AheadFile


@dataclass(frozen=True)
class Block:
    """Some lines of one day: hits and rejects, or (kinds other than web) rows of ``schema.LINES``."""

    rows: pa.RecordBatch
    rejects: pa.RecordBatch | None = None


def published_days(source: Source, *, only: Sequence[date] | None = None, now: datetime | None = None) -> list[date]:
    """The days that the log host has a file for, in order: of the period, or of those given.

    With ``include_today``, a live file is one for today and for days that may not be published yet.

    Raises:
        OvhLogsError: The host refuses, cannot be reached, or knows no such domain.
    """
    source = located_source(source)
    with closing(LogHost(source)) as host:
        return _Days(source, host, now).there(only)


def newest_day(source: Source, *, until: date) -> date | None:
    """The newest day up to another that the log host has a file for; None where its pages list none.

    Raises:
        OvhLogsError: As ``published_days``.
    """
    with closing(LogHost(located_source(source))) as host:
        return host.newest(until)


def is_published(source: Source, day: date, *, now: datetime | None = None) -> bool:
    """Whether a day is of the period, and the log host has a file for it.

    Raises:
        OvhLogsError: As ``published_days``.
    """
    source = located_source(source)
    with closing(LogHost(source)) as host:
        days = _Days(source, host, now)
        return day in days.wanted and day in days.there([day])


def read_days(
    source: Source, totals: Totals, *, only: date | None = None, preview: bool = False, now: datetime | None = None
) -> Generator[Block, None, None]:
    """Every line of the period's days, in the order of days and lines, in blocks of bounded size.

    The lines of a day come from its daily file, or, where ``include_today`` wants it and there is none yet, from its
    live file, never from both.

    Args:
        source: What to read, from where.
        totals: Counted up while reading.
        only: This one day instead of the period; that it is missing is always an error, unless it is today.
        preview: Whether only a few rows are wanted: little is fetched ahead.
        now: The moment from which days are counted; the clock's unless given.

    Raises:
        LogMissing: A day is not there and may not be skipped.
        OvhLogsError: Of other kinds: the host refuses, cannot be reached, or sends files that are damaged or unpack to
            more than they may.
    """
    source = located_source(source)
    with closing(LogHost(source, preview=preview)) as host:
        days = _Days(source, host, now, ahead=not preview)
        with closing(days.files(only)) as files:
            for file in files:
                with closing(file):
                    # The host's file is inflated already; what is packed once more stays within the bound, too.
                    content = Unpacked(file, file.name, max_bytes=source.max_day_bytes)
                    read_ahead = not preview and isinstance(file, DayFile)  # others are read in another thread already
                    yield from _day_blocks(source, content, file.file_name, totals, read_ahead=read_ahead)
                    totals.files += 1
                    totals.bytes += file.raw_bytes
        if not totals.files and not source.skip_missing:
            host.check_domain()


def located_source(source: Source) -> Source:
    """The source with host, root and zone of its tree, which the API tells where they are not known.

    Raises:
        OvhLogsError: The API refuses, cannot be reached, or knows no such logs.
    """
    if source.host or not isinstance(source.access, ApiAccess):
        return source
    with closing(Account(source.access.keys, source.network)) as account:
        return located(source, account)


class _Days:
    """The days of a source at one moment, and where each of them is found.

    Args:
        source: Located.
        host: Its log host.
        now: The moment from which days are counted; the clock's unless given.
        ahead: Whether days may be fetched while one before them is read.
    """

    def __init__(self, source: Source, host: LogHost, now: datetime | None, *, ahead: bool = False) -> None:
        self._source = source
        self._host = host
        self._ahead = ahead
        self._now = now or datetime.now(timezone.utc)
        self._today = self._now.astimezone(source.zone).date()
        self._has_live = source.include_today and source.kind in LIVE_KINDS
        self.wanted = source.period.days(self._today, include_today=self._has_live)

    def there(self, only: Iterable[date] | None) -> list[date]:
        """The days that have a file, of those given or of the period."""
        days = self.wanted if only is None else sorted(set(only))
        published = set(self._host.published(self._over(days)))
        return [day for day in days if day in published or (self._may_be_live(day) and self._host.has_live(day))]

    def files(self, only: date | None) -> Generator[_File, None, None]:
        """The file of each day, or of the only one, to be closed before the next is asked for.

        Raises:
            SettingsError: There is no day yet.
            LogMissing: A day is not there and may not be skipped.
        """
        if self._source.include_today and not self._has_live:
            logger.info(
                "OVH keeps no live file of the %s log: the lines of today come tomorrow, with its daily file",
                self._source.kind.value,
            )
        if only is not None:
            yield from self._only(only)
            return
        if not self.wanted:
            raise SettingsError(
                f"No day of the period is over yet in {self._source.zone}",
                fix="let it begin before today; a day's log appears on the next day",
            )
        late: LogMissing | None = None
        with closing(self._opened(self._skipping() if self._source.skip_missing else iter(self.wanted))) as opened:
            for day, file in opened:
                if file is None:
                    late = late or self._late(day)
                elif late is not None and not file.live and not self._source.skip_missing:
                    # The newest days may not be published yet; a later one that is shows that this one is missing.
                    file.close()
                    raise late
                else:
                    yield file

    def _opened(self, days: Iterator[date]) -> Generator[tuple[date, _File | None], None, None]:
        """Each day with its file, or None where there is none."""
        if not self._ahead or len(self.wanted) == 1:
            for day in days:
                yield day, self._file(day)
            return
        with closing(fetch_ahead(days, self._connected, self._source.network.connections)) as files:
            for file in files:
                yield file.day, file if file.exists() else None

    @contextmanager
    def _connected(self) -> Iterator[Opener]:
        """What opens a day over a connection of its own."""
        with closing(LogHost(self._source)) as host:
            yield _Days(self._source, host, self._now)._file  # noqa: SLF001 - of the same class

    def _only(self, day: date) -> Iterator[_File]:
        file = self._file(day)
        if file is not None:
            yield file
        elif not (self._has_live and day == self._today):
            self._host.check_domain()
            raise LogMissing(
                self._host.missing(day).problem,
                fix="build this partition later, or leave it out: a day appears on the next one",
            )

    def _file(self, day: date) -> DayFile | LiveFile | None:
        """The daily file of a day; else its live one; else the daily one again, which may just have replaced that."""
        over = day < self._today or not self._has_live
        file: DayFile | LiveFile | None = self._host.day_file(day) if over else None
        if file is None and self._may_be_live(day):
            file = self._host.live_file(day) or (self._host.day_file(day) if over else None)
            if isinstance(file, LiveFile):
                logger.info("%s is read as it stands; its daily file replaces these rows in a later build", file.name)
            elif file is None and not over:
                logger.info("There is no live %s log for %s yet: left out of this build", self._source.kind.value, day)
        return file

    def _late(self, day: date) -> LogMissing | None:
        """The error that this day is worth if a later one is published; None for today.

        Raises:
            LogMissing: The day should be published by now.
        """
        missing = self._host.missing(day)
        if not self._host.ended_within(day, self._source.grace_hours, self._now):
            self._host.check_domain()
            raise missing
        if day >= self._today:
            return None
        logger.info("%s: not published yet, left out of this build", missing.problem)
        return missing

    def _skipping(self) -> Iterator[date]:
        """The days that may be there, as they are asked for; the others are named in the log."""
        remaining = iter(self.wanted)
        for published in chain(self._host.published(self._over(self.wanted)), [None]):
            for day in remaining:
                if day == published:
                    yield day
                    break
                if self._may_be_live(day):
                    yield day
                elif not self._host.ended_within(day, self._source.grace_hours, self._now):
                    logger.warning(
                        "The %s log of %s for %s is missing and skipped",
                        self._source.kind.value,
                        self._source.domain,
                        day,
                    )

    def _may_be_live(self, day: date) -> bool:
        """Whether the day's lines may stand in a live file, and are wanted from there."""
        return self._has_live and self._host.ended_within(day, self._source.grace_hours, self._now)

    def _over(self, days: Iterable[date]) -> list[date]:
        """The days that can have been published; all, where live files are not asked for."""
        return [day for day in days if day < self._today or not self._has_live]


def _day_blocks(
    source: Source, file: Readable, name: str, totals: Totals, *, read_ahead: bool
) -> Generator[Block, None, None]:
    if source.kind is not Kind.WEB:
        for found in parsing.read_lines(file, source_file=name, zone=source.zone):
            totals.lines += found.rows.num_rows + found.blanks
            totals.hits += found.rows.num_rows
            totals.blanks += found.blanks
            yield Block(found.rows)
        return
    with closing(parse(file, source_file=name, line_format="auto", read_ahead=read_ahead)) as parts:
        for parsed in parts:
            totals.add(parsed)
            yield Block(parsed.hits, parsed.rejects)
