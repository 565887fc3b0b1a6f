"""The tree of daily files on a log host: where a day stands, which days are there."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta, timezone
from typing import TypeVar

import requests

from ovh_weblogs.errors import LogMissing, SettingsError
from ovh_weblogs.hosting import pages
from ovh_weblogs.hosting.dayfile import DayFile, Validators
from ovh_weblogs.hosting.livefile import LiveFile
from ovh_weblogs.hosting.passes import pass_of
from ovh_weblogs.hosting.transport import NOT_FOUND, Forbidden, Transport
from ovh_weblogs.settings import Kind, Source

_Answer = TypeVar("_Answer")
_FEW_MONTHS = 2  # so many are asked for one by one; for more, the page that lists all months is worth its request
_LOOKED_INTO = 12  # months in which the newest day is looked for: some may hold none, or other kinds of log


class LogHost:
    """One domain's logs of one kind. Not thread-safe; keeps one connection.

    Args:
        source: Host, domain, access, kind and patience; located.
        preview: Whether only a few rows are wanted.
    """

    def __init__(self, source: Source, *, preview: bool = False) -> None:
        self._source = source
        self._kind = "" if source.kind is Kind.WEB else f"{source.kind.value}/"
        self._transport = Transport(source.host, pass_of(source), source.network, preview=preview)
        self._preview = preview
        self._tree: str | None = None

    def close(self) -> None:
        """Give the connection back."""
        self._transport.close()

    def file_name(self, day: date) -> str:
        """Name of the day's file."""
        return f"{self._source.domain}-{day:%d-%m-%Y}.log.gz"

    @contextmanager
    def day(
        self, day: date, *, known: Validators | None = None, keep: Callable[[bytes], object] | None = None
    ) -> Iterator[DayFile]:
        """The day's content, open for reading; ``known`` and ``keep`` are those of ``DayFile``.

        Raises:
            LogMissing: The host has no such file.
            OvhLogsError: The host refuses, cannot be reached, or sends damaged content.
        """
        file = self.day_file(day, known=known, keep=keep)
        if file is None:
            raise self.missing(day)
        with closing(file):
            yield file

    def day_file(
        self, day: date, *, known: Validators | None = None, keep: Callable[[bytes], object] | None = None
    ) -> DayFile | None:
        """The day's content, to be read and closed; None where the host has no such file.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        for tree in pages.TREES if self._tree is None else (self._tree,):
            path, name = self._month(tree, day) + self.file_name(day), self._name(day)
            file = DayFile(
                self._transport,
                path,
                name,
                self._source.network,
                preview=self._preview,
                known=known,
                keep=keep,
            )
            if file.exists():
                self._tree = tree
                return file
        return None

    def live_file(self, day: date) -> LiveFile | None:
        """What the day's live file holds now, to be read and closed; None where the host has no such file.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        name = f"The live {self._source.kind.value} log of {self._source.domain} for {day}"
        file = LiveFile(self._transport, self._live_path(day), name, self._source.network)
        return file if file.exists() else None

    def has_live(self, day: date) -> bool:
        """Whether the day has a live file, without fetching it.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        return self._patiently("HEAD", self._live_path(day), lambda response: response.status_code != NOT_FOUND)

    def missing(self, day: date) -> LogMissing:
        """The error of a day that the host has no file for."""
        return LogMissing(
            f"{self._name(day)} is not on {self._source.host} (404)",
            fix="shorten the period, or set 'Missing days' to skip",
        )

    def published(self, days: Iterable[date]) -> Iterator[date]:
        """Those of the days that the host has a file for, in order, asked for month by month as they are wanted.

        Raises:
            SettingsError: The host knows no such domain.
            OvhLogsError: The host refuses, or cannot be reached.
        """
        months: dict[tuple[int, int], list[date]] = {}
        for day in sorted(set(days)):
            months.setdefault((day.year, day.month), []).append(day)
        listed = self._listed_months() if len(months) > _FEW_MONTHS else None
        found = False
        for month, wanted in months.items():
            for day in self._published_in_month(wanted) if listed is None or month in listed else ():
                found = True
                yield day
        if months and not found:
            self.check_domain()

    def newest(self, until: date) -> date | None:
        """The newest day up to another that the host has a file for, as far as its pages list months; None without one.

        Raises:
            OvhLogsError: The host refuses, or cannot be reached.
        """
        months = (month for month in self._listed_months() or () if month <= (until.year, until.month))
        for year, month in sorted(months, reverse=True)[:_LOOKED_INTO]:
            days = (date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))
            if published := self._published_in_month([day for day in days if day <= until]):
                return published[-1]
        return None

    def check_domain(self) -> None:
        """Ask for the domain's own page, to tell an unknown domain from a missing day.

        Raises:
            SettingsError: The host answers 404 for it.
        """
        try:
            known = self._page(f"/{self._source.domain}/") is not None
        except Forbidden:  # the index may be switched off
            return
        if not known:
            raise SettingsError(
                f"{self._source.host} has no logs of {self._source.domain} (404)",
                fix="write the domain as the OVH panel shows it in the address of the logs",
            )

    def ended_within(self, day: date, hours: float, now: datetime) -> bool:
        """Whether the day ended, in the cluster's zone, less than that many hours ago (or has not ended)."""
        end = datetime.combine(day + timedelta(days=1), time(), self._source.zone)
        return now - end.astimezone(timezone.utc) < timedelta(hours=hours)

    def _name(self, day: date) -> str:
        return f"The {self._source.kind.value} log of {self._source.domain} for {day}"

    def _live_path(self, day: date) -> str:
        return f"/{self._source.domain}/osl/{self._kind}{self.file_name(day).removesuffix('.gz')}"

    def _month(self, tree: str, day: date) -> str:
        return f"/{self._source.domain}/{tree}logs-{day:%m-%Y}/{self._kind}"

    def _listed_months(self) -> set[tuple[int, int]] | None:
        """Year and month of every folder that the tree's own page lists; None where no page lists any."""
        for tree in pages.TREES:
            try:
                page = self._page(f"/{self._source.domain}/{tree}")
            except Forbidden:
                return None
            folders = pages.months(page or [], tree)
            if folders:
                self._tree = min(folders.values(), key=pages.TREES.index)
                return set(folders)
        return None

    def _published_in_month(self, days: list[date]) -> list[date]:
        for tree in pages.TREES if self._tree is None else (self._tree,):
            try:
                page = self._page(self._month(tree, days[0]))
            except Forbidden:  # the index may be switched off while its files are served
                return [day for day in days if self._has_file(day)]
            if page is not None:
                self._tree = tree
                names = pages.names(page)
                return [day for day in days if self.file_name(day) in names]
        return []

    def _page(self, path: str) -> list[str] | None:
        return pages.linked_paths(self._transport, self._source, path)

    def _has_file(self, day: date) -> bool:
        for tree in pages.TREES if self._tree is None else (self._tree,):
            path = self._month(tree, day) + self.file_name(day)
            if self._patiently("HEAD", path, lambda response: response.status_code != NOT_FOUND):
                self._tree = tree
                return True
        return False

    def _patiently(self, method: str, path: str, use: Callable[[requests.Response], _Answer]) -> _Answer:
        return pages.patiently(self._transport, self._source, method, path, use)
