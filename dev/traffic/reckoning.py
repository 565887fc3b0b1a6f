"""Sessions and visitors, reckoned from the lines that were written: one pass in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import pyarrow as pa

from dev.traffic.people import Visit
from dev.traffic.rows import Row

_PAUSE = timedelta(minutes=30)  # a longer one ends a session
_INSTANT, _TEXT, _COUNT, _FLAG = pa.timestamp("us", tz="UTC"), pa.string(), pa.int64(), pa.bool_()
_IDENTITY = [
    ("log_family", _TEXT),
    ("visitor_key", _TEXT),
    ("person", pa.int32()),
    ("is_human", _FLAG),
    ("is_bot", _FLAG),
    ("bot_category", _TEXT),
    ("country", _TEXT),
    ("useragent_type", _TEXT),
]
_WHO = tuple(name for name, _ in _IDENTITY)
_COUNTS = [("hits", _COUNT), ("pageviews", _COUNT), ("errors", _COUNT), ("conversions", _COUNT)]
SESSIONS = pa.schema(
    [
        *_IDENTITY,
        ("session_index", _COUNT),  # from 1
        ("start_ts", _INSTANT),
        ("end_ts", _INSTANT),
        ("duration_s", pa.float64()),
        *_COUNTS,
        ("landing", _TEXT),  # location of the first page view
        ("exit", _TEXT),  # of the last one
        ("referer", _TEXT),  # of the first hit
        ("channel", _TEXT),
        ("campaign", _TEXT),
        ("visit", pa.int32()),  # the first of its visits: nearly always the only one
        ("visit_kind", _TEXT),
        ("interest", pa.int32()),  # at the end of that visit, before a purchase
        ("probability", pa.float64()),  # the true one of a purchase in it
    ]
)
VISITORS = pa.schema(
    [
        *_IDENTITY,
        ("first_ts", _INSTANT),
        ("last_ts", _INSTANT),
        ("sessions", _COUNT),
        *_COUNTS,
        ("first_conversion_ts", _INSTANT),
        ("expected_conversions", pa.float64()),  # the sum of the true probabilities
        ("is_phone", _FLAG),  # with is_warm: the segment of the law
        ("is_warm", _FLAG),
    ]
)
_ORDER = itemgetter("server_ts", "source_file", "line_number")


class Reckoning:
    """Takes lines as they are written, gives sessions as they end, and visitors at last.

    A file holds a few lines of the day before, and lines stand in the order in which answers ended: lines are held back
    until all before them are known.

    Args:
        meant: What each visit was meant to be, by its number; looked at when its first line comes.
    """

    def __init__(self, meant: Mapping[int, Visit]) -> None:
        self._held: list[Row] = []
        self._open: dict[tuple[str, str], Row] = {}
        self._visitors: dict[tuple[str, str], Row] = {}
        self._visits = meant

    def add(self, rows: Iterable[Row]) -> None:
        """Take in lines, in any order, of moments after the last ``settled``."""
        self._held += [row for row in rows if row["kind"] == "hit"]

    def settled(self, until: datetime) -> list[Row]:
        """Sessions that are over, now that every line before a moment is known."""
        ready = sorted((row for row in self._held if row["server_ts"] < until), key=_ORDER)
        self._held = [row for row in self._held if row["server_ts"] >= until]
        ended = [session for row in ready if (session := self._count(row)) is not None]
        over = [key for key, session in self._open.items() if until - session["end_ts"] > _PAUSE]
        return ended + [_closed(self._open.pop(key)) for key in over]

    def visitors(self) -> Iterator[Row]:
        """Every visitor, when all sessions are over."""
        for visitor in self._visitors.values():
            yield {name: value for name, value in visitor.items() if name != "visits"}

    def _count(self, row: Row) -> Row | None:
        """Count a line; the session that ends by it, if any."""
        key = (row["log_family"], row["visitor_key"])
        session = self._open.get(key)
        ended = None
        if session is not None and row["server_ts"] - session["end_ts"] > _PAUSE:
            ended = _closed(session)
            session = None
        visitor = self._visitors.get(key) or self._visitors.setdefault(key, _new_visitor(row))
        if session is None:
            visitor["sessions"] += 1
            session = self._open[key] = _new_session(row, visitor["sessions"])
        for counted in (session, visitor):
            _add(counted, row)
        session["end_ts"] = visitor["last_ts"] = row["server_ts"]
        if row.get("is_pageview"):
            session["landing"] = session["landing"] or row["location"]
            session["exit"] = row["location"]
        if row.get("is_conversion"):
            visitor["first_conversion_ts"] = visitor["first_conversion_ts"] or row["server_ts"]
        self._meant(row.get("visit"), session, visitor)
        return ended

    def _meant(self, number: int | None, session: Row, visitor: Row) -> None:
        """The first line of a visit brings what it was meant to be."""
        if number is None or number in visitor["visits"]:
            return
        visitor["visits"].add(number)
        visit = self._visits[number]
        session["probability"] = (session["probability"] or 0.0) + visit.probability
        visitor["expected_conversions"] += visit.probability
        visitor["is_phone"], visitor["is_warm"] = visit.person.segment.phone, visit.person.segment.warm
        if session["visit"] is None:
            session.update(visit=number, visit_kind=visit.kind.name, interest=visit.interest)


def _new_session(row: Row, index: int) -> Row:
    empty = dict.fromkeys(SESSIONS.names)
    counts = dict.fromkeys(("hits", "pageviews", "errors", "conversions"), 0)
    first = {"session_index": index, "start_ts": row["server_ts"], "referer": row.get("referer")}
    return {**empty, **_who(row), **counts, **first, "channel": row.get("channel"), "campaign": row.get("campaign")}


def _new_visitor(row: Row) -> Row:
    counts: dict[str, Any] = dict.fromkeys(("sessions", "hits", "pageviews", "errors", "conversions"), 0)
    empty = dict.fromkeys(VISITORS.names)
    first = {"first_ts": row["server_ts"], "expected_conversions": 0.0, "visits": set()}
    return {**empty, **_who(row), **counts, **first}


def _who(row: Mapping[str, Any]) -> Row:
    return {name: row.get(name) for name in _WHO}


def _add(counted: Row, row: Row) -> None:
    counted["hits"] += 1
    counted["pageviews"] += bool(row.get("is_pageview"))
    counted["conversions"] += bool(row.get("is_conversion"))
    counted["errors"] += (row.get("status") or 0) >= 400


def _closed(session: Row) -> Row:
    return {**session, "duration_s": (session["end_ts"] - session["start_ts"]).total_seconds()}
