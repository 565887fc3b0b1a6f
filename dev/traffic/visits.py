"""What somebody does at a visit, page by page, and the requests that his browser makes for it."""

from __future__ import annotations

from collections.abc import Iterator

from dev.traffic import site
from dev.traffic.clock import MINUTE, SECOND
from dev.traffic.draw import Draw, Weighted
from dev.traffic.people import Visit
from dev.traffic.requests import INTERNAL, Request, answer_size, duration
from dev.traffic.site import Resource

Step = tuple[Resource, str]  # a page, and the target that it is asked for by

_LANDINGS = Weighted(site.landing_choices())
_LONGEST_PAUSE = 28 * MINUTE  # less than the half hour that ends a session
_PLAIN_HTTP = Resource(site.ROOT, "/", "page", "home", 235)
_OLD = tuple(Resource(site.SHOP, path) for path in site.GONE)


def requests(visit: Visit, draw: Draw) -> Iterator[Request]:
    """The requests of a visit, in the order of their pages.

    Args:
        visit: Who does what, from when on.
        draw: Of the day.
    """
    browser = _Browser(visit, draw)
    if visit.source.type == "direct" and draw.chance(0.1):
        yield browser.redirected()
    elif visit.source.type in ("search", "website") and draw.chance(0.03):
        yield browser.missed(draw.one(_OLD))
    for page, target in _path(visit, draw):
        yield from browser.opens(page, target)
    if visit.bought:
        yield from browser.buys()


def _path(visit: Visit, draw: Draw) -> list[Step]:
    """The pages of a visit; the first one with the parameters of its campaign."""
    steps = [(page, page.path) for page in _PATHS[visit.kind.name](draw)]
    if visit.kind.name == "compare" and draw.chance(0.5):
        steps.insert(1, (site.SEARCH, f"{site.SEARCH.path}?q={draw.skewed(site.SEARCHED)}"))
    if visit.source.query:
        page, target = steps[0]
        steps[0] = (page, f"{target}{'&' if '?' in target else '?'}{visit.source.query}")
    return steps


def _glance(draw: Draw) -> list[Resource]:
    return [draw.of(_LANDINGS)]


def _read(draw: Draw) -> list[Resource]:
    start = [site.BLOG_HOME] if draw.chance(0.2) else []
    pages = [*start, *(draw.skewed(site.ARTICLES) for _ in range(draw.whole(1, 4)))]
    if draw.chance(0.15):  # articles lead to the shop
        pages.append(draw.one(site.PRODUCTS))
    return pages


def _browse(draw: Draw) -> list[Resource]:
    start = [site.HOME] if draw.chance(0.5) else []
    return [*start, draw.one(site.COLLECTIONS), *(draw.skewed(site.PRODUCTS) for _ in range(draw.whole(1, 2)))]


def _compare(draw: Draw) -> list[Resource]:
    pages = [draw.of(_LANDINGS), draw.one(site.COLLECTIONS)]
    pages += [draw.skewed(site.PRODUCTS) for _ in range(draw.whole(3, 6))]
    return [*pages, draw.one(site.HELP)] if draw.chance(0.25) else pages


def _basket(draw: Draw) -> list[Resource]:
    pages = [site.HOME] if draw.chance(0.5) else [draw.one(site.COLLECTIONS)]
    pages += [*(draw.skewed(site.PRODUCTS) for _ in range(draw.whole(1, 3))), site.CART]
    if draw.chance(0.4):
        pages += [draw.skewed(site.PRODUCTS), site.CART]
    return [*pages, site.CHECKOUT] if draw.chance(0.35) else pages


def _service(draw: Draw) -> list[Resource]:
    return [draw.one(site.HELP), *([site.ACCOUNT] if draw.chance(0.5) else [])]


_PATHS = {
    "glance": _glance,
    "read": _read,
    "browse": _browse,
    "compare": _compare,
    "basket": _basket,
    "service": _service,
}


class _Browser:
    """Asks for pages and what belongs to them; knows what it has in its cache, and which page it is on."""

    def __init__(self, visit: Visit, draw: Draw) -> None:
        self._visit = visit
        self._draw = draw
        self._now = visit.begun
        self._referrer = visit.source.referrer
        self._source = visit.source
        self._cached: set[Resource] = set()
        if not visit.first:
            self._cached.update(site.ASSETS[site.SHOP], site.ASSETS[site.BLOG], site.FAVICON.values())
        self._protocol = "HTTP/1.1" if draw.chance(0.03) else "HTTP/2.0"

    def redirected(self) -> Request:
        """The address typed without www: sent on to the shop."""
        request = self._request(_PLAIN_HTTP, "/", 301)
        self._now += 300
        return request

    def missed(self, page: Resource) -> Request:
        """A link of old, to a page that is gone."""
        request = self._request(page, page.path, 404)
        self._leave(request)
        self._now += self._pause()
        return request

    def opens(self, page: Resource, target: str) -> Iterator[Request]:
        """A page, its files, and the time that it is looked at."""
        request = self._request(page, target)
        yield request
        self._leave(request)
        yield from self._files(page, request)
        if page is site.CART:
            yield self._call(site.ADD_TO_CART, request, "POST", site.ADD_TO_CART.path)
        self._now += self._pause()

    def buys(self) -> Iterator[Request]:
        """From the cart to the page that says thank you."""
        for page in (site.CART, site.CHECKOUT):
            yield from self.opens(page, page.path)
        yield self._request(site.CHECKOUT, site.CHECKOUT.path, 302, "POST")
        self._now += 400
        yield from self.opens(site.ORDERED, site.ORDERED.path)

    def _request(self, page: Resource, target: str, status: int = 200, method: str = "GET") -> Request:
        size = answer_size(page, status, self._draw.share())
        return Request(
            self._now,
            self._now + duration(size, self._draw.share()),
            self._visit.client,
            page,
            target,
            self._referrer_for(page),
            self._source,
            status,
            size,
            method,
            self._protocol,
            self._visit.number,
        )

    def _referrer_for(self, page: Resource) -> str | None:
        """The whole address to the same host, its root to another: browsers' strict-origin-when-cross-origin."""
        if self._source is not INTERNAL or self._referrer is None:
            return self._referrer
        origin, _, path = self._referrer.removeprefix("https://").partition("/")
        return f"https://{origin}/{path if origin == page.host else ''}"

    def _leave(self, page: Request) -> None:
        self._referrer, self._source = page.url, INTERNAL

    def _pause(self) -> int:
        share, long = self._draw.share(), self._draw.share()
        if long < 0.85:
            return 3 * SECOND + int(60 * SECOND * share * share)
        return int(MINUTE + (_LONGEST_PAUSE if long > 0.98 else 4 * MINUTE) * share * share)

    def _files(self, page: Resource, opened: Request) -> Iterator[Request]:
        draw = self._draw
        wanted = list(site.ASSETS[page.host])
        if page.category in ("collection", "home"):
            wanted += [site.IMAGES[product] for product in site.PRODUCTS if draw.chance(0.2)]
        elif page in site.IMAGES:
            wanted.append(site.IMAGES[page])
        elif page in site.PICTURES:
            wanted.append(site.PICTURES[page])
        for file in (*wanted, site.FAVICON[page.host]):
            if file not in self._cached:
                yield self._file(file, opened, 200)
                self._cached.add(file)
            elif draw.chance(0.04):
                yield self._file(file, opened, 304)
        if page in site.IMAGES:
            yield self._call(site.STOCK, opened, "GET", f"{site.STOCK.path}?ref={site.PRODUCTS.index(page) + 101}")
        elif page.category == "blog" and draw.chance(0.03):
            yield from self._film_or_guide(opened)

    def _file(self, file: Resource, opened: Request, status: int) -> Request:
        draw = self._draw
        begun = opened.ended + 30 + int(900 * draw.share())
        size = answer_size(file, status, draw.share())
        ended = begun + duration(size, draw.share())
        return opened._replace(
            begun=begun,
            ended=ended,
            resource=file,
            target=file.path,
            referrer=opened.url,
            source=INTERNAL,
            status=status,
            size=size,
        )

    def _call(self, what: Resource, opened: Request, method: str, target: str) -> Request:
        return self._file(what, opened, 200)._replace(method=method, target=target)

    def _film_or_guide(self, opened: Request) -> Iterator[Request]:
        if self._draw.chance(0.5):
            yield self._file(site.GUIDE, opened, 200)
            return
        for _ in range(self._draw.whole(2, 5)):  # players fetch films in parts
            part = self._file(site.FILM, opened, 206)
            yield part._replace(size=1_048_576, ended=part.begun + 900)
