"""The tracker's side of the same visits: what WT1's script, the shop's server and its app send.

Facts: dataiku/wt1, ``js/track.js`` and ``controllers``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dev.traffic.clock import HOUR, MINUTE, SECOND, minutes_behind_utc
from dev.traffic.draw import Draw
from dev.traffic.people import Person
from dev.traffic.requests import INTERNAL, Client, Request
from dev.traffic.site import HOME
from dev.traffic.sources import DIRECT
from dev.traffic.wt1 import Event, java_uuid

_SESSION = 3 * MINUTE  # life of the session cookie, the constant ``sessionLifetimeMinutes`` of track.js
_BLOCKED, _REFUSED, _OPTED_OUT, _TRIMMED = 0.12, 0.04, 0.03, 0.05  # shares of people
# track.js writes the first blank as "+", those after it as "%20".
_ADDED = "action=ajout&produit=Th%C3%A9+vert%20bio"


@dataclass
class _Identity:
    """Somebody as the tracker knows him: cookies by host, and what his browser says of itself."""

    blocks: bool
    refuses: bool
    opted_out: bool
    trims: bool
    skew: int
    window: tuple[int, int]
    cookies: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    global_id: str = ""
    params: str | None = None


class Tracker:
    """What the tracker's server receives.

    Args:
        seed: Of all draws.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[int, _Identity] = {}

    def events(self, person: Person, requests: list[Request], draw: Draw, *, bought: bool) -> list[Event]:
        """The events of a visit: one for each page that was seen, one for each article put in the cart, one for a sale.

        Args:
            person: Whose visit it is.
            requests: The visit's requests.
            draw: Of the day.
            bought: Whether something was bought: the shop's own server tells the tracker of it.
        """
        who = self._identity(person)
        if who.blocks:
            return []
        campaign = next((request.source.campaign for request in requests if request.source.campaign), None)
        found: list[Event] = []
        for request in requests:
            if request.is_pageview:
                found.append(self._page(who, person, request, campaign, draw))
            elif request.method == "POST" and request.resource.kind == "api" and found:
                put = found[-1]._replace(moment=request.ended + 60, type="event", event_params=_ADDED)
                found.append(put._replace(client_moment=put.moment - 60 + who.skew))
        if bought and found:
            found.append(_api(found[-1])._replace(type="achat", event_params="action=achat&montant=38.50"))
            who.params = "client=oui&club=or"
        return found

    def _identity(self, person: Person) -> _Identity:
        known = self._known.get(person.number)
        if known is None:
            draw = Draw(f"{self._seed} tracker {person.number}")
            width, height = person.screen
            known = self._known[person.number] = _Identity(
                draw.chance(_BLOCKED),
                draw.chance(_REFUSED),
                draw.chance(_OPTED_OUT),
                draw.chance(_TRIMMED),
                draw.whole(-40, 90) * SECOND if draw.chance(0.2) else draw.whole(-900, 900),
                (width, height - draw.whole(80, 190)),
            )
        return known

    def _page(self, who: _Identity, person: Person, request: Request, campaign: str | None, draw: Draw) -> Event:
        moment = request.ended + 250 + int(1_800 * draw.share() * draw.share())
        visitor, session = self._cookies(who, request.vhost, moment, draw)
        search = request.target.partition("?q=")[2]
        # Some browsers trim the address that the tracker is told to its root: what the page was is lost with it.
        location, page = (f"https://{request.vhost}/", None) if who.trims else (request.url, request.resource)
        return Event(
            moment,
            moment - 60 + who.skew,
            request.client,
            visitor,
            session,
            location,
            request.referrer or "",
            "page",
            who.params,
            f"campagne={campaign}" if campaign else None,
            f"recherche={search}" if search else "",
            who.window,
            person.screen,
            person.language,
            str(minutes_behind_utc(person.country.zone, moment // HOUR)),
            "" if who.opted_out else who.global_id,
            page,
            None if who.trims else request.source,
            request.visit,
        )

    def _cookies(self, who: _Identity, host: str, moment: int, draw: Draw) -> tuple[str, str]:
        if who.refuses:  # ids of the server's making, new with each request
            who.global_id = f"{draw.digits(12)}4{draw.digits(3)}a{draw.digits(15)}"  # a random UUID, of version 4
            return f"Z{draw.digits(32)}", f"Z{draw.digits(32)}"
        visitor = who.cookies.setdefault(host, _cookie(draw))
        who.global_id = who.global_id or java_uuid(visitor)
        session, until = who.sessions.get(host, ("", 0))
        if moment > until:
            session = _cookie(draw)
        who.sessions[host] = (session, moment + _SESSION)
        return visitor, session

    def oddities(self, day: int, moment: int, draw: Draw) -> list[Event]:
        """An event of the phone's app, which sends what the server does not expect; and a line that is hard to read."""
        vendor = f"{draw.digits(8)}-{draw.digits(4)}-4{draw.digits(3)}-a{draw.digits(3)}-{draw.digits(12)}".upper()
        app = _APP._replace(moment=moment, client_moment=moment, visitor_id=vendor)
        name, changes = _ODDITIES[day % len(_ODDITIES)]
        later = moment + MINUTE
        usual = _PAGE._replace(
            moment=later, client_moment=later, visitor_id=_cookie(draw), session_id=_cookie(draw), hard=name
        )
        return [app, usual._replace(**changes)]


def _cookie(draw: Draw) -> str:
    """An id as track.js makes it: 15 digits, the eighth of them 1."""
    return f"{draw.digits(7)}1{draw.digits(7)}"


def _api(event: Event) -> Event:
    """The same as the JSON API writes it: no clock, no referrer, no sizes, no zone, no global id."""
    return event._replace(
        moment=event.moment + 700,
        client_moment=0,
        referrer=None,
        source=DIRECT,
        session_params=None,
        browser_size=(0, 0),
        screen_size=(0, 0),
        timezone_offset=None,
        global_visitor_id=None,
    )


def _event(client: Client, **values: Any) -> Event:
    """A page view, with other values where they are given."""
    usual = {
        "moment": 0,
        "client_moment": 0,
        "client": client,
        "visitor_id": None,
        "session_id": None,
        "location": HOME.url,
        "referrer": "",
        "type": "page",
        "visitor_params": None,
        "session_params": None,
        "event_params": "",
        "browser_size": (390, 764),
        "screen_size": (390, 844),
        "language": "fr-FR",
        "timezone_offset": "-60",
        "global_visitor_id": "",
        "page": HOME,
        "source": DIRECT,
    }
    return Event(**{**usual, **values})


def _odd(agent: str) -> Client:
    return Client("92.128.4.5", agent, "FR", "browser", "Firefox", "Linux")


# The app sends JSON objects where queries are expected, no session, and its vendor's UUID as the visitor's id.
_APP = _api(
    _event(
        Client("2.4.18.7", "iOS app 'Maison du thé' 2.1", "FR", "unknown"),
        location="app://accueil",
        visitor_params='{"client":"oui"}',
        language=None,
        page=None,
        hard="an event of the iOS app",
    )
)._replace(session_params="{}")
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
_PAGE = _event(_odd(_FIREFOX))
_ODDITIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("an agent that ends in a backslash", {"client": _odd(_FIREFOX + "\\")}),
    ("a tab in the agent", {"client": _odd(_FIREFOX + "\tx")}),
    ("a quote in the language", {"language": 'fr"FR'}),
    ("tabs in the visitor's id", {"visitor_id": "0\t0\t0"}),
    ("a tab in the session's id", {"session_id": "0\t0"}),
    ("a zone that is no number", {"timezone_offset": "x"}),
    ("no visitor's id", {"visitor_id": None}),
    ("a backslash in the referrer", {"referrer": "https://www.example.com/a\\b", "source": INTERNAL}),
    ("parameters without a value, with two, and twice", {"event_params": "action=&x&produit=a=b&c=1&c=2"}),
    ("a key that is repeated", {"event_params": "produit=oolong&produit=sencha"}),
    ("a tab in a parameter that has a column", {"event_params": "produit=th%09vert"}),
    ("a line feed in a parameter that has a column", {"event_params": "produit=th%0Avert"}),
)
