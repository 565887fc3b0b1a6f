"""Every table of the plugin, declared once: DSS schemas, Arrow schemas and the README's tables derive from here.

Column names are those of DSS's visual processors and of the WT1 tracker where they exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from ovh_weblogs.column import ARROW_TYPES, DSS_TYPES, Column, Table, Type, dss_schema
from ovh_weblogs.enriched import (
    ADDRESS_FLAGS,
    AGENT_FLAGS,
    CAMPAIGN_COLUMNS,
    CHANNEL_COLUMNS,
    COUNTRY_COLUMNS,
    LOCAL_TIME,
    NETWORK_COLUMNS,
    PAGE_RULE_COLUMNS,
    PLACE_COLUMNS,
    REFERRER_COLUMNS,
    RESOURCE_COLUMNS,
    query_columns,
)
from ovh_weblogs.sessioned import PLACES, SESSIONS
from ovh_weblogs.visitored import LABELS, VISITORS, aggregate_column, category_columns

__all__ = [
    "ADDRESS_FLAGS", "AGENT_COLUMNS", "AGENT_FLAGS", "ARCHIVED", "ARROW_TYPES", "BOT_COLUMNS", "CAMPAIGN_COLUMNS",
    "CHANNEL_COLUMNS", "COUNTRY_COLUMNS", "DSS_TYPES", "ENRICHED", "EVENTS", "FILES", "HITS", "HIT_ORDER", "JOURNEY",
    "LABELS", "LINES", "LOCAL_TIME", "LOCATION_PARTS", "NETWORK_COLUMNS", "PAGE_RULE_COLUMNS", "PLACES", "PLACE_COLUMNS", "REFERER_PARTS",
    "REFERRER_COLUMNS", "REJECTS", "REJECT_REASON", "RESOURCE_COLUMNS", "SERVER_HITS", "SESSIONS", "VISITORS", "VISITOR_COLUMNS",
    "Column", "Table", "Type", "aggregate_column", "category_columns", "dss_schema", "query_columns",
]  # fmt: skip

_PLACE = (
    Column("source_file", Type.STRING, "Name of the file that the line stands in."),
    Column("line_number", Type.BIGINT, "Number of the line in its file, from 1, blank lines counted.", nullable=False),
)
_SERVER_HITS = (
    Column(
        "server_ts", Type.INSTANT, "When the request was logged, UTC, whole seconds; WT1: milliseconds. Source: %t."
    ),
    Column(
        "client_addr", Type.STRING, "Client's address, IPv4 or IPv6; behind a CDN it may be the edge's. Source: %h."
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
    *_PLACE,
)
_TRACKER_HITS = (
    Column("client_ts", Type.INSTANT, "Time by the visitor's own clock, UTC. Source: WT1."),
    Column("visitor_id", Type.STRING, "The tracker's visitor cookie. Source: WT1."),
    Column("session_id", Type.STRING, "The tracker's session cookie, often finer than our sessions. Source: WT1."),
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
        *_PLACE,
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
        *_PLACE,
    ),
)
FILES = Table(
    "files",
    "one file on a log host, or one day that has none",
    (
        Column("service", Type.STRING, "The hosting, as OVH names it; null for a log user, who does not tell."),
        Column("fqdn", Type.STRING, "First folder of the log tree: the hosting, or a site of its own.", nullable=False),
        Column("kind", Type.STRING, "Kind of log: web, error, ftp, cgi, out, ssh or cron.", nullable=False),
        Column("day", Type.INSTANT, "The day, in the cluster's zone, as its midnight in UTC.", nullable=False),
        Column("file", Type.STRING, "Name of the file; of a missing day, the name that it would have.", nullable=False),
        Column("bytes", Type.BIGINT, "Size of the file as it is served; null where the host does not tell."),
        Column("modified", Type.INSTANT, "When the file was last changed, UTC; null where the host does not tell."),
        Column("live", Type.BOOLEAN, "Whether it is a live file, which still grows (folder osl).", nullable=False),
        Column("missing", Type.BOOLEAN, "No file, between an earlier and a later day that have one.", nullable=False),
    ),
)
ARCHIVED = Table(
    "archived",
    "one file of the archive",
    (
        Column("path", Type.STRING, "Path of the file in the folder.", nullable=False),
        Column("fqdn", Type.STRING, "The log tree that it comes from: its first folder on the log host."),
        Column("kind", Type.STRING, "The kind of log: web, error, ftp, cgi, out, ssh or cron."),
        Column("day", Type.STRING, "Day of the log in the zone of its cluster, such as 2026-01-31."),
        Column("bytes", Type.BIGINT, "Size of the file, packed as it is.", nullable=False),
        Column("lines", Type.BIGINT, "Lines of its content, blank ones included."),
        Column("sha256", Type.STRING, "SHA-256 of the file, in hexadecimal digits.", nullable=False),
        Column("etag", Type.STRING, "Tag of this state of the file on the log host; null where it gives none."),
        Column("modified", Type.STRING, "When the log host says that the file was changed, as HTTP writes it."),
        Column("archived_ts", Type.INSTANT, "Begin of the run that put it into the archive, UTC."),
    ),
)
REJECT_REASON = Column(
    "reject_reason", Type.STRING, "Why the line was refused; null for a hit. The line itself stands in request."
)


def _texts(meanings: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, Type.STRING, meaning) for name, meaning in meanings.items())


AGENT_COLUMNS = _texts(
    {
        "useragent_type": "browser (desktop), tablet, phone, mobile, bot, library, rss or unknown (televisions and consoles, too). bot, library and rss are where is_bot is true.",
        "useragent_category": "Brand of the browser, split where versions behave differently (IE8, IE9).",
        "useragent_brand": "Chrome, Firefox, Safari and so on, mobile editions folded in.",
        "useragent_version": "Version; only the major where browsers send zeros after it.",
        "useragent_os": "Operating system: Windows, Mac OS X, iOS, Android, Linux, Chrome OS...",
        "useragent_osversion": "Version of the system; null where browsers freeze it. Windows 10 stands for 10 and 11, which no agent tells apart.",
        "useragent_osflavor": "Linux distribution, or 32 bits or 64 bits.",
        "useragent_device_brand": "Maker of the device, such as Samsung or Apple; null where the agent names none, and for robots.",
        "useragent_device_model": "Model of the device as the agent writes it; null where browsers hide it ('K'). An iPad that asks for desktop pages says Mac.",
    }
)
BOT_COLUMNS = (
    Column(
        "is_bot",
        Type.BOOLEAN,
        "Whether the agent is no person's browser: a robot, a library (curl) or a feed reader; null without an agent. Who hides behind a browser's agent is not found.",
    ),
    *_texts(
        {
            "bot_name": "Name of the robot, library or feed reader, as it calls itself; null for browsers, and where it has none.",
            "bot_category": "search, ai-training, ai-search (index of an assistant), ai-user-fetch (somebody asked an assistant), seo, monitoring, social-preview, feed (where the type is rss), library (where it is library), scanner or other; null for browsers.",
        }
    ),
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
    *_texts(
        {f"tracker_{name}": f"{name} of the input, kept: the tracker's own." for name in ("visitor_id", "session_id")}
    ),
)
LOCATION_PARTS = _url_parts("location", "the page")
REFERER_PARTS = _url_parts("referer", "the page before")
VISITOR_COLUMNS = _VISITOR
_URLS = LOCATION_PARTS + REFERER_PARTS + RESOURCE_COLUMNS
_FLAGS = ADDRESS_FLAGS + AGENT_FLAGS
_GEO = COUNTRY_COLUMNS + PLACE_COLUMNS + NETWORK_COLUMNS
_SOURCES = CAMPAIGN_COLUMNS + REFERRER_COLUMNS + CHANNEL_COLUMNS + PAGE_RULE_COLUMNS
ENRICHED = Table(
    "events",
    "one hit",
    AGENT_COLUMNS + BOT_COLUMNS + _GEO + _URLS + LOCAL_TIME + _FLAGS + _SOURCES + _VISITOR,
)
EVENTS = Table(
    "events",
    "one hit",
    tuple(column for column in HITS.columns if column.name not in ("visitor_id", "session_id")) + ENRICHED.columns,
)
# What visits are told of besides, which may be columns of any origin.
JOURNEY = tuple(column for column in EVENTS.columns if column.name in ("channel", "is_conversion", "campaign_name"))


# The order of hits, in every engine: columns that are absent drop out, nulls come last.
HIT_ORDER = ("server_ts", "source_file", "line_number")
