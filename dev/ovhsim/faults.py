"""What can be made to go wrong, for which requests, how often."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal[
    "status",  # answer with ``status``, ``retry_after`` and ``body``
    "login_page",  # an HTML form with status 200
    "redirect",  # to ``location``
    "reset",  # before the header
    "close",  # the connection is closed without an answer
    "stall",  # no header for ``seconds``
    "stall_body",  # nothing after ``at`` bytes for ``seconds``
    "reset_body",  # after ``at`` bytes
    "cut_body",  # closed after ``at`` bytes of those announced
    "drip",  # ``at`` bytes a time, with ``seconds`` between
    "cut_gzip",  # the body ends after ``at`` bytes and is announced so
    "bad_crc",  # the gzip trailer is wrong
    "garbage",  # bytes after the end of the gzip content
    "changed",  # another content and another ETag
    "wrong_range",  # a part is served, but not the one asked for
]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: where the path fits, from the ``after``-th request on, ``times`` times (0: always)."""

    kind: Kind
    path: str = "*"
    times: int = 0
    after: int = 0
    status: int = 503
    retry_after: str = ""
    body: str = ""
    at: int = 0
    seconds: float = 3600.0
    location: str = ""


class Faults:
    """The faults of a host, in order: the first that fits a request is the one that happens."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = list(faults)
        self._seen: dict[int, int] = {}

    def add(self, *faults: Fault) -> None:
        """Further faults, after those before."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()
            self._seen.clear()

    def next(self, path: str) -> Fault | None:
        """The fault of this request, counted as happened."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                if not fnmatchcase(path, fault.path):
                    continue
                seen = self._seen.get(number, 0)
                self._seen[number] = seen + 1
                if seen >= fault.after and (not fault.times or seen < fault.after + fault.times):
                    return fault
        return None
