"""What reaches the web server: who asks for what, and what it answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple

from dev.traffic.clock import stamp
from dev.traffic.robots import Robot
from dev.traffic.site import Resource
from dev.traffic.sources import DIRECT, Source

INTERNAL = Source("", "internal")
_UNCHANGED = (302, 304)  # answered without a body
_WAITING = 0.99  # shares above it are those of answers that wait
SHOWN = (200, 304)  # statuses of a page that was seen (Matomo's rule)


@dataclass(frozen=True)
class Client:
    """An address with a user agent, and what is true of it.

    ``key``: the id that the plugin gives it: the first 32 digits of SHA-256 over address, line feed and user agent.
    """

    address: str
    agent: str
    country: str
    type: str
    brand: str | None = None
    os: str | None = None
    robot: Robot | None = None
    person: int | None = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", visitor_key(self.address, self.agent))

    @property
    def says_bot(self) -> bool:
        """Whether its agent says that it is no person's browser."""
        return self.robot is not None and self.robot.declared


def visitor_key(address: str | None, agent: str | None, language: str | None = None, offset: int | None = None) -> str:
    """The id that the plugin's README gives for address and user agent, and for what a tracker knows besides."""
    known = language is not None or offset is not None
    more = f"\\l{language or ''}\\z{'' if offset is None else offset}" if known else ""
    return hashlib.sha256(f"{address or ''}{more}\n{agent or ''}".encode()).hexdigest()[:32]


class Request(NamedTuple):
    """One request and its answer; moments in milliseconds.

    Attributes:
        begun: When it came: what its line is stamped with.
        ended: When it was answered: where its line stands.
        client: Who asked.
        resource: What was asked for.
        target: The path as it was asked for, with a query.
        referrer: What the client sent as such; None for nothing.
        source: What the referrer and the campaign in the target stand for.
        status: Of the answer.
        size: Bytes of it; None where a dash is logged.
        method: Of HTTP.
        protocol: Of HTTP.
        visit: Number of the visit that it belongs to, from 0; None for a robot's.
        user: Login of HTTP authentication.
        host: The host asked, where that is not the resource's.
    """

    begun: int
    ended: int
    client: Client
    resource: Resource
    target: str
    referrer: str | None = None
    source: Source = DIRECT
    status: int = 200
    size: int | None = 0
    method: str = "GET"
    protocol: str = "HTTP/2.0"
    visit: int | None = None
    user: str | None = None
    host: str = ""

    @property
    def vhost(self) -> str:
        """The host that was asked."""
        return self.host or self.resource.host

    @property
    def url(self) -> str:
        """The absolute address."""
        return f"https://{self.vhost}{self.target}"

    @property
    def is_pageview(self) -> bool:
        """Whether a page was seen, as far as the log can tell."""
        return (
            self.resource.kind == "page" and self.method == "GET" and self.status in SHOWN and not self.client.says_bot
        )

    @property
    def is_conversion(self) -> bool:
        """Whether the page that confirms a purchase was seen."""
        return self.resource.converts and self.is_pageview

    @property
    def line(self) -> str:
        """The line that OVH logs."""
        client = self.client
        return (
            f"{client.address} {self.host or self.resource.host} {self.user or '-'} [{stamp(self.begun)}] "
            f'"{self.method} {self.target} {self.protocol}" {self.status} {"-" if self.size is None else self.size} '
            f'"{self.referrer or "-"}" "{client.agent}"'
        )

    def answered(self, status: int, size: int | None) -> Request:
        """The same with another answer."""
        return self._replace(status=status, size=size)


def answer_size(resource: Resource, status: int, share: float) -> int | None:
    """Bytes of an answer as logged, a little more or less than usual; None where nothing is sent."""
    if status in _UNCHANGED:
        return None
    if status != 200:
        return 4_180 if status == 404 else 312
    return int(resource.size * (0.97 + 0.06 * share))


def duration(size: int | None, share: float) -> int:
    """Milliseconds that an answer takes: most are quick, big ones take longer, a few wait for up to a minute."""
    quick = 20 + int(600 * share * share * share)
    if share > _WAITING:
        return quick + int(60_000 * (share - _WAITING) / (1.0 - _WAITING))
    return quick + (size or 0) // (400 + int(4_000 * share)) if size and size > 1 << 20 else quick
