"""One run of an archive: what is new or changed on the log host is fetched, verified, stored and entered."""

from __future__ import annotations

import calendar
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

from ovh_weblogs import manifest
from ovh_weblogs.archive.ledger import Ledger, Storage
from ovh_weblogs.archive.report import Report, spans
from ovh_weblogs.archive.wanted import Wanted
from ovh_weblogs.days import located_source
from ovh_weblogs.errors import LogDamaged, LogMissing, OvhLogsError, SettingsError, TryAgain
from ovh_weblogs.hosting import Fetched, LogHost, NoRoom, Validators, fetch
from ovh_weblogs.manifest import Entry
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import ApiAccess, ArchiveSettings, Source

logger = guarded_logger(__name__)

_TRIES = 2  # days in a row whose host does not answer; then the other days of that log are not tried
_NAMED = 10  # names in one line of the log


def archive(
    settings: ArchiveSettings,
    storage: Storage,
    wanted: Sequence[Wanted] | None = None,
    *,
    only: date | None = None,
    now: datetime | None = None,
) -> tuple[Report, dict[str, Entry]]:
    """Bring the archive up to date. Trouble with one day or one log does not keep the others from being archived.

    Args:
        settings: Access, kinds and period; how long files are kept.
        storage: The archive's folder.
        wanted: Days of logs to archive, in place of the kinds and the period.
        only: The one day that is archived: the folder's partition.
        now: The moment from which days are counted; the clock's unless given.

    Returns:
        What was done and what could not be done (``Report.check`` raises it), and the files that count, by path.

    Raises:
        InputError: The manifest is damaged, and so is its copy.
        NoRoom: A day does not fit into the folder of temporary files.
        TryAgain: The storage does not answer, or did not take a file.
    """
    now = now or datetime.now(timezone.utc)
    with _workspace(settings.temp_folder) as folder:
        run = _Run(settings, storage, folder, only, now)
        try:
            for each in wanted if wanted is not None else _of_period(settings):
                run.log(each, by_period=wanted is None)
        except OvhLogsError:
            with suppress(OvhLogsError):  # the first trouble is the one to tell
                run.ledger.flush()
            raise
        return run.finished()


def _of_period(settings: ArchiveSettings) -> list[Wanted]:
    return [Wanted("", "", kind) for kind in settings.kinds]


class _Run:
    def __init__(
        self, settings: ArchiveSettings, storage: Storage, folder: Path, only: date | None, now: datetime
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._folder = folder
        self._only = only
        self._now = now
        self._located: dict[tuple[str, str], Source] = {}
        self._report = Report()
        self.ledger = Ledger(storage, only)

    def log(self, wanted: Wanted, *, by_period: bool) -> None:
        """Archive the days of one log; what fails is noted."""
        try:
            source = self._source(wanted)
            with closing(LogHost(source)) as host:
                if by_period:
                    days, absent = self._by_period(host, source)
                else:
                    first = self._first_kept(source)
                    days = [day for day in sorted(wanted.days) if day >= first]
                    absent = {day for day in wanted.missing - wanted.days if day >= first}
                gone = self._days(host, source, days)
                if days and gone == set(days):
                    host.check_domain()  # a wrong name looks like days that are missing
                absent |= gone
        except (NoRoom, _StorageTrouble):
            raise
        except OvhLogsError as error:
            name = wanted.fqdn or self._settings.source.name
            self._report.failed.append((f"the {wanted.kind.value} log of {name}", error))
            return
        missing = absent - self.ledger.days(source.domain, source.kind.value)
        self._report.missing += len(missing)
        if missing:
            logger.warning("The %s log of %s is missing for %s", source.kind.value, source.domain, spans(missing))

    def finished(self) -> tuple[Report, dict[str, Entry]]:
        """Remove what is too old, write the manifest a last time, and count."""
        if self._settings.keep_months:
            self._report.removed = self._removed(self._first_kept(self._settings.source))
        self.ledger.flush()
        entries, report = self.ledger.entries, self._report
        report.files = len(entries)
        report.bytes = sum(entry.size for entry in entries.values())
        report.lines = sum(entry.lines or 0 for entry in entries.values())
        uncounted = self.ledger.uncounted
        if uncounted:
            more = f" and {len(uncounted) - _NAMED} more" if len(uncounted) > _NAMED else ""
            logger.warning(
                "%d files are not in the manifest and do not count: %s%s",
                len(uncounted),
                ", ".join(path.lstrip("/") for path in uncounted[:_NAMED]),
                more,
            )
        return report, entries

    def _source(self, wanted: Wanted) -> Source:
        """The source of a log, found out once for all its kinds."""
        key = wanted.service, wanted.fqdn
        if key not in self._located:
            source = self._settings.source
            if isinstance(source.access, ApiAccess) and (wanted.service or wanted.fqdn):
                service = wanted.service or source.access.service
                domain = "" if wanted.fqdn == service else wanted.fqdn
                source = replace(source, access=replace(source.access, service=service, domain=domain))
            elif wanted.fqdn:
                source = replace(source, domain=wanted.fqdn)
            self._located[key] = located_source(source)
        return replace(self._located[key], kind=wanted.kind)

    def _by_period(self, host: LogHost, source: Source) -> tuple[list[date], set[date]]:
        """Published days, and those that should be and are not."""
        first, today = self._first_kept(source), self._today(source)
        days = [day for day in ([self._only] if self._only else source.period.days(today)) if day >= first]
        if not days:
            raise SettingsError(
                f"No day of the period is over yet in {source.zone}, or all are older than keep_months keeps",
                fix="let it begin before today, and keep more months",
            )
        published = list(host.published(days))
        late = {day for day in days if host.ended_within(day, source.grace_hours, self._now)}
        return published, set(days) - set(published) - late

    def _days(self, host: LogHost, source: Source, days: Iterable[date]) -> set[date]:
        """Archive days of a log; gives those that the host does not have."""
        absent, silent = set(), 0
        for day in days:
            try:
                self._day(host, source, day)
                silent = 0
            except LogMissing:
                absent.add(day)
            except (LogDamaged, TryAgain) as error:
                silent = silent + 1 if isinstance(error, TryAgain) else 0
                if isinstance(error, _StorageTrouble) or silent == _TRIES:
                    raise
                logger.warning("%s", error.problem)
                self._report.failed.append((f"the {source.kind.value} log of {source.domain} for {day}", error))
        return absent

    def _day(self, host: LogHost, source: Source, day: date) -> None:
        with _storing():
            entry = self.ledger.entry(source.domain, source.kind.value, day)
        known = Validators(entry.etag, entry.last_modified) if entry else None
        fetched = fetch(host, day, self._folder, known, max_bytes=source.max_day_bytes)
        if fetched is None or (entry and self._is_no_better(entry, fetched)):
            self._report.unchanged += 1
            return
        with _storing():
            self.ledger.put(
                fetched.path,
                Entry(
                    size=fetched.size,
                    sha256=fetched.sha256,
                    lines=fetched.lines,
                    fqdn=source.domain,
                    kind=source.kind.value,
                    day=day.isoformat(),
                    etag=fetched.validators.etag,
                    last_modified=fetched.validators.last_modified,
                    archived=f"{self._now:%Y-%m-%dT%H:%M:%SZ}",
                ),
            )
        self._report.fetched += 1
        self._report.fetched_bytes += fetched.size

    def _is_no_better(self, entry: Entry, fetched: Fetched) -> bool:
        """Whether the archive's file stays: it is the same, or has lines that the host has lost."""
        same = (fetched.size, fetched.sha256) == (entry.size, entry.sha256.lower())
        if not same and fetched.lines >= (entry.lines or 0):
            return False
        if not same:
            logger.warning(
                "The %s log of %s for %s has only %d lines now: its %d archived ones are kept",
                entry.kind,
                entry.fqdn,
                entry.day,
                fetched.lines,
                entry.lines,
            )
        state = fetched.validators  # not to be fetched again until it changes once more
        self.ledger.note_state(entry, state.etag, state.last_modified)
        return True

    def _today(self, source: Source) -> date:
        return self._now.astimezone(source.zone).date()

    def _first_kept(self, source: Source) -> date:
        """The first day that is not older than ``keep_months``."""
        months = self._settings.keep_months
        return _months_before(self._today(source), months) if months else date.min

    def _removed(self, first: date) -> int:
        """Remove what the manifest names of earlier days; of a partitioned folder, that of each day."""
        if self._only is None:
            return self.ledger.remove_before(first)
        old = [
            day
            for day in map(_day_of, manifest.day_folders(self._storage.paths()))
            if day < first and day != self._only
        ]
        return sum(Ledger(self._storage, day).remove_before(first) for day in old)


class _StorageTrouble(TryAgain):
    """The folder's storage failed: no other day will fare better."""


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except TryAgain as error:
        raise _StorageTrouble(error.problem, fix=error.fix) from error


@contextmanager
def _workspace(temp_folder: str | None) -> Iterator[Path]:
    """A folder for the one file that is under way; removed at the end."""
    try:
        made = tempfile.TemporaryDirectory(prefix="ovh-logs-", dir=temp_folder, ignore_cleanup_errors=True)
    except OSError as cause:
        where = temp_folder or tempfile.gettempdir()
        raise NoRoom(
            f"The folder {where}, meant for temporary files, cannot be written to ({cause.strerror})",
            fix="name another one as temp_folder in the plugin's settings, or have its rights changed",
        ) from cause
    with made as name:
        yield Path(name)


def _day_of(folder: str) -> date:
    return date.fromisoformat(folder.strip("/").replace("/", "-"))


def _months_before(day: date, months: int) -> date:
    """The same day so many months ago; the last of its month where that has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
