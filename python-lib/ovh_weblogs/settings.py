"""What the user can set, with every default in one place; the forms' defaults are tested against these."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

MAX_DAY_BYTES = 20 * 10**9  # that one file may have once it is unpacked: a small file can hold any number
MAX_REJECT_SHARE = 0.05  # of the lines that are not blank; one in twenty: more are another kind of log


class Secret:
    """A password or key that shows itself only when asked by ``reveal``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself: for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


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

    def days(self, today: date) -> list[date]:
        """Every complete day of the period in order; empty when none is over yet."""
        yesterday = today - timedelta(days=1)
        first = self.first or today - timedelta(days=self.last_days)
        last = min(self.last or yesterday, yesterday)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Network:
    """How patiently the log host is asked."""

    connect_timeout: float = 10.0  # seconds
    read_timeout: float = 60.0  # seconds without a byte
    attempts: int = 5  # per file, at least
    max_wait: float = 60.0  # seconds of waiting per file, between attempts, in all


@dataclass(frozen=True)
class LogUser:
    """HTTP Basic credentials of an OVH log user."""

    login: str
    password: Secret


@dataclass(frozen=True)
class Source:
    """One log tree on one log host: what the connector reads."""

    host: str  # base URL without a final slash, checked
    domain: str
    user: LogUser
    zone: ZoneInfo
    kind: Kind = Kind.WEB
    period: Period = field(default_factory=Period)
    skip_missing: bool = False
    partitioned: bool = False
    reject_rows: bool = False
    max_reject_share: float = MAX_REJECT_SHARE
    grace_hours: float = 36.0  # a daily file appears the next day, at an hour that OVH does not publish
    network: Network = field(default_factory=Network)
    max_day_bytes: int = MAX_DAY_BYTES


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


@dataclass(frozen=True)
class EnrichSettings:
    """Which groups of columns are added to hits; all by default."""

    useragent: bool = True
    url: bool = True
    visitor_id: bool = True


@dataclass(frozen=True)
class VisitorSettings:
    """How events are grouped to visitors, and what the engine may use."""

    memory_limit_mb: int = 1024
    temp_folder: str | None = None  # None: a folder of the system's temporary place, removed at the end
