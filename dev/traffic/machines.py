"""What robots and the shop's own staff ask for on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dev.traffic import addresses, site
from dev.traffic.addresses import Network
from dev.traffic.clock import HOUR, MINUTE, SECOND, Day
from dev.traffic.draw import Draw, Weighted
from dev.traffic.requests import INTERNAL, Client, Request, answer_size, duration
from dev.traffic.robots import ROBOTS, SCANNED, Robot
from dev.traffic.site import Resource
from dev.traffic.sources import DIRECT, SPAM

_PAGES = (
    *(site.HOME, site.BLOG_HOME, site.SITEMAP, site.FEED),
    *(*site.COLLECTIONS, *site.PRODUCTS, *site.ARTICLES, *site.HELP),
)
_SHARED = (site.HOME, *site.PRODUCTS[:6], *site.ARTICLES[:6])
_OLD = tuple(Resource(site.SHOP, path) for path in site.GONE)
_CRAWLED = Weighted({200: 86.0, 304: 8.0, 404: 5.0, 301: 1.0})
_BURST = 10  # requests that a crawler makes one after the other from one address
_CALLED = Weighted({200: 12.0, 401: 1.0, 404: 2.0})
_LOGIN = Resource(site.SHOP, "/wp-login.php")
_PRIVATE = Resource(site.SHOP, "/admin/", "page", "admin", 381)
_STAFF = "marie.dupont"


class Machines:
    """All robots of the site, with the addresses that they keep for the whole period.

    Args:
        busy: How busy the site is: 1 with 70 visitors a day.
        seed: Of all draws.
    """

    def __init__(self, busy: float, seed: int) -> None:
        self._busy = busy
        self._clients = [(robot, _clients(robot, Draw(f"{seed} robot {place}"))) for place, robot in enumerate(ROBOTS)]

    def requests(self, day: Day, draw: Draw) -> Iterator[Request]:
        """Everything that robots ask for on a day."""
        for robot, clients in self._clients:
            count = int(robot.requests * self._busy * (0.7 + 0.6 * draw.share()) + draw.share())
            yield from _MANNERS[robot.manner](day, draw, clients, count)


def _clients(robot: Robot, draw: Draw) -> list[Client]:
    network = Network.of(robot.network)
    found = [network.any(draw) for _ in range(robot.addresses)]
    system = "Windows" if robot.type == "browser" else None
    brand = "Chrome" if robot.type == "browser" else None
    return [Client(address, robot.agent, robot.country, robot.type, brand, system, robot) for address in found]


def _asked(
    client: Client,
    draw: Draw,
    begun: int,
    page: Resource,
    status: int = 200,
    target: str = "",
    protocol: str = "HTTP/1.1",
) -> Request:
    size = answer_size(page, status, draw.share())
    ended = begun + duration(size, draw.share())
    return Request(begun, ended, client, page, target or page.path, None, DIRECT, status, size, "GET", protocol)


def _crawl(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    client, begun = clients[0], day.start
    for number in range(count):
        if number % _BURST == 0:
            client, begun = draw.one(clients), day.spread(draw)
        begun += draw.whole(1, 90) * SECOND
        if number % 40 == 0:
            yield _asked(client, draw, begun, site.ROBOTS_TXT[draw.one((site.SHOP, site.BLOG))])
            continue
        status = draw.of(_CRAWLED)
        page = draw.one(_OLD) if status == 404 else draw.one(_PAGES)
        request = _asked(client, draw, begun, page, status)
        yield request._replace(host=site.ROOT) if status == 301 and page.host == site.SHOP else request


def _fetch(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    for _ in range(count):
        yield _asked(draw.one(clients), draw, day.moment(draw), draw.skewed(_SHARED), protocol="HTTP/2.0")


def _preview(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    for _ in range(count):
        shared = _asked(draw.one(clients), draw, day.moment(draw), draw.one(_SHARED))
        yield shared.answered(206, 16_384) if draw.chance(0.5) else shared


def _poll(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    feed = clients[0].type == "rss"
    for number in range(count):
        begun = day.start + (day.end - day.start) * number // max(count, 1) + int(20 * SECOND * draw.share())
        client = clients[number % len(clients)]
        if feed:
            yield _asked(client, draw, begun, site.FEED, 200 if draw.chance(0.1) else 304)
        else:
            yield _asked(client, draw, begun, site.HOME)._replace(method="HEAD", size=None)


def _call(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    for _ in range(count):
        target = f"{site.STOCK.path}?ref={draw.whole(95, 130)}"
        yield _asked(draw.one(clients), draw, day.spread(draw), site.STOCK, draw.of(_CALLED), target)


def _mirror(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    for number in range(max(count, 4)):
        begun = day.end - MINUTE + number * 9_000
        asked = _asked(clients[0], draw, begun, draw.one(site.ARTICLES))
        yield asked._replace(ended=begun + draw.whole(20, 110) * SECOND)


def _scan(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    begun = day.start + int((day.end - day.start - HOUR) * draw.share())
    for number in range(count):
        path = draw.one(SCANNED)
        status = 403 if path.startswith("/.") else 404
        if path.startswith("/produits/"):
            page, status = site.PRODUCTS[0], 200
        elif path.startswith("/?"):
            page, status = site.HOME, 200
        else:
            page = Resource(site.SHOP, path, "api" if "xmlrpc" in path else "page")
        yield _asked(clients[0], draw, begun + number * 700 + int(500 * draw.share()), page, status, path)


def _brute(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    begun = day.start + int((day.end - day.start - HOUR) * draw.share())
    basic = draw.chance(0.4)  # a password of HTTP, not of a form: the login is logged
    for number in range(count):
        page, login = (_PRIVATE, draw.one(("admin", "root", "marie"))) if basic else (_LOGIN, None)
        asked = _asked(clients[0], draw, begun + number * 1_500, page, 401 if basic else 404)
        yield asked._replace(method="GET" if basic else "POST", user=login)


def _spam(day: Day, draw: Draw, clients: list[Client], count: int) -> Iterator[Request]:
    for _ in range(count):
        asked = _asked(draw.one(clients), draw, day.spread(draw), site.HOME)
        yield asked._replace(referrer=SPAM.referrer, source=SPAM)


_Manner = Callable[[Day, Draw, list[Client], int], Iterator[Request]]
_MANNERS: dict[str, _Manner] = {
    "crawl": _crawl,
    "fetch": _fetch,
    "preview": _preview,
    "poll": _poll,
    "call": _call,
    "mirror": _mirror,
    "scan": _scan,
    "brute": _brute,
    "spam": _spam,
}


class Staff:
    """Somebody of the shop who sees to the orders, behind a password of HTTP.

    Args:
        seed: Of all draws.
    """

    def __init__(self, seed: int) -> None:
        draw = Draw(f"{seed} staff")
        agent = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
        address = addresses.in_country(addresses.COUNTRIES[0], draw)
        self._client = Client(address, agent, "FR", "browser", "Firefox", "Linux")

    def requests(self, day: Day, draw: Draw) -> Iterator[Request]:
        """The orders of the day, looked at on working days."""
        now = day.start + 9 * HOUR + draw.whole(0, 40) * MINUTE
        for number in range(0 if day.date.weekday() > 4 else draw.whole(4, 12)):
            asked = _asked(self._client, draw, now, site.ADMIN, target=f"{site.ADMIN.path}?page={number + 1}")
            referrer = f"https://{site.SHOP}{site.ADMIN.path}"
            yield asked._replace(user=_STAFF, referrer=referrer, source=INTERNAL, protocol="HTTP/2.0")
            now += draw.whole(1, 15) * MINUTE
