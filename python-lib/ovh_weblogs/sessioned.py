"""Columns of visits, and those that tell of a hit's place in its visit: for ``schema``."""

from __future__ import annotations

from ovh_weblogs.column import Column, Table, Type

_ID = Column(
    "session_id",
    Type.STRING,
    "The visit: visitor_id, '-' and the microseconds from 1970 to its first hit; '-2' and so on is added where a campaign begins a second visit in the same instant.",
    nullable=False,
)
_INDEX = Column(
    "session_index",
    Type.BIGINT,
    "Number of the visit among its visitor's, from 1; in a partition, among those that begin on its day.",
    nullable=False,
)

SESSIONS = Table(
    "sessions",
    "one visit",
    (
        _ID,
        Column("visitor_id", Type.STRING, "The visitor, as the events name him.", nullable=False),
        _INDEX,
        Column("start_ts", Type.INSTANT, "Time of the first hit, UTC.", nullable=False),
        Column("end_ts", Type.INSTANT, "Time of the last hit, UTC.", nullable=False),
        Column(
            "duration_s", Type.DOUBLE, "Seconds from the first hit to the last; 0 for a single one.", nullable=False
        ),
        Column("pageviews", Type.BIGINT, "Number of page views (is_pageview).", nullable=False),
        Column("hits", Type.BIGINT, "Number of hits, static files included.", nullable=False),
        Column("landing_page", Type.STRING, "Address of the first page view; null without one."),
        Column("exit_page", Type.STRING, "Address of the last page view; null without one."),
        Column("entry_referer", Type.STRING, "Referrer of the first hit; null when it sent none."),
        Column("channel", Type.STRING, "Channel of the first hit."),
        Column("campaign", Type.STRING, "Campaign of the first hit."),
        Column("is_bounce", Type.BOOLEAN, "Whether it is a visit of exactly one page view.", nullable=False),
        Column("conversions", Type.BIGINT, "Number of hits that convert.", nullable=False),
        Column("errors", Type.BIGINT, "Number of hits whose status is 400 or above.", nullable=False),
        Column("assets", Type.BIGINT, "Number of static files asked for (is_static).", nullable=False),
        Column("asked_robots_txt", Type.BOOLEAN, "Whether /robots.txt was asked for.", nullable=False),
        Column(
            "acts_like_bot",
            Type.BOOLEAN,
            "Whether it behaves as a robot, whatever its agent says: it asked for /robots.txt, or viewed 3 pages or more of a server's log without any static file, or 10 or more at over 20 a minute.",
            nullable=False,
        ),
    ),
)
# What events_with_sessions has more than the events; hits without visitor or time are in no visit.
PLACES = (
    Column(_ID.name, _ID.type, f"{_ID.meaning} Null for hits without visitor or time, and for those filtered out."),
    Column(_INDEX.name, _INDEX.type, _INDEX.meaning),
    Column("event_index", Type.BIGINT, "Number of the hit in its visit, from 1."),
    Column("is_entry", Type.BOOLEAN, "Whether it is the first page view of its visit."),
    Column("is_exit", Type.BOOLEAN, "Whether it is the last page view of its visit."),
    Column(
        "time_on_page",
        Type.DOUBLE,
        "Seconds until the next page view of the visit; null for the last, and for hits that are none.",
    ),
)
