"""Columns of visitors, and what can be wished for beyond them: for ``schema`` and ``settings``."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timezone, tzinfo

from ovh_weblogs.column import Column, Table, Type

_ORDER = "by server_ts, source_file and line_number"


AGGREGATES = ("distinct", "sum", "mean", "min", "max", "first", "last")


@dataclass(frozen=True)
class Aggregate:
    """A further column of a row: what becomes of one of the input's."""

    column: str
    how: str  # one of AGGREGATES
    type: Type = Type.STRING  # as which the input's is read; of sums and means BIGINT or DOUBLE


class LabelKind(str, enum.Enum):
    """What a row knows of its visitor, and what it is to be told."""

    NONE = "none"  # all his hits, and no label
    SNAPSHOT = "snapshot"  # those before a cutoff; whether he converts within a horizon after it
    HISTORY = "history"  # those before his first conversion, or as many where he never converts; whether he does


@dataclass(frozen=True)
class Label:
    """What models are to learn, and from which hits."""

    kind: LabelKind = LabelKind.NONE
    cutoffs: tuple[int, ...] = ()  # of snapshots, in microseconds since 1970; empty: a horizon before the events' end
    horizon_days: int = 7  # of snapshots
    lookback_days: int = 0  # of snapshots: how long before the cutoff hits count; 0 for ever


@dataclass(frozen=True)
class Shape:
    """What rows are of, and which columns they get beyond those of ``VISITORS``."""

    categories: tuple[str, ...] = ()  # values of page_category whose page views are counted
    group_columns: tuple[str, ...] = ()  # of the input, each combination a row; visitor_id, and none, for the visitor
    aggregates: tuple[Aggregate, ...] = ()
    label: Label = Label()

    @property
    def groups(self) -> tuple[str, ...]:
        """What rows are of, where that is no visitor; empty where it is one."""
        return () if self.group_columns == ("visitor_id",) else self.group_columns

    @property
    def is_of_visitors(self) -> bool:
        """Whether the visitor is among what rows are of."""
        return not self.groups or "visitor_id" in self.groups

    @property
    def sources(self) -> tuple[Aggregate, ...]:
        """One of the aggregates of each column and type that has any: as these it is read."""
        return tuple({(each.column, each.type): each for each in self.aggregates}.values())


@dataclass(frozen=True)
class CrmSettings:
    """How rows of a CRM belong to visitors."""

    key: str  # the CRM's column that identifies a customer
    identifier: str = "visitor_id"  # the events' column that holds the same; of several values, the last known counts
    date: str = ""  # the CRM's column of the time from which a row holds; empty: a row holds always
    zone: tzinfo = timezone.utc  # of dates that name none
    types: Mapping[str, Type] = field(default_factory=dict)  # of the CRM's columns, where they are no texts


def category_name(category: str) -> str:
    """What the names of columns call a category of pages: lower-case letters, digits and underscores, no accents."""
    plain = unicodedata.normalize("NFKD", category).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def category_columns(categories: Sequence[str]) -> tuple[Column, ...]:
    """Two columns for each of the chosen categories of pages; the table of visitors does not name them."""
    named = [(category_name(category), category) for category in categories]
    return tuple(
        column
        for name, category in named
        for column in (
            Column(
                f"count_{name}_pages",
                Type.BIGINT,
                f"Number of page views whose page_category is {category}.",
                nullable=False,
            ),
            Column(
                f"share_{name}_pages",
                Type.DOUBLE,
                f"Share of page views, from 0 to 1, whose page_category is {category}; null without a page view.",
            ),
        )
    )


def aggregate_column(chosen: Aggregate) -> Column:
    """The column that a chosen column of the input becomes: ``bytes`` and ``sum`` give ``bytes_sum``."""
    name, kind = chosen.column, chosen.type
    made, meaning = {
        "distinct": (Type.BIGINT, f"Number of different values of {name}."),
        "sum": (kind, f"Sum of {name}; null where none is known, and beyond what a bigint holds."),
        "mean": (Type.DOUBLE, f"Mean of {name}; null where none is known."),
        "min": (kind, f"Smallest {name}; null where none is known."),
        "max": (kind, f"Largest {name}; null where none is known."),
        "first": (kind, f"First known {name}, {_ORDER}; null where none is known."),
        "last": (kind, f"Last known {name}, {_ORDER}; null where none is known."),
    }[chosen.how]
    return Column(f"{name}_{chosen.how}", made, meaning, nullable=chosen.how != "distinct")


def _count(name: str, meaning: str) -> Column:
    return Column(name, Type.BIGINT, meaning, nullable=False)


def _measure(name: str, meaning: str) -> Column:
    return Column(name, Type.DOUBLE, meaning)


def _end(name: str, what: str, kind: Type = Type.STRING) -> Column:
    which = "First" if name.endswith("_first") else "Last"
    return Column(name, kind, f"{which} known {what}, {_ORDER}; null where none is known.")


def _ends(name: str, what: str) -> tuple[Column, Column]:
    return _end(f"{name}_first", what), _end(f"{name}_last", what)


_VOLUME = (
    Column("visitor_id", Type.STRING, "The visitor, as the events name him.", nullable=False),
    _count("count", "Number of hits."),
    Column("server_ts_min", Type.INSTANT, "Time of the first hit, UTC; null where no hit has a time."),
    Column("server_ts_max", Type.INSTANT, "Time of the last hit, UTC; null where no hit has a time."),
    _count(
        "session_id_count",
        'Number of visits, as the recipe "Group to sessions" tells them with its defaults; hits without a time are in none.',
    ),
    _count("pageviews", "Number of page views (is_pageview)."),
    _count("page_distinct", "Number of different pages viewed, query included."),
    _count("active_days", "Number of days with a hit, in the zone Europe/Paris."),
    _count("client_addr_count", "Number of different addresses."),
    _count("location_distinct", "Number of different addresses of what was asked for, files and query included."),
    Column("bytes_min", Type.BIGINT, "Smallest answer in bytes; null where no size is known."),
    Column("bytes_max", Type.BIGINT, "Largest answer in bytes; null where no size is known."),
    Column("bytes_sum", Type.BIGINT, "Bytes sent in all; null where no size is known, and beyond what a bigint holds."),
    Column(
        "status_max",
        Type.INT,
        "Highest HTTP status: 400 and above mean that a request failed; null where none is known.",
    ),
)
_RECENCY = (
    _measure(
        "days_since_first",
        "Days from the first hit to the latest hit of the whole input; null where no hit has a time.",
    ),
    _measure(
        "days_since_last", "Days from the last hit to the latest hit of the whole input; null where no hit has a time."
    ),
    _measure(
        "days_active_span", "Days from the first hit to the last; 0 for a single one, null where no hit has a time."
    ),
    _measure(
        "session_gap_hours_mean",
        "Mean hours from the last hit of a visit to the first of the next; null with one visit.",
    ),
    _measure(
        "session_gap_hours_std",
        "Standard deviation (of a sample) of these hours, to the millisecond; null with fewer than three visits.",
    ),
    _count(
        "session_count_7d", "Number of visits that begin less than 7 days before the latest hit of the whole input."
    ),
    _count(
        "session_count_30d", "Number of visits that begin less than 30 days before the latest hit of the whole input."
    ),
)
_DEPTH = (
    _measure("session_pageviews_mean", "Mean page views of a visit; null without a visit."),
    Column("session_pageviews_max", Type.BIGINT, "Most page views of a visit; null without a visit."),
    Column("session_pageviews_last", Type.BIGINT, "Page views of the last visit; null without a visit."),
    _measure("session_duration_mean", "Mean seconds from the first hit of a visit to its last; null without a visit."),
    _measure(
        "session_duration_last", "Seconds from the first hit of the last visit to its last; null without a visit."
    ),
    _measure("bounce_share", "Share of visits, from 0 to 1, that have exactly one page view; null without a visit."),
    _measure(
        "time_on_page_mean",
        "Mean seconds from a page view to the next one of its visit; null where no page view follows another.",
    ),
)
_CONTENT = (
    _count("page_category_distinct", "Number of different known categories of the pages viewed."),
    _measure(
        "page_category_entropy",
        "Entropy, in nats, of the known categories of page views: 0 for a single one; null where none is known.",
    ),
    *_ends("page_category", "category among page views"),
    _count("conversions", "Number of hits that convert (is_conversion)."),
)
_TOUCH = (
    *_ends("location", "address asked for"),
    _end("landing_page_first", "address among page views"),
    *_ends("referer", "referrer"),
    _end("referer_type_first", "kind of referrer, direct and internal among them"),
    _end("referer_name_first", "referring site by name (direct and internal visits have none)"),
    *_ends("channel", "channel"),
    _count("channel_distinct", "Number of different channels."),
    _end("campaign_name_first", "campaign"),
    Column("has_campaign", Type.BOOLEAN, "Whether any hit is of a campaign.", nullable=False),
)
_DEVICE = (
    _end("useragent_last", "user agent"),
    *_ends("useragent_type", "type of user agent"),
    *_ends("useragent_category", "category of browser"),
    _end("useragent_os_last", "operating system"),
    _end("useragent_device_brand_last", "maker of the device"),
    _end("br_lang_last", "language of the browser"),
)
_PLACE = (
    *_ends("client_addr", "address"),
    *_ends("vhost", "host"),
    _end("client_addr_country_first", "country"),
    _end("client_addr_country_last", "country"),
    _end("client_addr_region_first", "region"),
    _end("client_addr_city_first", "city"),
)
_TIME = (
    _end("month", "local_month, 1 to 12", Type.INT),
    _measure("night_share", "Share of hits, from 0 to 1, whose local_hour is 0 to 5; null where no hour is known."),
    _measure(
        "weekend_share",
        "Share of hits, from 0 to 1, on a Saturday or Sunday (local_weekday); null where no day is known.",
    ),
)
_TROUBLE = (
    _measure(
        "error_share",
        "Share of hits, from 0 to 1, whose status is 400 or above, of those with a status; null without one.",
    ),
    _count("count_404", "Number of hits whose status is 404."),
    _count(
        "repeated_pageviews",
        "Number of page views of the same address as the visitor's page view before, at most 10 seconds later.",
    ),
    Column(
        "is_bot",
        Type.BOOLEAN,
        "Whether the agent of any hit is no person's browser; null where that is known of no hit.",
    ),
    Column("asked_robots_txt", Type.BOOLEAN, "Whether /robots.txt was asked for.", nullable=False),
    Column(
        "acts_like_bot",
        Type.BOOLEAN,
        'Whether he behaves as a robot, by the rule of "Group to sessions": static files are looked for among all hits, haste in each visit.',
        nullable=False,
    ),
)
VISITORS = Table(
    "visitors",
    "one visitor",
    _VOLUME + _RECENCY + _DEPTH + _CONTENT + _TOUCH + _DEVICE + _PLACE + _TIME + _TROUBLE,
)
# What a row has besides where labels are wished for.
LABELS = (
    Column(
        "cutoff_ts",
        Type.INSTANT,
        "The instant from which on the row knows nothing of its visitor, UTC; recency is counted from it.",
        nullable=False,
    ),
    Column(
        "label",
        Type.INT,
        "1 where the visitor converts, 0 where he does not: within the horizon after cutoff_ts, or, of histories, at "
        "cutoff_ts; null where the horizon is not over and he has not.",
    ),
)
