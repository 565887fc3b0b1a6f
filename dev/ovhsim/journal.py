"""What a simulated host was asked, with secrets masked."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

_IN_ADDRESS = re.compile(r"(?<![^?&])((?:token|client_secret)=)[^&]*", re.IGNORECASE)
_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-ovh-application",
        "x-ovh-consumer",
        "x-ovh-signature",
    }
)


@dataclass
class Request:
    """One request and what became of it.

    Attributes:
        number: From 1, in the order of arrival.
        method: GET and so on.
        path: The target as it was sent, with its query; the values of ``token`` and ``client_secret`` masked.
        connection: The client's port: a reused connection keeps it.
        authorization: Its scheme and three stars; empty without one.
        range: The Range asked for; empty without one.
        headers: All headers by name in lower case, secrets masked.
        time: When it arrived, UTC.
        fault: The kind of the fault that met it; empty without one.
        status: Of the answer; 0 while there is none.
        sent: Bytes of body handed to the network, transfer coding left out.
        ended: Whether the host has done with it.
    """

    number: int
    method: str
    path: str
    connection: int
    authorization: str
    range: str
    headers: Mapping[str, str]
    time: datetime
    fault: str = ""
    status: int = 0
    sent: int = 0
    ended: bool = False

    def document(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass
class Journal:
    """Requests in the order of their arrival; those of the control calls are left out."""

    requests: list[Request] = field(default_factory=list)
    _change: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def begin(self, method: str, target: str, connection: int, headers: Mapping[str, str]) -> Request:
        """Note a request as it arrives."""
        masked = {name: _masked(name, value) for name, value in headers.items()}
        with self._change:
            entry = Request(
                number=len(self.requests) + 1,
                method=method,
                path=_IN_ADDRESS.sub(r"\1***", target),
                connection=connection,
                authorization=masked.get("authorization", ""),
                range=headers.get("range", ""),
                headers=masked,
                time=datetime.now(timezone.utc),
            )
            self.requests.append(entry)
        return entry

    def end(self, entry: Request) -> None:
        """Note that a request is over."""
        with self._change:
            entry.ended = True
            self._change.notify_all()

    def wait(self, number: int = 1, timeout: float = 5.0) -> bool:
        """Wait until so many requests have come and none is under way; whether that was so within the seconds given."""
        with self._change:
            return self._change.wait_for(
                lambda: len(self.requests) >= number and all(entry.ended for entry in self.requests), timeout
            )

    def count(self, path: str = "*", *, method: str | None = None, status: int | None = None) -> int:
        """Number of requests whose path fits a pattern, of one method and status if named."""
        return sum(
            fnmatchcase(entry.path, path) and method in (None, entry.method) and status in (None, entry.status)
            for entry in list(self.requests)
        )

    @property
    def paths(self) -> list[str]:
        """Paths in order."""
        return [request.path for request in list(self.requests)]

    @property
    def connections(self) -> int:
        """Number of different connections."""
        return len({request.connection for request in list(self.requests)})

    @property
    def sent(self) -> int:
        """Bytes of all bodies."""
        return sum(request.sent for request in list(self.requests))


def _masked(name: str, value: str) -> str:
    """Of credentials only the scheme is kept, and only one that is known; of addresses all but their secrets."""
    if name not in _SECRET_HEADERS:
        return _IN_ADDRESS.sub(r"\1***", value)
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} ***" if blank and scheme.lower() in ("basic", "bearer") else "***"
