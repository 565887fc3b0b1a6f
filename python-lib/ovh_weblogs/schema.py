"""Every table of the plugin, declared once: DSS schemas, Arrow schemas and the README's tables derive from here.

Column names are those of DSS's visual processors and of the WT1 tracker where they exist.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


class Type(enum.Enum):
    """The types a column can have, whatever the engine."""

    STRING = "string"
    INT = "int"
    BIGINT = "bigint"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    BINARY = "binary"


DSS_TYPES: Mapping[Type, str] = {
    Type.STRING: "string",
    Type.INT: "int",
    Type.BIGINT: "bigint",
    Type.DOUBLE: "double",
    Type.BOOLEAN: "boolean",
    Type.INSTANT: "date",
    Type.BINARY: "string",  # DSS has no binary type: text, where bytes that are not UTF-8 are read as Latin-1
}
ARROW_TYPES: Mapping[Type, pa.DataType] = {
    Type.STRING: pa.string(),
    Type.INT: pa.int32(),
    Type.BIGINT: pa.int64(),
    Type.DOUBLE: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
    Type.BINARY: pa.binary(),
}


@dataclass(frozen=True)
class Column:
    """One column: its meaning, unit and source end up in DSS's column description and in the README."""

    name: str
    type: Type
    meaning: str
    nullable: bool = True

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field; nullability stays with this declaration, since batches may be partial."""
        return pa.field(self.name, ARROW_TYPES[self.type])

    @property
    def dss(self) -> dict[str, str]:
        """The column as DSS's schemas write it, with its description."""
        return {"name": self.name, "type": DSS_TYPES[self.type], "comment": self.meaning}


@dataclass(frozen=True)
class Table:
    """A table: its name, its grain (what one row is) and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of a full batch."""
        return pa.schema([column.arrow for column in self.columns])

    def get(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def dss_schema(columns: Iterable[Column]) -> dict[str, Any]:
    """The schema as the host wants it from a connector: ``{"columns": [{"name", "type", "comment"}, ...]}``."""
    return {"columns": [column.dss for column in columns]}


_SERVER_HITS = (
    Column(
        "server_ts", Type.INSTANT, "When the request was logged, UTC, whole seconds; WT1: milliseconds. Source: %t."
    ),
    Column(
        "client_addr",
        Type.STRING,
        "Address of the client, IPv4 or IPv6; behind a CDN it may be the edge's. Source: %h.",
    ),
    Column("vhost", Type.STRING, "Host that the request was for, lower case, as OVH logs it second. Source: %v."),
    Column("user", Type.STRING, "Login of HTTP authentication; null for an anonymous request. Source: %u."),
    Column(
        "method",
        Type.STRING,
        "HTTP method; null when the request is not of HTTP's shape. Source: %r before the first blank.",
    ),
    Column(
        "location",
        Type.STRING,
        "Address of the page: the absolute URL where the host is known, else the target as logged. Source: vhost and %r.",
    ),
    Column(
        "protocol",
        Type.STRING,
        "Such as HTTP/1.1; null when none was sent (HTTP/0.9). Source: %r after the last blank.",
    ),
    Column("status", Type.INT, "Final HTTP status; null when the log has '-'. Source: %>s."),
    Column("bytes", Type.BIGINT, "Size of the answer's body in bytes; null when nothing was sent ('-'). Source: %b."),
    Column(
        "referer",
        Type.STRING,
        "URL of the page before, as the browser sent it; null when it sent none. Source: Referer header.",
    ),
    Column("useragent", Type.STRING, "User-Agent header as sent; null when none was sent."),
    Column(
        "request",
        Type.STRING,
        "The request line, only where it is not of HTTP's shape (null otherwise), as logged. Source: %r.",
    ),
    Column(
        "log_family",
        Type.STRING,
        "'server' for a web server's log, 'tracker' for a JavaScript tracker's.",
        nullable=False,
    ),
    Column("source_file", Type.STRING, "Name of the file that the line stands in."),
    Column("line_number", Type.BIGINT, "Number of the line in its file, from 1, blank lines counted.", nullable=False),
)
_TRACKER_HITS = (
    Column("client_ts", Type.INSTANT, "Time by the visitor's own clock, UTC. Source: WT1."),
    Column("visitor_id", Type.STRING, "The tracker's visitor cookie. Source: WT1."),
    Column(
        "session_id", Type.STRING, "The tracker's session cookie, often finer than a 30-minute session. Source: WT1."
    ),
    Column("type", Type.STRING, "'page', 'event' or any text the site's script sends. Source: WT1."),
    Column("visitor_params", Type.STRING, "Query string of parameters kept per visitor. Source: WT1."),
    Column("session_params", Type.STRING, "Query string of parameters kept per session. Source: WT1."),
    Column("event_params", Type.STRING, "Query string of the event's other parameters. Source: WT1."),
    Column("br_width", Type.INT, "Width of the browser's window in pixels. Source: WT1."),
    Column("br_height", Type.INT, "Height of the browser's window in pixels. Source: WT1."),
    Column("sc_width", Type.INT, "Width of the screen in pixels. Source: WT1."),
    Column("sc_height", Type.INT, "Height of the screen in pixels. Source: WT1."),
    Column("br_lang", Type.STRING, "Language of the browser, such as fr or en-US. Source: WT1."),
    Column("tz_off", Type.INT, "UTC minus the visitor's local time, in minutes (Paris in summer: -120). Source: WT1."),
    Column("global_visitor_id", Type.STRING, "The tracker's cross-site visitor id. Source: WT1."),
)

HITS = Table("hits", "one request line, or one tracker event", _SERVER_HITS + _TRACKER_HITS)
SERVER_HITS = Table("hits", "one request line", _SERVER_HITS)
REJECTS = Table(
    "rejects",
    "one line that the format refuses",
    (
        Column("source_file", Type.STRING, "Name of the file that the line stands in."),
        Column(
            "line_number", Type.BIGINT, "Number of the line in its file, from 1, blank lines counted.", nullable=False
        ),
        Column("reason", Type.STRING, "What the format refused, in a few words.", nullable=False),
        Column("line", Type.BINARY, "The line's bytes as they were read, without the newline.", nullable=False),
    ),
)
LINES = Table(
    "lines",
    "one line of a log other than web",
    (
        Column(
            "server_ts",
            Type.INSTANT,
            "Time at the head of the line, UTC; the cluster's zone where it names none; null without one.",
        ),
        Column(
            "line",
            Type.STRING,
            "The line as it was read; bytes that are not UTF-8 are read as Latin-1.",
            nullable=False,
        ),
        Column("source_file", Type.STRING, "Name of the file that the line stands in."),
        Column(
            "line_number", Type.BIGINT, "Number of the line in its file, from 1, blank lines counted.", nullable=False
        ),
    ),
)
REJECT_REASON = Column(
    "reject_reason", Type.STRING, "Why the line was refused; null for a hit. The line itself stands in request."
)

_AGENT = (
    Column(
        "useragent_type",
        Type.STRING,
        "browser (desktop), tablet, phone, mobile, bot, library, rss or unknown (televisions and consoles, too).",
    ),
    Column(
        "useragent_category", Type.STRING, "Brand of the browser, split where versions behave differently (IE8, IE9)."
    ),
    Column("useragent_brand", Type.STRING, "Chrome, Firefox, Safari and so on, mobile editions folded in."),
    Column("useragent_version", Type.STRING, "Version; only the major where browsers send zeros after it."),
    Column("useragent_os", Type.STRING, "Operating system: Windows, Mac OS X, iOS, Android, Linux, Chrome OS..."),
    Column(
        "useragent_osversion",
        Type.STRING,
        "Version of the system; null where browsers freeze it. Windows 10 stands for 10 and 11, which no agent tells apart.",
    ),
    Column("useragent_osflavor", Type.STRING, "Linux distribution, or 32 bits or 64 bits."),
)


def _url_parts(prefix: str, what: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}_scheme", Type.STRING, f"Scheme of {what}, lower case; null for an invalid URL."),
        Column(f"{prefix}_host", Type.STRING, f"Host of {what}, lower case."),
        Column(f"{prefix}_port", Type.INT, f"Port of {what} where the URL states one."),
        Column(f"{prefix}_path", Type.STRING, f"Path of {what}, as logged."),
        Column(f"{prefix}_querystring", Type.STRING, f"Query of {what} without its question mark."),
        Column(f"{prefix}_anchor", Type.STRING, f"Fragment of {what} without its number sign."),
    )


_VISITOR = (
    Column(
        "visitor_id",
        Type.STRING,
        "The visitor, as the policy tells: a cookie or identifier, or 32 hexadecimal digits, the start of SHA-256, which can be reversed; with a key always the start of HMAC-SHA-256.",
    ),
    Column("tracker_visitor_id", Type.STRING, "visitor_id of the input, kept: the tracker's own."),
    Column("tracker_session_id", Type.STRING, "session_id of the input, kept: the tracker's own."),
)
LOCATION_PARTS = _url_parts("location", "the page")
REFERER_PARTS = _url_parts("referer", "the page before")
AGENT_COLUMNS = _AGENT
VISITOR_COLUMNS = _VISITOR
ENRICHED = Table("events", "one hit", _AGENT + LOCATION_PARTS + REFERER_PARTS + _VISITOR)
EVENTS = Table(
    "events",
    "one hit",
    tuple(column for column in HITS.columns if column.name not in ("visitor_id", "session_id")) + ENRICHED.columns,
)


def _first_last(name: str, what: str) -> tuple[Column, Column]:
    order = "by server_ts, source_file and line_number"
    return (
        Column(f"{name}_first", Type.STRING, f"First known {what} of the visitor, {order}."),
        Column(f"{name}_last", Type.STRING, f"Last known {what} of the visitor, {order}."),
    )


VISITORS = Table(
    "visitors",
    "one visitor",
    (
        Column("visitor_id", Type.STRING, "The visitor, as the events name him.", nullable=False),
        Column("count", Type.BIGINT, "Number of hits.", nullable=False),
        Column("server_ts_min", Type.INSTANT, "Time of the first hit, UTC."),
        Column("server_ts_max", Type.INSTANT, "Time of the last hit, UTC."),
        Column("client_addr_distinct", Type.BIGINT, "Number of different addresses."),
        Column("location_distinct", Type.BIGINT, "Number of different pages, query included."),
        Column("bytes_min", Type.BIGINT, "Smallest answer in bytes."),
        Column("bytes_max", Type.BIGINT, "Largest answer in bytes."),
        Column("bytes_sum", Type.BIGINT, "Bytes sent in all; null beyond what a bigint holds."),
        Column("status_max", Type.INT, "Highest HTTP status: 400 and above mean that a request failed."),
        *_first_last("location", "page"),
        *_first_last("referer", "referrer"),
        *_first_last("client_addr", "address"),
        *_first_last("vhost", "host"),
        Column("useragent_last", Type.STRING, "Last known user agent of the visitor."),
        Column("useragent_type_last", Type.STRING, "Last known type of user agent of the visitor."),
        Column("useragent_category_last", Type.STRING, "Last known category of browser of the visitor."),
        Column("useragent_os_last", Type.STRING, "Last known operating system of the visitor."),
    ),
)

# The order of hits, in every engine: columns that are absent drop out, nulls come last.
HIT_ORDER = ("server_ts", "source_file", "line_number")
