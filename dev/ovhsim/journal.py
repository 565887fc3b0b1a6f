"""What a simulated host was asked, with secrets masked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Request:
    """One request and what became of it; ``connection`` is the client's port: a reused connection keeps it."""

    number: int
    method: str
    path: str
    connection: int
    authorization: str
    range: str
    status: int = 0
    sent: int = 0  # bytes of body handed to the network


@dataclass
class Journal:
    """Requests in the order of their arrival."""

    requests: list[Request] = field(default_factory=list)

    def begin(self, method: str, target: str, connection: int, headers: dict[str, str]) -> Request:
        """Note a request as it arrives."""
        path = re.sub(r"(token=)[^&]*", r"\1***", target)
        scheme = headers.get("authorization", "").partition(" ")[0]
        entry = Request(
            number=len(self.requests) + 1,
            method=method,
            path=path,
            connection=connection,
            authorization=f"{scheme} ***" if scheme else "",
            range=headers.get("range", ""),
        )
        self.requests.append(entry)
        return entry

    @property
    def paths(self) -> list[str]:
        """Paths in order."""
        return [request.path for request in self.requests]

    @property
    def connections(self) -> int:
        """Number of different connections."""
        return len({request.connection for request in self.requests})

    @property
    def sent(self) -> int:
        """Bytes of all bodies."""
        return sum(request.sent for request in self.requests)
