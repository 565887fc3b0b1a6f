"""A few connections to one log host that are used side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

import requests

from ovh_weblogs.hosting import pages
from ovh_weblogs.hosting.passes import pass_of
from ovh_weblogs.hosting.transport import Transport
from ovh_weblogs.settings import Source

_Answer = TypeVar("_Answer")


class Connections:
    """At most so many requests at a time, each on a connection of its own that is kept.

    Args:
        source: Host, access and patience; located.
        count: How many connections.
    """

    def __init__(self, source: Source, count: int) -> None:
        self._source = source
        self._transports = [Transport(source.host, pass_of(source), source.network) for _ in range(count)]
        self._idle: SimpleQueue[Transport] = SimpleQueue()
        for transport in self._transports:
            self._idle.put(transport)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="ovh-logs-offers")

    def close(self) -> None:
        """Leave what was not begun, and give the connections back."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for transport in self._transports:
            transport.close()

    def later(self, method: str, path: str, use: Callable[[requests.Response], _Answer]) -> Future[_Answer]:
        """What will be made of an answer."""
        return self._pool.submit(
            self._lent, lambda transport: pages.patiently(transport, self._source, method, path, use)
        )

    def page(self, path: str) -> list[str] | None:
        """Paths of the links of a page; None for 404."""
        return self._pool.submit(
            self._lent, lambda transport: pages.linked_paths(transport, self._source, path)
        ).result()

    def _lent(self, work: Callable[[Transport], _Answer]) -> _Answer:
        transport = self._idle.get()
        try:
            return work(transport)
        finally:
            self._idle.put(transport)
