"""What a log tree holds: its files of every kind and day, with sizes and dates, and the days that are missing."""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import requests

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.hosting import pages
from ovh_weblogs.hosting.connections import Connections
from ovh_weblogs.hosting.livefile import LIVE_KINDS
from ovh_weblogs.hosting.transport import NOT_FOUND, Forbidden
from ovh_weblogs.secret import guarded_logger
from ovh_weblogs.settings import ApiAccess, Kind, OfferSettings

logger = guarded_logger(__name__)

_AHEAD = 16  # files asked for before their rows are wanted
_UNLISTED_MONTHS = 24  # asked for where no page tells which there are: the oldest logs that users report
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """A file, or a day without one."""

    service: str  # empty where it is not known
    fqdn: str
    kind: Kind
    day: date
    file: str
    bytes: int | None = None
    modified: datetime | None = None
    live: bool = False
    missing: bool = False


@dataclass(frozen=True, order=True)
class _Place:
    """Where a file is, or may be."""

    day: date
    live: bool
    path: str


class Offers:
    """The files of one log tree.

    Args:
        settings: Which kinds and months; its source is located.
        today: The day in the cluster's zone: the last that may have a file.
        preview: Whether only a few rows are wanted: nothing is asked for ahead.
    """

    def __init__(self, settings: OfferSettings, today: date, *, preview: bool = False) -> None:
        self._settings = settings
        self._source = settings.source
        self._today = today
        self._ahead = 0 if preview else _AHEAD
        self._told = False

    def rows(self) -> Generator[Offer, None, None]:
        """Files and missing days, in the order of kinds (as ``Kind`` has them) and days.

        Days are missing between the first and the last daily file of a kind.

        Raises:
            SettingsError: The host knows no such tree.
            OvhLogsError: The host refuses, or cannot be reached.
        """
        with closing(Connections(self._source, min(self._source.network.connections, self._ahead + 1))) as connections:
            months = self._months(connections)
            for kind in Kind:
                if kind in self._settings.kinds:
                    yield from self._of_kind(connections, kind, months)

    def _of_kind(self, ask: Connections, kind: Kind, months: dict[date, tuple[str, ...]]) -> Iterator[Offer]:
        places = heapq.merge(self._daily(ask, kind, months), self._live(ask, kind))
        return _with_missing(self._asked(ask, kind, places), self._missing)

    def _asked(self, ask: Connections, kind: Kind, places: Iterable[_Place]) -> Iterator[Offer]:
        """The files that are there, in order; some are asked for ahead."""
        waiting: deque[tuple[_Place, Future[Offer | None]]] = deque()
        for place in places:
            waiting.append((place, ask.later("HEAD", place.path, self._reader(kind, place))))
            if len(waiting) > self._ahead:
                yield from filter(None, [waiting.popleft()[1].result()])
        for _, future in waiting:
            yield from filter(None, [future.result()])

    def _reader(self, kind: Kind, place: _Place) -> Callable[[requests.Response], Offer | None]:
        def read(response: requests.Response) -> Offer | None:
            if response.status_code == NOT_FOUND:
                return None
            length = response.headers.get("Content-Length", "")
            return replace(
                self._offer(kind, place.day, place.path.rpartition("/")[2]),
                bytes=int(length) if length.isascii() and length.isdigit() else None,
                modified=_moment(response.headers.get("Last-Modified", "")),
                live=place.live,
            )

        return read

    def _offer(self, kind: Kind, day: date, file: str) -> Offer:
        access = self._source.access
        service = access.service if isinstance(access, ApiAccess) else ""
        return Offer(service, self._source.domain, kind, day, file)

    def _missing(self, like: Offer, day: date) -> Offer:
        return replace(self._offer(like.kind, day, self._name(day)), missing=True)

    def _name(self, day: date) -> str:
        return f"{self._source.domain}-{day:%d-%m-%Y}.log.gz"

    def _months(self, ask: Connections) -> dict[date, tuple[str, ...]]:
        """First day of each month, in order, and the trees that may hold it."""
        found: dict[date, tuple[str, ...]] = {}
        known = False
        for tree in pages.TREES:
            try:
                links = ask.page(f"/{self._source.domain}/{tree}")
            except Forbidden:
                return self._unlisted()
            known = known or links is not None
            for (year, month), where in pages.months(links or [], tree).items():
                trees = found.setdefault(date(year, month, 1), ())
                if where not in trees:
                    found[date(year, month, 1)] = (*trees, where)
        if not known:
            raise SettingsError(
                f"{self._source.host} has no logs of {self._source.domain} (404)",
                fix="write the domain as the OVH panel shows it in the address of the logs",
            )
        earliest = _months_back(self._today, self._settings.months) if self._settings.months else date.min
        return {first: found[first] for first in sorted(found) if first >= earliest}

    def _unlisted(self) -> dict[date, tuple[str, ...]]:
        count = self._settings.months or _UNLISTED_MONTHS
        self._tell(f"the days of the last {count} months are asked for one by one")
        return {_months_back(self._today, back): pages.TREES for back in range(count, 0, -1)}

    def _tell(self, what: str) -> None:
        if not self._told:
            self._told = True
            logger.info("%s shows no lists of the logs of %s: %s", self._source.host, self._source.domain, what)

    def _daily(self, ask: Connections, kind: Kind, months: dict[date, tuple[str, ...]]) -> Iterator[_Place]:
        """Places of daily files, in order of days; where no page lists them, of every day that may have one."""
        below = "" if kind is Kind.WEB else f"{kind.value}/"
        for first, trees in months.items():
            days = [first + n * _ONE_DAY for n in range(31)]
            days = [day for day in days if day.month == first.month and day <= self._today]
            places: dict[date, _Place] = {}
            for tree in trees:
                folder = f"/{self._source.domain}/{tree}logs-{first:%m-%Y}/{below}"
                for day in self._listed(ask, folder, days):
                    places.setdefault(day, _Place(day, live=False, path=folder + self._name(day)))
            yield from (places[day] for day in sorted(places))

    def _listed(self, ask: Connections, folder: str, days: list[date]) -> list[date]:
        try:
            links = ask.page(folder)
        except Forbidden:
            self._tell("days are asked for one by one")
            return days
        there = pages.names(links or [])
        return [day for day in days if self._name(day) in there]

    def _live(self, ask: Connections, kind: Kind) -> Iterator[_Place]:
        """Places of live files: in ``osl/``, those of other kinds than web in a folder of their own."""
        if kind not in LIVE_KINDS:
            return
        folder = f"/{self._source.domain}/osl/" + ("" if kind is Kind.WEB else f"{kind.value}/")
        try:
            links = ask.page(folder)
        except Forbidden:
            yield self._live_place(folder, self._today)
            return
        named = re.compile(re.escape(self._source.domain) + r"-(\d\d-\d\d-\d{4})\.log")
        found = filter(None, map(named.fullmatch, pages.names(links or [])))
        days = sorted(day for day in (_day(match[1]) for match in found) if day)
        yield from (self._live_place(folder, day) for day in days)

    def _live_place(self, folder: str, day: date) -> _Place:
        return _Place(day, live=True, path=f"{folder}{self._source.domain}-{day:%d-%m-%Y}.log")


def _with_missing(offers: Iterable[Offer], missing: Callable[[Offer, date], Offer]) -> Iterator[Offer]:
    """The offers of one kind, with the days that have none between two daily files."""
    last: date | None = None
    for offer in offers:
        if not offer.live:
            days = (offer.day - last).days if last else 0
            yield from (missing(offer, offer.day - back * _ONE_DAY) for back in range(days - 1, 0, -1))
            last = offer.day
        yield offer


def _months_back(today: date, count: int) -> date:
    """First day of the month that is the earliest of so many, the current one among them."""
    year, month = divmod(today.year * 12 + today.month - count, 12)
    return date(year, month + 1, 1)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(f"{text} +0000", "%d-%m-%Y %z").date()
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """The instant of a Last-Modified."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
