"""Lines as rows of truth: the values that a reader has to find in each, and what is true beyond them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dev.traffic.clock import logged, utc
from dev.traffic.hardlines import HardLine
from dev.traffic.requests import Client, Request, visitor_key
from dev.traffic.wt1 import Event, Layout
from ovh_weblogs.schema import HITS

Row = dict[str, Any]
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
        ("is_bot", _FLAG),  # its agent says that it is no person's browser
        ("bot_name", _TEXT),
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
    source = request.source
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
        "resource_class": request.resource.kind,
        "page_category": request.resource.category or None,
        "referer_type": source.type,
        "channel": source.channel or None,
        "campaign": source.campaign,
        **_client(request.client),
    }


def of_event(event: Event, layout: Layout) -> Row:
    """An event of the tracker, as far as the layout of its file tells it."""
    page = event.request
    key = event.visitor_id
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
        "tz_off": None if event.timezone_offset is None else int(event.timezone_offset),
        "global_visitor_id": (event.global_visitor_id or None) if layout.global_ids else None,
        "visitor_key": key if key and not key.startswith("Z") else event.client.key,  # Z: made for one request
        "visit": page.visit if page else None,
        "is_pageview": event.type == "page",
        "is_conversion": page is not None and page.is_conversion,
        "resource_class": "page" if event.type == "page" else None,
        "page_category": (page.resource.category or None) if page else None,
        "referer_type": page.source.type if page else None,
        "channel": (page.source.channel or None) if page else None,
        "campaign": page.source.campaign if page else None,
        **_client(event.client),
    }


def of_hard_line(hard: HardLine, moment: int, content: bytes) -> Row:
    """A line that is hard to read, or that is no access line at all."""
    if hard.values is None:
        blank = not content or content.isspace()
        return {"kind": "blank" if blank else "reject", "hard": hard.name, "line": None if blank else content}
    address, agent = hard.values["client_addr"], hard.values["useragent"]
    return {
        "kind": "hit",
        "hard": hard.name,
        "log_family": "server",
        "server_ts": logged(moment),
        "visitor_key": visitor_key(str(address), str(agent or "")),
        "is_human": False,
        **hard.values,
    }


def _client(client: Client) -> Row:
    robot = client.robot
    return {
        "client_addr": client.address,
        "useragent": client.agent,
        "person": client.person,
        "is_human": robot is None,
        "is_bot": client.says_bot,
        "bot_name": robot.name if robot else None,
        "bot_category": robot.category if robot else None,
        "country": client.country,
        "useragent_type": client.type,
        "useragent_brand": client.brand,
        "useragent_os": client.os,
    }
