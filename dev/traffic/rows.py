"""Lines as rows of truth: the values that a reader has to find in each, and what is true beyond them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from dev.traffic.clock import logged, utc
from dev.traffic.hardlines import HardLine
from dev.traffic.requests import SHOWN, Client, Request, visitor_key
from dev.traffic.site import HOME, SEARCH, SHOP, Resource
from dev.traffic.sources import DIRECT, Source
from dev.traffic.wt1 import Event, Layout
from ovh_weblogs.schema import HITS

Row = dict[str, Any]
_ELSEWHERE = Resource(SHOP, "/")  # a page that the site does not have
_PAGES = {HOME.path: HOME, SEARCH.path: SEARCH}
_TEXT, _FLAG, _NUMBER = pa.string(), pa.bool_(), pa.int32()
SCHEMA = pa.schema(
    [
        ("kind", _TEXT),  # hit, reject, blank, or header (of a tracker's file)
        ("hard", _TEXT),  # what is hard about the line
        ("line", pa.binary()),  # its bytes, of a reject
        *HITS.arrow,
        ("visitor_key", _TEXT),
        ("person", _NUMBER),
        ("visit", _NUMBER),
        ("is_human", _FLAG),
        ("robot", _TEXT),  # name of the robot that it is truly, whether it says so or not
        ("is_bot", _FLAG),  # its agent says that it is no person's browser
        ("bot_name", _TEXT),  # as the agent tells
        ("bot_category", _TEXT),
        ("country", _TEXT),
        ("useragent_type", _TEXT),
        ("useragent_brand", _TEXT),
        ("useragent_os", _TEXT),
        ("resource_class", _TEXT),
        ("page_category", _TEXT),
        ("is_pageview", _FLAG),
        ("is_conversion", _FLAG),
        ("referer_type", _TEXT),
        ("channel", _TEXT),
        ("campaign", _TEXT),
    ]
)


def of_request(request: Request) -> Row:
    """A request of the access log; file and number of its line are added by who writes it."""
    return {
        "kind": "hit",
        "log_family": "server",
        "server_ts": logged(request.begun),
        "vhost": request.vhost,
        "user": request.user,
        "method": request.method,
        "location": request.url,
        "protocol": request.protocol,
        "status": request.status,
        "bytes": request.size,
        "referer": request.referrer,
        "visitor_key": request.client.key,
        "visit": request.visit,
        "is_pageview": request.is_pageview,
        "is_conversion": request.is_conversion,
        **_known(request.resource, request.source),
        **_client(request.client),
    }


def of_event(event: Event, layout: Layout) -> Row:
    """An event of the tracker, as far as the layout of its file tells it."""
    cookie, page, source = event.visitor_id, event.page, event.source
    zone = event.timezone_offset or ""
    offset = int(zone) if zone.lstrip("-").isdigit() else None
    made = visitor_key(event.client.address, event.client.agent, event.language or None, offset)
    return {
        "kind": "hit",
        "hard": event.hard,
        "log_family": "tracker",
        "server_ts": utc(event.moment),
        "client_ts": utc(event.client_moment) if layout.timestamps else None,
        "visitor_id": event.visitor_id,
        "session_id": event.session_id if layout.sessions else None,
        "location": event.location,
        "referer": event.referrer or None,
        "type": event.type,
        "visitor_params": event.visitor_params or None,
        "session_params": event.session_params or None,
        "event_params": event.event_params or None,
        "br_width": event.browser_size[0],
        "br_height": event.browser_size[1],
        "sc_width": event.screen_size[0],
        "sc_height": event.screen_size[1],
        "br_lang": event.language,
        "tz_off": offset,
        "global_visitor_id": (event.global_visitor_id or None) if layout.global_ids else None,
        "visitor_key": cookie if cookie and not cookie.startswith("Z") else made,  # Z: made for one request
        "visit": event.visit,
        "is_pageview": event.type == "page",
        "is_conversion": event.type == "page" and page is not None and page.converts,
        **_known(page, source),
        **_client(event.client),
        "is_human": event.hard is None,
    }


def of_hard_line(hard: HardLine, moment: int, content: bytes) -> Row:
    """A line that is hard to read, or that is no access line at all."""
    if hard.values is None:
        blank = not content or content.isspace()
        return {"kind": "blank" if blank else "reject", "hard": hard.name, "line": None if blank else content}
    address, agent = hard.values["client_addr"], hard.values["useragent"]
    page = None
    if hard.values["method"] == "GET":
        page = _PAGES.get(urlsplit(str(hard.values["location"])).path, _ELSEWHERE)
    return {
        "kind": "hit",
        "hard": hard.name,
        "log_family": "server",
        "server_ts": logged(moment),
        "visitor_key": visitor_key(str(address), str(agent or "")),
        "is_human": False,
        "is_bot": False,
        "is_pageview": page is not None and hard.values["status"] in SHOWN,
        "is_conversion": False,
        **_known(page, DIRECT),
        **hard.values,
    }


def _known(page: Resource | None, source: Source | None) -> Row:
    return {
        "resource_class": page.kind if page else None,
        "page_category": (page.category or None) if page else None,
        "referer_type": source.type if source else None,
        "channel": (source.channel or None) if source else None,
        "campaign": source.campaign if source else None,
    }


def _client(client: Client) -> Row:
    robot = client.robot
    told = robot if client.says_bot else None
    return {
        "client_addr": client.address,
        "useragent": client.agent,
        "person": client.person,
        "is_human": robot is None,
        "robot": robot.name if robot else None,
        "is_bot": client.says_bot,
        "bot_name": told.name if told else None,
        "bot_category": told.category if told else None,
        "country": client.country,
        "useragent_type": client.type,
        "useragent_brand": client.brand,
        "useragent_os": client.os,
    }
