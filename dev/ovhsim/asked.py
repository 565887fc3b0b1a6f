"""A request as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        method: GET and so on.
        target: Path and query as sent.
        raw: Its path as sent.
        path: Its path, decoded.
        query: Its query as sent.
        headers: By name in lower case.
        client: Address and port of who asks.
    """

    method: str
    target: str
    raw: str
    path: str
    query: str
    headers: Mapping[str, str]
    client: tuple[str, int]

    @classmethod
    def of(cls, scope: dict[str, Any]) -> Asked:
        """The request of an ASGI scope that ``serving`` made."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        target = scope["extensions"]["target"].decode("latin-1")
        raw, _, query = target.partition("?")
        return cls(scope["method"], target, raw, unquote(raw), query, headers, tuple(scope["client"][:2]))
