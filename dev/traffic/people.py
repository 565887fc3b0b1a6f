"""People: who they are, when they come, and what they mean to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dev.traffic import addresses, browsers, interest, sources
from dev.traffic.addresses import Country
from dev.traffic.browsers import Browser
from dev.traffic.clock import HOUR, MINUTE, Day, is_mailed, weight
from dev.traffic.draw import Draw, Weighted
from dev.traffic.interest import Kind, Segment
from dev.traffic.requests import Client
from dev.traffic.sources import Source

_ELSEWHERE = 0.06  # share of people who also come from another network
_HOUSEHOLD = 0.04  # share of people who share the address of the one before


@dataclass
class Person:
    """Somebody with a browser, and what has become of his interest in the shop."""

    number: int
    home: Client
    elsewhere: Client | None
    browser: Browser
    country: Country
    first_source: Source
    segment: Segment
    screen: tuple[int, int]
    language: str
    interest: int = 0
    last_day: int = -1
    visits: int = 0


@dataclass(frozen=True)
class Visit:
    """What somebody does from coming to leaving.

    ``interest`` is that at its end, before a purchase; ``probability`` the true one of a purchase at its end, which
    ``bought`` was drawn with.
    """

    number: int
    person: Person
    client: Client
    day: int
    begun: int
    kind: Kind
    source: Source
    interest: int
    probability: float
    bought: bool
    first: bool


class People:
    """Everybody who comes within a period.

    Args:
        days: Its days.
        count: How many people.
        seed: Of all draws.
    """

    def __init__(self, days: list[Day], count: int, seed: int) -> None:
        arrivals, draw = Weighted({day.number: weight(day.date) for day in days}), Draw(f"{seed} arrivals")
        self._arriving: dict[int, list[int]] = {}
        for number in range(count):
            self._arriving.setdefault(draw.of(arrivals), []).append(number)
        self._seed = seed
        self._known: list[Person] = []
        self._last: Person | None = None
        self._visits = 0

    def visits(self, day: Day, draw: Draw) -> Iterator[Visit]:
        """Everybody's visits of a day, day after day: one a head, some with a second look.

        Args:
            day: The day after the one asked for before.
            draw: Of the day.
        """
        busy = weight(day.date)
        for person in self._known:
            absence = day.number - person.last_day
            if draw.chance(interest.returning(person.interest, absence, busy)):
                yield from self._coming(person, day, draw, interest.cooled(person.interest, absence))
        for number in self._arriving.get(day.number, ()):
            person = self._person(number)
            self._known.append(person)
            yield from self._coming(person, day, draw, 0)

    def _person(self, number: int) -> Person:
        draw = Draw(f"{self._seed} person {number}")
        browser, country, source = browsers.any_browser(draw), addresses.somewhere(draw), sources.first(draw)
        address, agent = addresses.in_country(country, draw), browser.any(draw)
        if self._last is not None and draw.chance(_HOUSEHOLD):
            country, address = self._last.country, self._last.home.address
        home = Client(address, agent, country.code, browser.type, browser.brand, browser.os, None, number)
        elsewhere = None
        if draw.chance(_ELSEWHERE):
            other = addresses.in_country(country, draw)
            elsewhere = Client(other, agent, country.code, browser.type, browser.brand, browser.os, None, number)
        segment = Segment(browser.type == "phone", source.warm)
        screen, language = draw.one(browser.screen), draw.one(country.languages)
        self._last = Person(number, home, elsewhere, browser, country, source, segment, screen, language)
        return self._last

    def _coming(self, person: Person, day: Day, draw: Draw, level: int) -> Iterator[Visit]:
        kind = interest.choose(level, draw)
        reached = interest.after(level, kind)
        probability = interest.purchase(reached, kind, person.segment)
        first = person.visits == 0
        source = person.first_source if first else sources.later(draw, mailed=is_mailed(day.date))
        visit = Visit(
            self._next_number(),
            person,
            person.elsewhere if person.elsewhere and draw.chance(0.3) else person.home,
            day.number,
            day.moment(draw),
            kind,
            source,
            reached,
            probability,
            draw.chance(probability),
            first,
        )
        person.interest = interest.bought() if visit.bought else reached
        person.last_day = day.number
        person.visits += 1
        yield visit
        if draw.chance(0.08) and visit.begun < day.end - 6 * HOUR:
            yield self._second_look(visit, draw)

    def _second_look(self, visit: Visit, draw: Draw) -> Visit:
        """Later on the same day, to no effect on interest or purchase: where is my parcel, what was it called?"""
        begun = visit.begun + 4 * HOUR + draw.whole(0, 60) * MINUTE
        service = next(kind for kind in interest.KINDS if kind.name == "service")
        return Visit(
            self._next_number(),
            visit.person,
            visit.client,
            visit.day,
            begun,
            service,
            sources.DIRECT,
            visit.person.interest,
            0.0,
            bought=False,
            first=False,
        )

    def _next_number(self) -> int:
        self._visits += 1
        return self._visits - 1
