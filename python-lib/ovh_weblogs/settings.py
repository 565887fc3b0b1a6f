"""What the user can set, with every default in one place; the forms' defaults are tested against these."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta, timezone, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ovh_weblogs.removedkeys import REMOVED_KEYS
from ovh_weblogs.secret import Secret
from ovh_weblogs.sources import PageRule, Sources
from ovh_weblogs.visitored import CrmSettings, Shape

# OVH's own statistics page hard-codes this zone, and Canada's, for its clusters (ovh/owstats-ui, src/store/app.js).
EUROPE = ZoneInfo("Europe/Paris")
MAX_DAY_BYTES = 20 * 10**9  # that one file may have once it is unpacked: a small file can hold any number
MAX_REJECT_SHARE = 0.05  # of the lines that are not blank; one in twenty: more are another kind of log


class Kind(str, enum.Enum):
    """The kinds of log that OVH keeps (OVH guide "logs and statistics"); the value is the folder, web's is none."""

    WEB = "web"
    ERROR = "error"
    FTP = "ftp"
    CGI = "cgi"
    OUT = "out"
    SSH = "ssh"
    CRON = "cron"


@dataclass(frozen=True)
class Period:
    """Days wanted, both included; or the last complete days before today in the cluster's zone."""

    first: date | None = None
    last: date | None = None
    last_days: int = 7

    def days(self, today: date, *, include_today: bool = False) -> list[date]:
        """Every complete day of the period in order, and today if wanted; empty when none is over, or begun, yet."""
        newest = today if include_today else today - timedelta(days=1)
        first = self.first or today - timedelta(days=self.last_days)
        last = min(self.last or newest, newest)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Network:
    """How patiently the log host is asked."""

    connect_timeout: float = 10.0  # seconds
    read_timeout: float = 60.0  # seconds without a byte
    attempts: int = 5  # per file, at least
    max_wait: float = 60.0  # seconds of waiting per file, between attempts, in all
    connections: int = 2  # days that are fetched at the same time; OVH publishes no limit


@dataclass(frozen=True)
class LogUser:
    """HTTP Basic credentials of an OVH log user."""

    login: str
    password: Secret


class Auth(str, enum.Enum):
    """How somebody is known to the OVH API; the values are those of the preset."""

    APPLICATION_KEY = "application_key"
    OAUTH2 = "oauth2"


@dataclass(frozen=True)
class ApiKeys:
    """Keys of an OVH account: application key, secret and consumer key, or a service account's id and secret."""

    endpoint: str = "ovh-eu"
    auth: Auth = Auth.APPLICATION_KEY
    identity: str = ""  # the application key, or the client id
    secret: Secret = field(default_factory=lambda: Secret(""))
    consumer_key: Secret = field(default_factory=lambda: Secret(""))
    api_url: str | None = None  # in place of the region's own address


@dataclass(frozen=True)
class ApiAccess:
    """Which logs are wanted, as told by somebody who has only keys."""

    keys: ApiKeys
    service: str = ""  # the hosting; empty for that of the domain, or for the only one
    domain: str = ""  # a site of it; empty for the hosting's main log
    log_host: str = ""  # checked base URL that replaces what the API names; empty for the API's
    zone: ZoneInfo | None = None  # set by hand; None for the cluster's
    allowed_log_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Source:
    """One log tree on one log host: what the connector reads.

    With API access, ``host``, ``domain`` and ``zone`` are found by ``hosting.located``; before it, host and domain are
    empty.
    """

    access: LogUser | ApiAccess
    host: str = ""  # base URL without a final slash, checked
    domain: str = ""  # the root of the tree
    zone: ZoneInfo = EUROPE
    kind: Kind = Kind.WEB
    period: Period = field(default_factory=Period)
    skip_missing: bool = False
    include_today: bool = False
    partitioned: bool = False
    reject_rows: bool = False
    max_reject_share: float = MAX_REJECT_SHARE
    grace_hours: float = 36.0  # a daily file appears the next day, at an hour that OVH does not publish
    network: Network = field(default_factory=Network)
    max_day_bytes: int = MAX_DAY_BYTES

    @property
    def name(self) -> str:
        """What the user knows the logs by."""
        if isinstance(self.access, ApiAccess):
            return self.access.domain or self.access.service or self.domain or "the account's hosting"
        return self.domain


class Scope(str, enum.Enum):
    """Whose files are listed."""

    TREE = "tree"  # the log tree of the source
    HOSTING = "hosting"  # every log tree of its hosting
    ACCOUNT = "account"  # every log tree of every hosting of the account


@dataclass(frozen=True)
class OfferSettings:
    """Which files of the log host are listed."""

    source: Source  # its kind and period say nothing here
    kinds: tuple[Kind, ...] = tuple(Kind)
    months: int = 0  # so many calendar months, the current one among them; 0 for all
    scope: Scope = Scope.TREE


DROPPABLE = ("bots", "static", "internal", "own_agents")  # what hits can be dropped for, apart from their status


@dataclass(frozen=True)
class Cleaning:
    """Which hits are none of a visitor's; they are flagged, and dropped only for what is named."""

    internal_addresses: tuple[str, ...] = ()  # addresses and networks, such as 192.0.2.7 and 10.0.0.0/8
    own_agents: tuple[str, ...] = ()  # patterns of RE2
    drop: tuple[str, ...] = ()  # some of DROPPABLE
    drop_statuses: tuple[str, ...] = ()  # such as 404, 400-499, 5xx
    tracked_hosts: frozenset[str] = frozenset()  # whose page views a tracker counts; lower case


@dataclass(frozen=True)
class Privacy:
    """What is removed from hits, so that they tell less of a person."""

    clean_urls: bool = True  # in URLs and referrers: the parameters named below, mail addresses, logins
    removed_keys: tuple[str, ...] = REMOVED_KEYS  # capitals do not count
    truncate_addresses: bool = False
    hash_user: bool = False


@dataclass(frozen=True)
class ParseSettings:
    """How files of lines are read."""

    line_format: str = "auto"
    custom_format: str | None = None
    base_url: str | None = None
    timezone: str | None = None
    max_reject_share: float = MAX_REJECT_SHARE
    max_day_bytes: int = MAX_DAY_BYTES
    tracker_columns: bool = False  # that hits have them whatever the first lines are


class Policy(str, enum.Enum):
    """What tells one visitor from another; the values are those of the form."""

    AUTO = "auto"  # the tracker's cookie, else the hash
    COOKIE = "cookie"
    IDENTIFIER = "identifier"  # a column of the input, such as the login
    ADDRESS = "address"
    HASH = "hash"  # of address and user agent, with language and time zone where they are known


class Rotation(str, enum.Enum):
    """How long a visitor keeps an id: after that the key is another; the values are those of the preset."""

    NONE = "none"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Language(str, enum.Enum):
    """Of the names of countries, and of regions and cities where a file has them; the values are those of the form."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True)
class ArchiveSettings:
    """What an archive of day files takes up, and how long it keeps it."""

    source: Source  # its kind means nothing: there may be several
    kinds: tuple[Kind, ...] = (Kind.WEB,)
    keep_months: int = 0  # 0: for ever
    temp_folder: str | None = None  # for one day's file at a time; None: the system's temporary place

    LAST_DAYS: ClassVar[int] = 30  # unless named: OVH publishes no retention, a month has always been there


@dataclass(frozen=True)
class EnrichSettings:
    """How an input is read, and which groups of columns are added to it; all that need no choice by default."""

    columns: Mapping[str, str] = field(default_factory=dict)  # of the input, by role, where not called by our names
    zone: tzinfo = timezone.utc  # of times that are texts without one
    overwrite: bool = False  # columns of the input that have the names of added ones
    useragent: bool = True
    bots: bool = True
    geo: bool = True  # countries, and what the files know
    geo_files: tuple[str, ...] = ()  # paths of .mmdb files
    geo_language: Language = Language.ENGLISH
    url: bool = True
    query_keys: tuple[str, ...] = ()  # parameters of pages that become columns
    resources: bool = True  # what was asked for, and page views
    local_time: bool = True
    local_zone: tzinfo = EUROPE  # of visitors whose offset is not known
    traffic_sources: bool = True  # referrers, campaigns, channels
    sources: Sources = field(default_factory=Sources)
    page_rules: tuple[PageRule, ...] = ()  # the first that matches says what a hit is
    visitor_id: bool = True
    visitor_policy: Policy = Policy.AUTO
    visitor_key: Secret = field(default_factory=lambda: Secret(""))
    rotation: Rotation = Rotation.NONE
    cleaning: Cleaning = field(default_factory=Cleaning)
    privacy: Privacy = field(default_factory=Privacy)

    @classmethod
    def only(cls, *groups: str) -> EnrichSettings:
        """These groups of columns, by the names of their switches, and nothing else; URLs stay as they are."""
        switches: dict[str, Any] = {each.name: False for each in fields(cls) if each.default is True}
        return cls(**{**switches, **dict.fromkeys(groups, True)}, privacy=Privacy(clean_urls=False))


class Engine(str, enum.Enum):
    """Where events are grouped; the values are those of the forms."""

    AUTO = "auto"  # in the database where input and output lie in one that this is proved on, else embedded
    EMBEDDED = "embedded"
    DATABASE = "database"


@dataclass(frozen=True)
class VisitorSettings:
    """How events are read and grouped to visitors, and what the engine may use."""

    columns: Mapping[str, str] = field(default_factory=dict)  # as in EnrichSettings
    zone: tzinfo = timezone.utc  # the same
    memory_limit_mb: int = 1024
    temp_folder: str | None = None  # None: a folder of the system's temporary place, removed at the end
    shape: Shape = field(default_factory=Shape)
    crm: CrmSettings | None = None
    engine: Engine = Engine.AUTO
    allow_unproved: bool = False  # whether SQL runs in databases on which no test has run it


class Midnight(str, enum.Enum):
    """Whether midnight ends a visit; the values are those of the form."""

    NEVER = "never"
    LONG = "long"  # where the visitor has not paused all day, as robots do that never stop
    ALWAYS = "always"


@dataclass(frozen=True)
class SessionSettings(VisitorSettings):
    """How events are read, and what ends a visit."""

    timeout_minutes: int = 30  # a longer pause ends a visit
    midnight: Midnight = Midnight.LONG
    day_zone: tzinfo = EUROPE  # whose midnight
    campaign_change: bool = False  # whether another campaign begins a visit
    only_people: bool = False  # whether hits of declared robots are in no visit
    only_pageviews: bool = False
    day: date | None = None  # only visits that begin on it, where the output has partitions
