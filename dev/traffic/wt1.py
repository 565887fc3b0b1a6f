"""Lines as WT1's server writes them.

Facts: dataiku/wt1, ``CSVFormatWriter`` and ``TrackedRequest`` (format unchanged since 2013-10; older layouts from its
history).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote_plus

from dev.traffic.clock import SECOND, utc
from dev.traffic.requests import Client
from dev.traffic.site import Resource
from dev.traffic.sources import Source


@dataclass(frozen=True)
class Layout:
    """How the tracker's server writes a line; it was updated during the period.

    Attributes:
        from_day: The day of the period from which on it writes so.
        timestamps: Two of them, ISO in UTC; before April 2013 one, written in another way.
        sessions: Whether there is a session_id (since July 2013).
        global_ids: Whether the server keeps third-party cookies.
        inlined: Names of parameters that get columns of their own: of the visitor, of the session, of the event.
        instance: Name of the server, where file names carry it.
    """

    from_day: int
    timestamps: bool = True
    sessions: bool = True
    global_ids: bool = False
    inlined: tuple[tuple[str, ...], ...] = ((), (), ())
    instance: str = ""

    @property
    def header(self) -> str:
        """The first line of a file."""
        names = ["#server_ts", "client_ts"] if self.timestamps else ["#timestamp"]
        names += ["client_addr", "visitor_id", *(["session_id"] if self.sessions else [])]
        names += ["location", "referer", "user-agent", "type", "visitor_params", "session_params", "event_params"]
        names += ["br_width", "br_height", "sc_width", "sc_height", "br_lang", "tz_off"]
        names += ["global_visitor_id"] if self.global_ids else []
        return "\t".join([*names, *chain.from_iterable(self.inlined)])


LAYOUTS = (
    Layout(0, timestamps=False, sessions=False),
    Layout(1, sessions=False),
    Layout(2),
    Layout(4, global_ids=True),
    Layout(10, global_ids=True, inlined=(("client",), ("campagne",), ("produit", "action")), instance="b"),
)


def layout_of(day: int) -> Layout:
    """The layout of a day of the period."""
    return next(layout for layout in reversed(LAYOUTS) if layout.from_day <= day)


class Event(NamedTuple):
    """One event as the tracker's server has it; moments in milliseconds, texts as they came; None is null.

    Attributes:
        page: What ``location`` shows, as far as it tells; None for what is no page of the site.
        source: What referrer and location tell about where the visitor came from; None where they do not tell.
        visit: Number of the visit; None for events of no visit.
        hard: What is hard about the line.
    """

    moment: int
    client_moment: int
    client: Client
    visitor_id: str | None
    session_id: str | None
    location: str | None
    referrer: str | None
    type: str
    visitor_params: str | None
    session_params: str | None
    event_params: str | None
    browser_size: tuple[int, int]
    screen_size: tuple[int, int]
    language: str | None
    timezone_offset: str | None
    global_visitor_id: str | None
    page: Resource | None = None
    source: Source | None = None
    visit: int | None = None
    hard: str | None = None

    @property
    def _params(self) -> tuple[str | None, ...]:
        return self.visitor_params, self.session_params, self.event_params

    def line(self, layout: Layout) -> str:
        r"""The line: tabs between fields, quotes escaped, nothing else is; nulls are the four letters ``null``."""
        fields = [_iso(self.moment), _iso(self.client_moment)] if layout.timestamps else [_old(self.moment)]
        fields += [self.client.address, str(self.visitor_id or "null")]
        fields += [str(self.session_id or "null")] if layout.sessions else []
        fields += [
            _quoted(text) for text in (self.location, self.referrer, self.client.agent, self.type, *self._params)
        ]
        fields += [str(number) for number in (*self.browser_size, *self.screen_size)]
        fields.append('"null"' if self.language is None else f'"{self.language}"')
        fields.append("null" if self.timezone_offset is None else self.timezone_offset)
        if layout.global_ids:
            fields.append("null" if self.global_visitor_id is None else self.global_visitor_id)
        for params, names in zip(self._params, layout.inlined, strict=True):
            if params is not None:  # otherwise these columns are left out, whatever the header says
                fields += [_quoted(_decoded(params).get(name, "")) for name in names]
        return "\t".join(fields)


def _quoted(text: str | None) -> str:
    return '"null"' if text is None else '"' + text.replace('"', '\\"') + '"'


def _decoded(params: str) -> dict[str, str]:
    """What the server makes of parameters: of a key that is repeated the first value, of odd chunks nothing."""
    pairs = [chunk.split("=") for chunk in params.split("&")]
    return {pair[0]: unquote_plus(pair[1]) for pair in reversed(pairs) if len(pair) == 2 and pair[1]}


def _iso(moment: int) -> str:
    time = utc(moment)  # whose %Y has no zeros before a year of less than four digits
    return f"{time.year:04}-{time:%m-%dT%H:%M:%S}.{moment % SECOND:03}"


def _old(moment: int) -> str:
    time = utc(moment)
    return f"{time.year:04}/{time:%m/%d-%H:%M:%S}.{moment % SECOND:03}"


def java_uuid(name: str) -> str:
    """32 digits of Java's ``UUID.nameUUIDFromBytes``: MD5 with version 3 and variant written over it."""
    digest = bytearray(hashlib.md5(name.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x30
    digest[8] = digest[8] & 0x3F | 0x80
    return digest.hex()
