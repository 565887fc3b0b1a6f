"""A small sample of OVH access lines: one month of a French shop and its blog, the same on every machine.

Only ``Random.random`` and ``Random.choices`` are drawn from: their numbers stay from one Python to the next. Each day
has a generator of its own, so that any day can be made alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from dev.demo import sample_words as words

ZONE = ZoneInfo("Europe/Paris")  # of OVH's European clusters
FIRST_DAY = date(2026, 3, 1)
DAYS = 31  # the 29th has 23 hours
_SEED = 1
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VISITS = 230  # a day of weight 1
_MAILED = date(2026, 3, 12)  # a newsletter goes out
_DOWN = (date(2026, 3, 18), range(13, 18))  # day and hours in which the shop's database is down
_DAY_END = 86_400
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Visitor:
    address: str
    agent: str
    referrer: str


@dataclass(frozen=True)
class _Hit:
    second: int  # of the day
    visitor: _Visitor
    target: str
    host: str = words.SHOP
    method: str = "GET"
    status: int = 200
    size: int | None = None
    protocol: str = "HTTP/2.0"


def days(first: date = FIRST_DAY, count: int = DAYS, seed: int = _SEED) -> Iterator[tuple[date, list[bytes]]]:
    """Each day with the lines of its file, without newlines, in the order in which requests ended.

    Args:
        first: The first day.
        count: How many days.
        seed: Another seed, other lines.
    """
    for number in range(count):
        day = first + timedelta(days=number)
        yield day, list(_lines(day, number, Random(f"{seed} {day}")))


def local_time(day: date, second: int) -> datetime:
    """What a clock in Paris shows so many seconds after midnight, with its offset; a skipped hour is the next."""
    shown = (datetime.combine(day, time()) + timedelta(seconds=second)).replace(tzinfo=ZONE)
    return shown.astimezone(timezone.utc).astimezone(ZONE)


def _lines(day: date, number: int, random: Random) -> Iterator[bytes]:
    hits = [*_late_hits(random), *_visits(day, number, random), *_robots(random), *_scans(random)]
    hits = [_down(day, hit, random) for hit in hits]
    lines = [(hit.second, _line(day, hit, random)) for hit in hits]
    lines += [(second, text.replace(b"{t}", _stamp(day, second))) for second, text in _odd(number, random)]
    # A request is logged when it ends and stamped when it began: times are out of order by a few seconds.
    for _, line in sorted(lines, key=lambda item: local_time(day, item[0] + len(item[1]) % 3)):
        yield line


def _odd(number: int, random: Random) -> Iterator[tuple[int, bytes]]:
    for index in range(3):
        yield _second(random), words.ODD_LINES[(number * 3 + index) % len(words.ODD_LINES)]
    if number % 2 == 0:
        yield _second(random), words.BROKEN_LINES[number // 2 % len(words.BROKEN_LINES)]
    if number % 3 == 0:
        yield _second(random), b""


def _visits(day: date, number: int, random: Random) -> Iterator[_Hit]:
    mailed = 1.7 if day == _MAILED else 1.0
    for _ in range(int(_VISITS * words.WEEKDAYS[day.weekday()] * mailed)):
        # Those who come move on: about 25 visitors a day are new, the others were here within the last weeks.
        visitor = _visitor(number * 25 + int(random.random() * 700))
        yield from _visit(visitor, random, mailed=day == _MAILED and random.random() < 0.5)


def _visitor(index: int) -> _Visitor:
    random = Random(f"visitor {index}")
    if random.random() < 0.35:
        address = f"2001:db8:{_whole(random, 1, 4000):x}:{_whole(random, 1, 255):x}::{_whole(random, 1, 65000):x}"
    else:
        address = f"{_one(random, ('198.51.100', '203.0.113'))}.{_whole(random, 1, 74)}"
    return _Visitor(address, _weighted(random, words.BROWSERS), _weighted(random, words.REFERRERS))


def _visit(visitor: _Visitor, random: Random, *, mailed: bool) -> Iterator[_Hit]:
    blog = random.random() < 0.2
    host = words.BLOG if blog else words.SHOP
    second = _second(random)
    page, referrer = _landing(random, blog=blog), visitor.referrer
    if mailed:
        page, referrer = f"{page}?{words.NEWSLETTER}", "-"
    fresh = random.random() < 0.6  # nothing in the browser's cache
    for depth in range(_weighted(random, {1: 42, 2: 18, 3: 14, 4: 10, 6: 8, 9: 5, 14: 3})):
        if second >= _DAY_END - 60:
            return
        comer = replace(visitor, referrer=referrer)
        if random.random() < 0.015:
            yield _Hit(second, comer, _gone(random), host, status=404)
        else:
            yield _Hit(second, comer, page, host)
        if depth == 0 or random.random() < 0.15:
            yield from _static(replace(visitor, referrer=f"https://{host}{page}"), host, second, random, fresh=fresh)
        referrer = f"https://{host}{page}"
        second += 4 + int(150 * random.random() * random.random() * random.random() + 25 * random.random())
        page = _landing(random, blog=True) if blog else _next(random)
    if not blog and random.random() < 0.06 and second < _DAY_END - 60:
        buyer = replace(visitor, referrer=f"https://{host}/panier")
        yield _Hit(second, buyer, "/commande", host, "POST", 302, 0)
        yield _Hit(second + 2, buyer, "/commande/merci", host)


def _landing(random: Random, *, blog: bool) -> str:
    if blog:
        return "/" if random.random() < 0.25 else f"/{_one(random, words.ARTICLES)}/"
    return "/" if random.random() < 0.45 else _next(random)


def _next(random: Random) -> str:
    kind = _weighted(random, {"product": 48, "collection": 26, "cart": 12, "search": 8, "help": 6})
    skewed = words.PRODUCTS[int(random.random() * random.random() * len(words.PRODUCTS))]
    return {
        "product": f"/produits/{skewed}",
        "collection": f"/collections/{_one(random, words.COLLECTIONS)}",
        "cart": "/panier",
        "search": f"/recherche?q={_one(random, words.SEARCHED)}",
        "help": _one(random, ("/livraison", "/contact")),
    }[kind]


def _gone(random: Random) -> str:
    """A page of the shop as it was before."""
    return f"/boutique/{_one(random, words.PRODUCTS)}.html"


def _static(visitor: _Visitor, host: str, second: int, random: Random, *, fresh: bool) -> Iterator[_Hit]:
    images = (f"/images/{product}.webp" for product in words.PRODUCTS if random.random() < 0.18)
    for target in (*words.ASSETS, *images):
        status = 200 if fresh or random.random() < 0.2 else 304
        size = None if status == 200 else 0
        yield _Hit(min(second + int(random.random() * 3), _DAY_END - 1), visitor, target, host, "GET", status, size)


def _robots(random: Random) -> Iterator[_Hit]:
    for (agent, address), pages in words.ROBOTS.items():
        robot = _Visitor(address, agent, "-")
        for _ in range(int(pages * (0.8 + 0.4 * random.random()))):
            if "RSS" in agent:
                yield _Hit(_second(random), robot, "/feed/", words.BLOG, status=_weighted(random, {304: 5, 200: 1}))
            elif "Uptime" in agent:
                yield _Hit(_second(random), robot, "/", method="HEAD", size=0, protocol="HTTP/1.1")
            else:
                status = _weighted(random, {200: 90, 301: 6, 404: 4})
                page = "/robots.txt" if random.random() < 0.04 else _landing(random, blog=False)
                target = _gone(random) if status == 404 else page
                yield _Hit(_second(random), robot, target, status=status, protocol="HTTP/1.1")


def _scans(random: Random) -> Iterator[_Hit]:
    scanner = _Visitor(f"203.0.113.{_whole(random, 200, 250)}", "Mozilla/5.0 zgrab/0.x", "-")
    start = int(_second(random) * 0.98)
    for index in range(_whole(random, 20, 90)):
        target = _one(random, words.SCANNED)
        status = 403 if target.startswith("/.") else 404
        yield _Hit(start + index, scanner, target, status=status, size=196, protocol="HTTP/1.1")


def _late_hits(random: Random) -> Iterator[_Hit]:
    """Requests begun just before midnight that ended after it."""
    for back in (3, 1):
        yield _Hit(-back, _visitor(_whole(random, 0, 700)), "/")


def _down(day: date, hit: _Hit, random: Random) -> _Hit:
    if day == _DOWN[0] and hit.second // 3600 in _DOWN[1] and "." not in hit.target and random.random() < 0.8:
        return replace(hit, status=_weighted(random, {503: 4, 500: 1}), size=312)
    return hit


def _line(day: date, hit: _Hit, random: Random) -> bytes:
    size = int(600 + 48_000 * random.random() * random.random()) if hit.size is None else hit.size
    bare = hit.status in (302, 304) or not size
    if hit.status in (301, 404) and hit.size is None:
        size = 4_180
    who = hit.visitor
    request = f"{hit.method} {hit.target} {hit.protocol}"
    return (
        f"{who.address} {hit.host} - [{_stamp(day, hit.second).decode()}] "
        f'"{request}" {hit.status} {"-" if bare else size} "{who.referrer}" "{who.agent}"'
    ).encode()


def _stamp(day: date, second: int) -> bytes:
    moment = local_time(day, second)
    # Not %b: the name of a month depends on the machine's language.
    return f"{moment.day:02}/{_MONTHS[moment.month - 1]}/{moment:%Y:%H:%M:%S %z}".encode()


def _second(random: Random) -> int:
    return random.choices(range(24), words.HOURS)[0] * 3600 + int(random.random() * 3600)


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random.random() * (high - low + 1))


def _one(random: Random, choices: Sequence[_T]) -> _T:
    return choices[int(random.random() * len(choices))]


def _weighted(random: Random, weights: Mapping[_T, float]) -> _T:
    return random.choices(list(weights), list(weights.values()))[0]
